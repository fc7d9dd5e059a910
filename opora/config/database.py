"""The database of an installation: server, roles, migrations, grants.

Migrations run as the owner; requests run as `opora_app`, which owns no table.
"""

import os
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from psycopg import sql

from opora.config import embedded
from opora.config.errors import NotReady

ROLE = "opora_app"
OLDEST_SERVER = 15

_HAS_ROLE = f"""
select exists (select 1 from pg_roles where rolname = '{ROLE}'
               and pg_has_role(current_user, oid, case when %s then 'SET' else 'MEMBER' end))
"""

#: The journal is append-only, and the migrations are nobody's business.
_GRANT = f"""
grant usage on schema public to {ROLE};
grant select, insert, update, delete on all tables in schema public to {ROLE};
grant usage, select on all sequences in schema public to {ROLE};
grant execute on all functions in schema public to {ROLE};
revoke insert, update, delete on django_migrations from {ROLE};
do $$ declare entry regclass; begin
    for entry in select oid from pg_class where relkind in ('r', 'p') and relname like 'journal_entry%' loop
        execute format('revoke update, delete on %s from {ROLE}', entry);
    end loop;
end $$;
"""


def connect() -> None:
    """Let this process and its children reach the database: the one named, else the embedded one, started or joined."""
    if "OPORA_DATABASE_URL" in os.environ:
        return
    url = embedded.start(settings.HOME / "postgres")
    os.environ["OPORA_DATABASE_URL"] = url
    connection.settings_dict["USER"] = "postgres"
    connection.settings_dict["HOST"] = dict(pair.split("=") for pair in urlsplit(url).query.split("&"))["host"]


def check_server() -> None:
    """Make sure of a server that is new enough and of a database on it; make the database if it may be made.

    :raises NotReady: with what the administrator of the server has to do.
    """
    name = connection.settings_dict["NAME"]
    if not _exists(name):
        with _reach("postgres") as server:
            try:
                server.execute(sql.SQL("create database {} encoding 'UTF8'").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege as error:
                message = _("There is no database “%(name)s”. Ask the administrator: %(sql)s")
                order = f"create database {name} owner {connection.settings_dict['USER']};"
                raise NotReady(message % {"name": name, "sql": order}) from error
    with _reach(name) as server:
        version = server.info.server_version
        if version < OLDEST_SERVER * 10_000:
            message = _("The server is PostgreSQL %(found)d; Opora needs %(needed)d or later.")
            raise NotReady(message % {"found": version // 10_000, "needed": OLDEST_SERVER})
        if not _holds_role(server):
            _make_role(server)


def become_owner() -> None:
    """Connect as the owner from now on in this process."""
    _reconnect({})


def become_app() -> None:
    """Connect as the application's role from now on in this process."""
    _reconnect({"options": f"-c role={ROLE}"})


def pending_migrations() -> list[str]:
    """Migrations that are not applied yet, in order."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def migrate(*, verbosity: int = 0) -> None:
    """Bring roles, tables and grants up to date. To be called as the owner."""
    connection.ensure_connection()
    if not _holds_role(connection.connection):
        _make_role(connection.connection)
    call_command("migrate", verbosity=verbosity, interactive=False)
    grant()


def grant() -> None:
    """Give the application's role what it needs on whatever tables there are now."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANT)


def _exists(name: str) -> bool:
    """Ask by connecting to it: the catalogue of another database may be closed to us."""
    try:
        _reach(name).close()
    except psycopg.OperationalError as error:
        if "does not exist" in str(error) and "database" in str(error):
            return False
        message = _("The database does not answer: %(reason)s Check OPORA_DATABASE_URL and that the server runs.")
        raise NotReady(message % {"reason": str(error).strip()}) from error
    return True


def _reach(name: str) -> psycopg.Connection[Any]:
    """Connect to a database of the server as the owner, beside Django."""
    parameters = connection.get_connection_params()
    for unwanted in ("options", "cursor_factory", "context", "server_side_binding", "prepare_threshold"):
        parameters.pop(unwanted, None)
    return psycopg.connect(**{**parameters, "dbname": name}, autocommit=True, connect_timeout=10)


def _holds_role(server: psycopg.Connection[Any]) -> bool:
    """Whether we may step down to the application's role; since PostgreSQL 16 its maker is a member who may not."""
    found = server.execute(_HAS_ROLE, [server.info.server_version >= 160_000]).fetchone()
    return bool(found and found[0])


def _make_role(server: psycopg.Connection[Any]) -> None:
    try:
        if not server.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
            server.execute(sql.SQL("create role {} nologin").format(sql.Identifier(ROLE)))
        server.execute(sql.SQL("grant {} to {}").format(sql.Identifier(ROLE), sql.Identifier(server.info.user)))
    except psycopg.errors.InsufficientPrivilege as error:
        message = _("The role “%(role)s” cannot be made. Ask the administrator: %(sql)s")
        order = f"create role {ROLE} nologin; grant {ROLE} to {server.info.user};"
        raise NotReady(message % {"role": ROLE, "sql": order}) from error


def _reconnect(options: dict[str, str]) -> None:
    connection.close()
    kept = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "options"}
    connection.settings_dict["OPTIONS"] = {**kept, **options}
