"""Who is off: whole sets of usage points are cut off and given back, each by one statement.

Whoever's scope it is, everybody below an element loses supply: the statements see everything.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from opora.platform.scope import EVERYTHING, current_scope, scoped

#: Whoever cuts off or gives back waits for whoever does it now: taken before any row is locked.
_LOCK = 7_320

_CUT_OFF = """
with new as (
    insert into outages_affected (outage_id, usage_point_id, since)
    select %(outage)s, point.id, %(since)s from customers_usagepoint point where {which}
    on conflict do nothing returning 1
)
select count(*) from new
"""

#: The usage points first: the planner cannot know how many are off at this moment.
_GIVE_BACK = """
with below as materialized (select id from customers_usagepoint point where {below}),
back as (
    update outages_affected affected set until = greatest(%(at)s, affected.since)
    {joined} where affected.until is null and affected.outage_id = any(%(outages)s) {which}
    returning affected.outage_id
)
select outage_id, count(*) from back group by outage_id order by outage_id
"""

_TAKE_BACK = """
with again as (
    update outages_affected affected set until = null where outage_id = %s and until = %s
        and not exists (select from outages_affected o where o.usage_point_id = affected.usage_point_id and o.until is null)
    returning 1
)
select count(*) from again
"""  # noqa: E501

#: The place with most of the usage points below the elements, of the first thousand: they lie together.
_PLACE = """
select branch_id, district_id
from (select branch_id, district_id from customers_usagepoint where element_id = any(%s) limit 1000) first
group by branch_id, district_id order by count(*) desc, branch_id, district_id limit 1
"""

_HOLDER = """
select outage_id from outages_affected affected join customers_usagepoint point on point.id = affected.usage_point_id
where affected.until is null and affected.outage_id <> %(outage)s
    and (point.element_id = any(%(elements)s) or point.id = any(%(points)s))
group by outage_id order by count(*) desc, outage_id limit 1
"""

_UNEXPECTED = """
select exists (
    select from customers_usagepoint point where point.element_id = any(%s)
    and not exists (select from outages_expectedpoint e where e.outage_id = %s and e.usage_point_id = point.id)
)
"""


@dataclass(frozen=True)
class Place:
    branch_id: int
    district_id: int | None


def hold_ledger() -> None:
    """Let nobody else cut off or give back until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def cut_off(*, outage_id: int, since: datetime, elements: Sequence[int] = (), points: Sequence[int] = ()) -> int:
    """Record that the usage points below these elements, or these points, are off; return how many were not before.

    Points that are off already stay with the outage that took them.
    """
    which, chosen = ("point.element_id", elements) if elements else ("point.id", points)
    values = {"outage": outage_id, "since": since, "chosen": list(chosen)}
    count: int = told_of_all(_CUT_OFF.format(which=f"{which} = any(%(chosen)s)"), values)[0][0]
    return count


def give_back(
    *, at: datetime, outages: Sequence[int], elements: Sequence[int] = (), points: Sequence[int] = ()
) -> Mapping[int, int]:
    """Record that those whom these outages hold have supply again: all, or below these elements, or these points.

    :return: how many usage points of which outage have supply again.
    """
    below = []
    if elements:
        below.append("point.element_id = any(%(elements)s)")
    if points:
        below.append("point.id = any(%(points)s)")
    statement = _GIVE_BACK.format(
        below=" and ".join(below or ["false"]),
        joined="from below" if below else "",
        which="and affected.usage_point_id = below.id" if below else "",
    )
    values = {"at": at, "outages": list(outages), "elements": list(elements), "points": list(points)}
    return dict(told_of_all(statement, values))


def take_back(*, outage_id: int, until: datetime | None) -> int:
    """Record that those who got supply at that moment have lost it again in the same interruption; return how many."""
    count: int = told_of_all(_TAKE_BACK, [outage_id, until])[0][0]
    return count


def place_of(elements: Sequence[int]) -> Place | None:
    """Where most usage points below these elements are; nothing when there are none."""
    found = told_of_all(_PLACE, [list(elements)])
    return Place(*found[0]) if found else None


def holder_of(*, outage_id: int, elements: Sequence[int], points: Sequence[int]) -> int | None:
    """The other outage because of which most of these are off already."""
    found = told_of_all(_HOLDER, {"outage": outage_id, "elements": list(elements), "points": list(points)})
    return found[0][0] if found else None


def are_expected(outage_id: int, elements: Sequence[int]) -> bool:
    """Whether a planned outage expects every usage point on these elements to be off."""
    return not told_of_all(_UNEXPECTED, [list(elements), outage_id])[0][0]


def told_of_all(statement: str, values: Any) -> list[Any]:
    """Run a statement that sees everything, whoever's scope it is; return its rows."""
    everything = nullcontext() if current_scope().everything else scoped(EVERYTHING)
    with everything, connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows
