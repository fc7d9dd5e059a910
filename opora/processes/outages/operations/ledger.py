"""Who is off: whole sets of usage points are cut off and given back, each by one statement.

Whoever's scope it is, everybody below an element loses supply: the statements see everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from opora.platform.scope import EVERYTHING, scoped

_CUT_OFF = """
with new as (
    insert into outages_affected (outage_id, usage_point_id, since)
    select %(outage)s, point.id, %(since)s from customers_usagepoint point where {which}
    on conflict do nothing returning 1
)
select count(*) from new
"""

_GIVE_BACK = """
with back as (
    update outages_affected affected set until = greatest(%(at)s, affected.since)
    from customers_usagepoint point
    where affected.until is null and point.id = affected.usage_point_id and {which}
    returning affected.outage_id
)
select outage_id, count(*) from back group by outage_id order by outage_id
"""

#: The place with most of the usage points below the elements.
_PLACE = """
select branch_id, district_id from customers_usagepoint where element_id = any(%s)
group by branch_id, district_id order by count(*) desc, branch_id, district_id limit 1
"""


@dataclass(frozen=True)
class Place:
    branch_id: int
    district_id: int | None


def cut_off(*, outage_id: int, since: datetime, elements: Sequence[int] = (), points: Sequence[int] = ()) -> int:
    """Record that the usage points below these elements, or these points, are off; return how many were not before.

    Points that are off already stay with the outage that took them.
    """
    which, chosen = ("point.element_id", elements) if elements else ("point.id", points)
    with scoped(EVERYTHING), connection.cursor() as cursor:
        values: dict[str, Any] = {"outage": outage_id, "since": since, "chosen": list(chosen)}
        cursor.execute(_CUT_OFF.format(which=f"{which} = any(%(chosen)s)"), values)
        count: int = cursor.fetchone()[0]
    return count


def give_back(
    *, at: datetime, elements: Sequence[int] = (), points: Sequence[int] = (), outage_id: int | None = None
) -> Mapping[int, int]:
    """Record that supply is back below these elements, at these points of an outage, or at all that it still holds.

    :return: how many usage points of which outage have supply again.
    """
    which = []
    if outage_id is not None:
        which.append("affected.outage_id = %(outage)s")
    if elements:
        which.append("point.element_id = any(%(elements)s)")
    if points:
        which.append("point.id = any(%(points)s)")
    values: dict[str, Any] = {"at": at, "outage": outage_id, "elements": list(elements), "points": list(points)}
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK.format(which=" and ".join(which)), values)
        return dict(cursor.fetchall())


def place_of(elements: Sequence[int]) -> Place | None:
    """Where most usage points below these elements are."""
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_PLACE, [list(elements)])
        found = cursor.fetchone()
    return Place(*found) if found else None
