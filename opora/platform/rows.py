"""Writing new rows by a statement that is composed once for each table."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one table and give them their keys, as `bulk_create` does.

    For what is on the way of every registration: to compose an INSERT anew costs Django more than PostgreSQL needs to
    carry it out. Signals are not sent, and expressions are not taken as values.
    """
    if not rows:
        return
    into, fields, returned = _composed(type(rows[0]))
    one = f"({', '.join(['%s'] * len(fields))})"
    statement = f"{into} values {', '.join([one] * len(rows))} returning {', '.join(f.column for f in returned)}"
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row, made in zip(rows, cursor.fetchall(), strict=True):
            for field, value in zip(returned, made, strict=True):
                setattr(row, field.attname, value)
            row._state.adding, row._state.db = False, connection.alias


@cache
def _composed(model: type[models.Model]) -> tuple[str, list[Any], list[Any]]:
    """The beginning of the statement, the fields that are written, and those that the database makes."""
    made = [field for field in model._meta.concrete_fields if field.generated or field is model._meta.auto_field]
    written = [field for field in model._meta.concrete_fields if field not in made]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in written)
    return f"insert into {quote(model._meta.db_table)} ({columns})", written, made
