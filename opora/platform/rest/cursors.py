"""Pages by key, not by number: the next page starts after the last row seen, however many rows came meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError

M = TypeVar("M", bound=Model)

#: The longest page.
MOST = 200
USUAL = 50


class BadCursor(BusinessError):
    code = "bad_cursor"


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page of rows, and the cursor of the next; an empty cursor means that this was the last."""

    rows: Sequence[M]
    cursor: str


def slice_of(rows: QuerySet[M], *, by: Sequence[str], cursor: str = "", limit: int = USUAL) -> Slice[M]:
    """Cut one page from `rows`.

    :param by: fields of the order, all ascending or all descending ("-at", "-pk"); the last one must be unique.
    :raises BadCursor: when the cursor was not made here for this order.
    """
    descending = by[0].startswith("-")
    fields = [name.removeprefix("-") for name in by]
    if any(name.startswith("-") is not descending for name in by):
        raise ValueError("all fields of a keyset order go the same way")
    rows = rows.order_by(*by)
    if cursor:
        rows = rows.filter(_after(dict(zip(fields, _values(rows, fields, cursor), strict=True)), descending))
    found = list(rows[: limit + 1])
    following = encode([getattr(found[limit - 1], name) for name in fields]) if len(found) > limit else ""
    return Slice(rows=found[:limit], cursor=following)


def encode(values: Sequence[Any]) -> str:
    """Make an opaque cursor of the values at which a page ended."""
    text = json.dumps([v.isoformat() if isinstance(v, date | datetime) else v for v in values], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[Any]:
    """Read a cursor back.

    :param kinds: what its values must be, where the caller does not check himself.
    :raises BadCursor: when it is not one of ours.
    """
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _bad() from error
    if not isinstance(values, list) or not all(isinstance(v, str | int) and "\0" not in str(v) for v in values):
        raise _bad()
    if not kinds:
        return values
    if len(values) != len(kinds):
        raise _bad()
    return [_read(value, kind) for value, kind in zip(values, kinds, strict=True)]


def _read(value: Any, kind: type) -> Any:
    if kind is datetime and isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise _bad() from error
    if type(value) is not kind or (isinstance(value, datetime) and value.tzinfo is None):
        raise _bad()
    return value


def _bad() -> BadCursor:
    return BadCursor(_("The cursor is spoiled: take it from the “next” of a page, as it is."), field="cursor")


def _values(rows: QuerySet[M], fields: Sequence[str], cursor: str) -> list[Any]:
    values = decode(cursor)
    if len(values) != len(fields):
        raise _bad()
    try:
        return [_field(rows.model, name).to_python(value) for name, value in zip(fields, values, strict=True)]
    except (ValidationError, TypeError, OverflowError) as error:
        raise _bad() from error


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(found, Field)
    return found


def _after(values: dict[str, Any], descending: bool) -> Q:
    """Of rows sorted by (a, b): a <= A and (a < A or b < B), which an index on (a, b) answers by one range."""
    beyond = "lt" if descending else "gt"
    names = list(values)
    condition = Q(**{f"{names[-1]}__{beyond}": values[names[-1]]})
    for name in reversed(names[:-1]):
        condition = Q(**{f"{name}__{beyond}e": values[name]}) & (Q(**{f"{name}__{beyond}": values[name]}) | condition)
    return condition
