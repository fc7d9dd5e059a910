"""Writing many rows at once. COPY does not go through row-level security, so the owner of the tables writes them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

from opora.config.database import ROLE
from opora.platform.numbering.operations import next_number


@contextmanager
def as_owner() -> Iterator[None]:
    """Step back from the application's role to the one that connected, for a part of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user <> session_user")
        (stepped_down,) = cursor.fetchone()
        if stepped_down:
            cursor.execute("set local role none")
        yield
        if stepped_down:
            cursor.execute(f"set local role {ROLE}")


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into a table."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_models(things: Sequence[Model]) -> None:
    """Write instances of one model as they are, ids included."""
    if things:
        fields = [field for field in things[0]._meta.concrete_fields if not field.generated]
        names = [field.attname for field in fields]
        rows = ([getattr(thing, name) for name in names] for thing in things)
        copy_rows(things[0]._meta.db_table, [str(field.column) for field in fields], rows)


def analyse(*tables: str) -> None:
    """Tell the planner what was written: of tables that were empty a moment ago it thinks that they still are."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("analyze {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def next_id(model: type[Model]) -> int:
    """The id that the next row of the table would get."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def ids_used(model: type[Model], *, up_to: int) -> None:
    """Let the table's sequence go on after this id. To be called as the owner."""
    with connection.cursor() as cursor:
        cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, max(1, up_to)])


def numbers_used(series: str, *, up_to: int) -> None:
    """Let a series of numbers go on after this one. To be called as the owner."""
    next_number(series)
    with connection.cursor() as cursor:
        cursor.execute("select setval(format('numbering.%%I', %s::text)::regclass, %s)", [series, up_to])
