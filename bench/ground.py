"""The database that benchmarks run on: one of its own beside the installation's, on the same server."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from opora.config import embedded

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "opora_bench"


def stand_on_it(home: Path) -> None:
    """Let this process and its children use the benchmarks' database and a folder of their own in `home`.

    To be called before Django is set up.
    """
    url = urlsplit(os.environ.get("OPORA_DATABASE_URL") or embedded.start(home / "postgres"))
    os.environ["OPORA_DATABASE_URL"] = urlunsplit(url._replace(path=f"/{DATABASE}"))
    os.environ["OPORA_HOME"] = str(home / "bench")
    Path(os.environ["OPORA_HOME"]).mkdir(parents=True, exist_ok=True)


def url() -> str:
    return os.environ["OPORA_DATABASE_URL"]


def reach(**more: Any) -> psycopg.Connection[Any]:
    """Connect as the owner."""
    return psycopg.connect(url(), autocommit=True, **more)


def exists() -> bool:
    """Whether something has been loaded."""
    try:
        with reach() as database:
            return bool(database.execute("select to_regclass('cases_case')").fetchone()[0])
    except psycopg.OperationalError:
        return False


def make_anew() -> None:
    """Drop the database and make an empty one."""
    server = urlunsplit(urlsplit(url())._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as maintenance:
        maintenance.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE)))
        maintenance.execute(sql.SQL("create database {} encoding 'UTF8'").format(sql.Identifier(DATABASE)))


def scale() -> str:
    """How much is loaded, as results name it: `1500000 customers, 5000000 cases`."""
    with reach() as database:
        (customers,) = database.execute("select count(*) from customers_customer").fetchone()
        (cases,) = database.execute("select count(*) from cases_case").fetchone()
    return f"{customers} customers, {cases} cases"


def warm(*prefixes: str) -> None:
    """Read the tables whose names begin so, and their indexes, as a server that has been at work has them in memory.

    Without the extension `pg_prewarm`, or the right to make it, the first questions meet a cold disk.
    """
    with reach() as database, suppress(psycopg.Error):
        database.execute("create extension if not exists pg_prewarm")
        database.execute(
            "select pg_prewarm(oid, 'read') from pg_class where relkind in ('r', 'i') and pg_relation_size(oid) > 0"
            " and relname like any (%s)",
            [[f"{prefix}%" for prefix in prefixes]],
        )


@dataclass(frozen=True)
class Rebuild:
    """The statements that put back what was taken off, in the order in which they depend on each other."""

    keys: list[str]
    indexes: list[str]
    foreign: list[str]


def take_off(tables: Sequence[str]) -> Rebuild:
    """Take indexes, keys and foreign keys off the tables.

    Rows are then written at the speed of the disk, and every index is built once, by sorting, instead of row by row.
    """
    listed = ", ".join(f"'{table}'::regclass" for table in tables)
    with reach() as database:
        foreign = database.execute(
            "select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint"
            f" where contype = 'f' and (conrelid in ({listed}) or confrelid in ({listed})) and conparentid = 0"
            " order by conrelid::regclass::text, conname"
        ).fetchall()
        keys = database.execute(
            "select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint"
            f" where contype in ('p', 'u', 'x') and conrelid in ({listed}) order by contype, conname"
        ).fetchall()
        indexes = database.execute(
            "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
            f" where indrelid in ({listed})"
            " and not exists (select 1 from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))"
        ).fetchall()
        for table, name, _definition in [*foreign, *keys]:
            database.execute(f"alter table {table} drop constraint {name}")
        for name, _definition in indexes:
            database.execute(f"drop index {name}")
    return Rebuild(
        keys=[f"alter table {table} add constraint {name} {definition}" for table, name, definition in keys],
        indexes=[definition for _name, definition in indexes],
        foreign=[f"alter table {table} add constraint {name} {definition}" for table, name, definition in foreign],
    )


def put_back(statements: Sequence[str], on_progress: Callable[[int, int], None]) -> None:
    """Run the statements, two at a time; those of one kind do not depend on each other."""
    done = count(1)

    def run(statement: str) -> None:
        with reach() as database:
            database.execute("set maintenance_work_mem = '512MB'")
            database.execute("set max_parallel_maintenance_workers = 1")
            database.execute(statement)
        on_progress(next(done), len(statements))

    with ThreadPoolExecutor(2) as builders:
        list(builders.map(run, statements))
