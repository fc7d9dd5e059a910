"""Lists over HTTP: one page, and the address of the next."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from opora.platform.rest.cursors import slice_of
from opora.platform.rest.schemas import Output, Page

Shown = TypeVar("Shown", bound=Output)


def page_of(
    request: HttpRequest,
    schema: type[Shown],
    rows: QuerySet[Any],
    *,
    by: Sequence[str],
    cursor: str,
    limit: int,
    show: Callable[[Any], Shown] | None = None,
) -> Page[Shown]:
    """Cut one page from `rows` in the order `by` (see `slice_of`) and show every row by `schema`.

    :param show: makes the answer's part of a row, where fields of the row are not enough.
    """
    found = slice_of(rows, by=by, cursor=cursor, limit=limit)
    return Page[schema](  # type: ignore[valid-type]
        items=[show(row) if show else schema.from_orm(row) for row in found.rows],
        next=next_address(request, found.cursor),
    )


def next_address(request: HttpRequest, cursor: str) -> str | None:
    """The same list from `cursor` on; None when there is no more."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
