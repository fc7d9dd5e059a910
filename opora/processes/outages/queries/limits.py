"""How near usage points are to the hours of interruption they are allowed (ПП 861, п. 31(6))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.limits import Allowed
from opora.processes.outages.models import ReliabilityLimit
from opora.processes.outages.stages import LimitKind

#: What holds for each usage point: the contract, else its category; never more than category III is allowed.
_ALLOWED = """
in_force as materialized (
    select distinct on (category) category, consecutive_hours, yearly_hours
    from outages_reliabilitylimit where valid_from <= %(today)s order by category, valid_from desc
), third as materialized (select consecutive_hours, yearly_hours from in_force where category = 'III')
"""
_HOURS = """
least(coalesce(contract.consecutive_hours, in_force.consecutive_hours), third.consecutive_hours) as consecutive,
least(coalesce(contract.yearly_hours, in_force.yearly_hours), third.yearly_hours) as yearly
"""
_JOINED = """
join in_force on in_force.category = point.reliability_category
left join third on true
left join outages_contractlimit contract on contract.usage_point_id = point.id
"""

_RUNNING = f"""
with {_ALLOWED}, off as (
    select affected.outage_id, extract(epoch from %(now)s - affected.since) as running,
        extract(epoch from %(now)s - greatest(affected.since, %(new_year)s)) + coalesce(spent.seconds, 0) as year,
        {_HOURS}
    from outages_affected affected
    join customers_usagepoint point on point.id = affected.usage_point_id
    left join outages_pointyear spent on spent.usage_point_id = point.id and spent.year = %(year)s
    {_JOINED}
    where affected.until is null and affected.since <= %(now)s
), share as (
    select outage_id, floor(running / consecutive / 36)::int as consecutive, floor(year / yearly / 36)::int as yearly,
        least(consecutive * 3600 - running, yearly * 3600 - year) as left_over
    from off
)
select share.outage_id, count(*), max(consecutive), max(yearly), min(left_over),
    array[count(*) filter (where consecutive >= 50), count(*) filter (where consecutive >= 80),
        count(*) filter (where consecutive >= 100)],
    array[count(*) filter (where yearly >= 50), count(*) filter (where yearly >= 80),
        count(*) filter (where yearly >= 100)],
    outage.number, coalesce(element.name, outage.area), outage.started_at
from share join outages_outage outage on outage.id = share.outage_id
left join grid_element element on element.id = outage.element_id
where outage.stage <> 'SUSPECTED' {{condition}}
group by share.outage_id, outage.number, element.name, outage.area, outage.started_at
order by min(left_over), share.outage_id
"""

_LONGEST = f"""
with {_ALLOWED}
select point.id, point.number, point.address, point.customer_id, point.reliability_category, branch.short_name,
    spent.seconds, spent.longest, spent.interruptions, {_HOURS}, contract.usage_point_id is not null
