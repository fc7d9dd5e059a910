"""A real PostgreSQL for the tests: the one of `OPORA_DATABASE_URL`, else an embedded one started when first needed.

Tests run as the application's role, under row-level security, as requests do. The migrated schema is kept as a
template database for the next run; the tests' own database is copied from it and dropped.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from opora.config import database, embedded

pytest_plugins = ["tests.browser"]

ROOT = Path(__file__).parent

# How fast values are made and tried depends on the machine: no property fails by the clock.
hypothesis_settings.register_profile("opora", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("opora")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    target = connection.settings_dict
    if "OPORA_DATABASE_URL" not in os.environ:
        folder = settings.HOME / "test-postgres"
        url = embedded.start(folder)
        embedded.tune(folder, fsync="off", synchronous_commit="off", full_page_writes="off")
        target["HOST"] = dict(pair.split("=") for pair in urlsplit(url).query.split("&"))["host"]
        target["USER"] = "postgres"
    template, name = f"opora_template_{_fingerprint()}", f"opora_test_{os.getpid()}"
    with django_db_blocker.unblock(), psycopg.connect(**_server(), autocommit=True) as server:
        server.execute("select pg_advisory_lock(7_311)")
        if not server.execute("select 1 from pg_database where datname = %s", [template]).fetchone():
            for (old,) in server.execute(
                "select datname from pg_database where datname like 'opora_template_%'"
            ).fetchall():
                server.execute(f'drop database if exists "{old}" with (force)')
            _migrate_into(server, template)
        server.execute(f'create database "{name}" template "{template}"')
        server.execute("select pg_advisory_unlock(7_311)")
        target["NAME"] = name
        database.become_app()
        yield
        connection.close()
        server.execute(f'drop database "{name}" with (force)')


@pytest.fixture(autouse=True)
def _in_russian() -> None:
    """A request in another language leaves it to the thread: every test begins in the installation's own."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> Iterator[None]:
    """Tests with transactions of their own empty the tables at the end, which the application's role may not do."""
    flush = TransactionTestCase._fixture_teardown

    def flush_as_owner(case: TransactionTestCase) -> None:
        database.become_owner()
        flush(case)
        database.become_app()

    TransactionTestCase._fixture_teardown = flush_as_owner  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


def _migrate_into(server: psycopg.Connection[Any], template: str) -> None:
    building = f"{template}_building"
    server.execute(f'drop database if exists "{building}" with (force)')
    server.execute(f'create database "{building}"')
    connection.settings_dict["NAME"] = building
    database.become_owner()
    database.migrate()
    connection.close()
    server.execute(f'alter database "{building}" rename to "{template}"')


def _server() -> dict[str, str]:
    target = connection.settings_dict
    parts = {
        "host": target["HOST"],
        "port": target["PORT"],
        "user": target["USER"],
        "password": target["PASSWORD"],
    }
    return {**{key: value for key, value in parts.items() if value}, "dbname": "postgres"}


def _fingerprint() -> str:
    """Of everything that shapes the schema: a changed migration makes a new template."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("opora/**/migrations/*.py"), ROOT / "opora/config/database.py"]):
        digest.update(path.read_bytes())
    digest.update((ROOT / "requirements/run.lock").read_bytes())
    return digest.hexdigest()[:12]
