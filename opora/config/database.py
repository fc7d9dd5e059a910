"""The database of an installation: roles, migrations, grants. Runs as the owner; requests run as `opora_app`."""

from django.core.management import call_command
from django.db import connection

ROLE = "opora_app"

_MAKE_ROLE = f"""
do $$ begin
    if not exists (select 1 from pg_roles where rolname = '{ROLE}') then create role {ROLE} nologin; end if;
    if not pg_has_role(current_user, '{ROLE}', 'member') then
        execute format('grant {ROLE} to %I', current_user);
    end if;
end $$;
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


def become_owner() -> None:
    """Connect as the owner from now on in this process."""
    _reconnect({})


def become_app() -> None:
    """Connect as the application's role from now on in this process."""
    _reconnect({"options": f"-c role={ROLE}"})


def migrate(*, verbosity: int = 0) -> None:
    """Bring roles, tables and grants up to date. To be called as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_ROLE)
    call_command("migrate", verbosity=verbosity, interactive=False)
    grant()


def grant() -> None:
    """Give the application's role what it needs on whatever tables there are now."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANT)


def _reconnect(options: dict[str, str]) -> None:
    connection.close()
    kept = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "options"}
    connection.settings_dict["OPTIONS"] = {**kept, **options}