from outages_pointyear spent
join customers_usagepoint point on point.id = spent.usage_point_id
join organization_branch branch on branch.id = point.branch_id
{_JOINED}
where spent.year = %(year)s {{condition}}
order by spent.seconds desc, spent.usage_point_id
limit %(limit)s
"""


@dataclass(frozen=True)
class RunningLimit:
    """An outage that goes on, and how near its usage points are to their limits."""

    outage_id: int
    points: int
    consecutive: int
    yearly: int
    #: When the first of its usage points passes a limit; in the past when it has.
    passed_at: datetime
    consecutive_points: Sequence[int]
    yearly_points: Sequence[int]
    number: str
    place: str
    since: datetime

    def worst(self, kind: LimitKind) -> int:
        """The highest share, per cent, that any of its usage points has spent."""
        return self.consecutive if kind == LimitKind.CONSECUTIVE else self.yearly

    def points_at(self, kind: LimitKind, threshold: int) -> int:
        """How many usage points have spent so much."""
        counts = self.consecutive_points if kind == LimitKind.CONSECUTIVE else self.yearly_points
        return counts[(50, 80, 100).index(threshold)]


@dataclass(frozen=True, kw_only=True)
class LimitFilter:
    """Which usage points; nothing given: all that were off in the year."""

    year: int
    branch_id: int | None = None
    category: str = ""
    #: Only those that have spent so many per cent of their year.
    at_least: int = 0


@dataclass(frozen=True, kw_only=True)
class PointSpent:
    """A usage point, and what it has spent of the hours it is allowed in a year."""

    usage_point_id: int
    number: str
    address: str
    customer_id: int
    category: str
    branch: str
    spent: timedelta
    longest: timedelta
    interruptions: int
    allowed: Allowed
    by_contract: bool

    @property
    def share(self) -> int:
        """Per cent of the yearly hours."""
        return int(Decimal(int(self.spent.total_seconds())) / self.allowed.yearly / 36)

    @property
    def hours(self) -> Decimal:
        return Decimal(int(self.spent.total_seconds())) / 3600

    @property
    def longest_hours(self) -> Decimal:
        return Decimal(int(self.longest.total_seconds())) / 3600

    @property
    def longest_share(self) -> int:
        """Per cent of the hours without a break."""
        return int(Decimal(int(self.longest.total_seconds())) / self.allowed.consecutive / 36)


def statutory(on: date) -> Mapping[str, Allowed]:
    """The hours in force on a day, by category."""
    rows = ReliabilityLimit.objects.filter(valid_from__lte=on).order_by("category", "-valid_from").distinct("category")
    return {row.category: Allowed(row.consecutive_hours, row.yearly_hours) for row in rows}


def running_limits(*, now: datetime, branch_id: int | None = None) -> Sequence[RunningLimit]:
    """Outages that go on, the one whose limit passes first at the top; what may reclose by itself is left out.

    All usage points count, whatever the user may see: these are numbers without names.
    """
    local = timezone.localtime(now)
    values = {
        "now": now, "today": local.date(), "year": local.year, "branch": branch_id,
        "new_year": datetime(local.year, 1, 1, tzinfo=ZoneInfo(settings.TIME_ZONE)),
    }  # fmt: skip
    condition = "and outage.branch_id = %(branch)s" if branch_id is not None else ""
    with scoped(EVERYTHING):
        rows = _rows(_RUNNING.format(condition=condition), values)
    return [
        RunningLimit(outage, points, consecutive, yearly, now + timedelta(seconds=float(left)), *more)
        for outage, points, consecutive, yearly, left, *more in rows
    ]


def longest_off(wanted: LimitFilter, *, after: tuple[int, int] | None = None, limit: int = 50) -> Sequence[PointSpent]:
    """Usage points that were off longest in a year, as far as the user may see them; interruptions that are over.

    :param after: seconds and usage point of the last line of the page before.
    """
    conditions = []
    if wanted.branch_id is not None:
        conditions.append("and point.branch_id = %(branch)s")
    if wanted.category:
        conditions.append("and point.reliability_category = %(category)s")
    if wanted.at_least:
        conditions.append(
            "and spent.seconds >= 36 * %(share)s"
            " * least(coalesce(contract.yearly_hours, in_force.yearly_hours), third.yearly_hours)"
        )
    if after is not None:
        conditions.append("and (-spent.seconds, spent.usage_point_id) > (-%(seconds)s, %(point)s)")
    values = {
        "year": wanted.year, "branch": wanted.branch_id, "category": wanted.category, "share": wanted.at_least,
        "seconds": after[0] if after else None, "point": after[1] if after else None, "limit": limit,
        "today": timezone.localdate(),
    }  # fmt: skip
    return [
        PointSpent(
            usage_point_id=point, number=number, address=address, customer_id=customer, category=category,
            branch=branch, spent=timedelta(seconds=seconds), longest=timedelta(seconds=longest),
            interruptions=interruptions, allowed=Allowed(consecutive, yearly), by_contract=by_contract,
        )
        for (
            point, number, address, customer, category, branch, seconds, longest, interruptions,
            consecutive, yearly, by_contract,
        ) in _rows(_LONGEST.format(condition=" ".join(conditions)), values)
    ]  # fmt: skip


def _rows(statement: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
