"""Is this place off, why, since when, until when, and who says so: one query for every screen that asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from opora.processes.outages.stages import EstimateSource, OutageKind, Source, Stage, Supply


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Works that will take supply away."""

    outage_id: int
    number: str
    begins_at: datetime
    ends_at: datetime
    works: str


@dataclass(frozen=True, kw_only=True)
class SupplyStatus:
    """The supply of a usage point."""

    usage_point_id: int
    state: Supply
    outage_id: int | None = None
    number: str = ""
    kind: OutageKind | None = None
    stage: Stage | None = None
    #: In the words that customers are told.
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None
    until_said_by: EstimateSource | None = None
    said_by: Source | None = None
    planned: Planned | None = None


#: Written out: every call, card and answer of the IVR asks it.
_STATUS = """
select point.id, outage.id, outage.number, outage.kind, outage.stage, outage.source, affected.since,
    coalesce(nullif(cause.told, ''), cause.name, works.works, ''), outage.estimated_at, estimate.source,
    planned.id, planned.number, planned.planned_from, planned.planned_to, planned.works
from customers_usagepoint point
left join outages_affected affected on affected.usage_point_id = point.id and affected.until is null
left join outages_outage outage on outage.id = affected.outage_id
left join outages_cause cause on cause.id = outage.cause_id
left join outages_plannedwork works on works.outage_id = outage.id
left join lateral (
    select source from outages_estimate where outage_id = outage.id order by id desc limit 1
) estimate on true
left join lateral (
    select other.id, other.number, work.planned_from, work.planned_to, work.works
    from outages_expectedpoint expected
    join outages_outage other on other.id = expected.outage_id and other.stage in ('APPROVED', 'ANNOUNCED')
    join outages_plannedwork work on work.outage_id = other.id
    where expected.usage_point_id = point.id and work.planned_to > now()
    order by work.planned_from, other.id limit 1
) planned on true
where {which}
order by point.number
"""


def supply_status(usage_point_id: int) -> SupplyStatus | None:
    """The supply of a usage point; nothing when there is no such point for this user."""
    found = _asked("point.id = %s", usage_point_id)
    return found[0] if found else None


def supply_of_customer(customer_id: int) -> Sequence[SupplyStatus]:
    """The supply of each usage point of a customer."""
    return _asked("point.customer_id = %s", customer_id)


def supply_of_points(usage_point_ids: Sequence[int]) -> Mapping[int, SupplyStatus]:
    """The supply of many usage points, by their ids."""
    return {status.usage_point_id: status for status in _asked("point.id = any(%s)", list(usage_point_ids))}


def _asked(which: str, value: int | list[int]) -> list[SupplyStatus]:
    with connection.cursor() as cursor:
        cursor.execute(_STATUS.format(which=which), [value])
        return [_status(*row) for row in cursor.fetchall()]


def _status(
    point_id: int,
    outage_id: int | None,
    number: str,
    kind: str,
    stage: str,
    source: str,
    since: datetime,
    why: str,
    until: datetime | None,
    until_said_by: str | None,
    *planned: object,
) -> SupplyStatus:
    to_come = None
    if planned[0] is not None:
        to_come = Planned(**dict(zip(("outage_id", "number", "begins_at", "ends_at", "works"), planned, strict=True)))  # type: ignore[arg-type]
    if outage_id is None:
        return SupplyStatus(usage_point_id=point_id, state=Supply.ON, planned=to_come)
    if until_said_by is None and until is not None:
        until_said_by = EstimateSource.PLAN
    return SupplyStatus(
        usage_point_id=point_id,
        state=Supply.UNCERTAIN if stage == Stage.SUSPECTED else Supply.OFF,
        outage_id=outage_id,
        number=number,
        kind=OutageKind(kind),
        stage=Stage(stage),
        why=why,
        since=since,
        until=until,
        until_said_by=EstimateSource(until_said_by) if until_said_by else None,
        said_by=Source(source),
        planned=to_come,
    )
