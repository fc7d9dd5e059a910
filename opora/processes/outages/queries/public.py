"""Outages as anybody may see them: without people, and with points so coarse that no household can be told.

A usage point itself is never shown. What has coordinates is the switchgear it hangs on; a grid cell of about a
kilometre is shown only when at least `FEWEST` usage points of the outage lie in it, and then by its middle.
Fewer than that are joined into the district they belong to, without a point; streets are named only when as many
usage points of the outage stand on them, and a place typed by a dispatcher is not repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.stages import OFF_NOW, OutageKind, Stage

#: The fewest usage points that a point on the map, or a street, may stand for.
FEWEST = 10
#: Degrees: about a kilometre of latitude.
CELL = 0.01
#: How long an answer is kept: so often the peers refresh at best, and no visitor costs a query.
KEPT_SECONDS = 30
#: How long an old answer may stand in while somebody looks up.
_STALE_SECONDS = 600
_KEY = "outages:public"
#: The public sees what is certain: confirmed, or announced.
_STAGES = [stage.value for stage in OFF_NOW if stage != Stage.SUSPECTED] + [Stage.ANNOUNCED.value]
_SHOWN = 500
#: A street of an address is what stands before the house.
_STREET = r", (д|дом|вл|владение|стр|корп|уч|участок|кв|зд)[ .]*\S.*$"

_OFF = """
with place as (
    select affected.outage_id, affected.usage_point_id from outages_affected affected
    join outages_outage outage on outage.id = affected.outage_id and outage.stage = any(%(stages)s)
    where affected.until is null
    union
    select expected.outage_id, expected.usage_point_id from outages_expectedpoint expected
    join outages_outage outage on outage.id = expected.outage_id and outage.stage = 'ANNOUNCED'
), off as materialized (
    select place.outage_id, district.name as district, nullif(regexp_replace(point.address, %(street)s, ''), point.address) as street,
        floor(coalesce(element.latitude, container.latitude) / %(cell)s)::int as row,
        floor(coalesce(element.longitude, container.longitude) / %(cell)s)::int as column
    from place
    join customers_usagepoint point on point.id = place.usage_point_id
    left join organization_district district on district.id = point.district_id
    left join grid_element element on element.id = point.element_id
    left join grid_container container on container.id = element.container_id
)
select outage_id, count(*), array_agg(distinct district) filter (where district is not null),
    (select array_agg(street order by street) from (
        select street from off theirs where theirs.outage_id = off.outage_id and street is not null
        group by street having count(*) >= %(fewest)s) named),
    (select json_agg(json_build_array("row", "column", points) order by "row", "column") from (
        select "row", "column", count(*) as points from off theirs
        where theirs.outage_id = off.outage_id and "row" is not null and "column" is not null
        group by "row", "column" having count(*) >= %(fewest)s) cells)
from off group by outage_id
"""  # noqa: E501

_OUTAGES = """
select outage.id, outage.number, outage.kind, outage.stage, branch.name, coalesce(nullif(cause.told, ''), ''),
    coalesce(outage.started_at, work.planned_from), coalesce(outage.estimated_at, work.planned_to),
    coalesce(work.works, '')
from outages_outage outage
join organization_branch branch on branch.id = outage.branch_id
left join outages_cause cause on cause.id = outage.cause_id
left join outages_plannedwork work on work.outage_id = outage.id
where outage.stage = any(%(stages)s)
order by coalesce(outage.started_at, work.planned_from) desc, outage.id desc limit %(shown)s
"""


@dataclass(frozen=True)
class Cell:
    """The middle of a square on the map, and how many usage points of the outage hang in it."""

    latitude: float
    longitude: float
    points: int


@dataclass(frozen=True, kw_only=True)
class PublicOutage:
    """An outage as anybody may see it."""

    number: str
    kind: OutageKind
    stage: Stage
    branch: str
    why: str
    works: str
    since: datetime
    #: None: nobody has said yet.
    until: datetime | None
    #: None: fewer than `FEWEST`.
    points: int | None = None
    districts: Sequence[str] = ()
    streets: Sequence[str] = ()
    cells: Sequence[Cell] = field(default=())


@dataclass(frozen=True)
class PublicOutages:
    """All of them, and when they were looked up."""

    outages: Sequence[PublicOutage]
    updated_at: datetime


def public_outages() -> PublicOutages:
    """Outages that go on and announced works, the newest first; looked up afresh after half a minute.

    In a storm many come at once: one of them looks up, the others get what was found last.
    """
    kept: PublicOutages | None = cache.get(_KEY)
    if kept is not None:
        is_new = (timezone.now() - kept.updated_at).total_seconds() < KEPT_SECONDS
        if is_new or not cache.add(f"{_KEY}:asking", True, KEPT_SECONDS):
            return kept
    found = _asked()
    cache.set(_KEY, found, _STALE_SECONDS)
    return found


def forget_public_outages() -> None:
    """Look them up afresh at the next question."""
    cache.delete_many([_KEY, f"{_KEY}:asking"])


def _asked() -> PublicOutages:
    values: dict[str, Any] = {"stages": _STAGES, "cell": CELL, "fewest": FEWEST, "street": _STREET, "shown": _SHOWN}
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_OUTAGES, values)
        outages = cursor.fetchall()
        cursor.execute(_OFF, values)
        places = {outage: rest for outage, *rest in cursor.fetchall()}
    found = []
    for pk, number, kind, stage, branch, why, since, until, works in outages:
        points, districts, streets, cells = places.get(pk, (0, None, None, None))
        found.append(
            PublicOutage(
                number=number, kind=OutageKind(kind), stage=Stage(stage), branch=branch, why=why, works=works,
                since=since, until=until, points=points if points >= FEWEST else None,
                districts=tuple(sorted(districts or ())), streets=tuple(streets or ()),
                cells=tuple(_cell(*cell) for cell in cells or ()),
            )
        )  # fmt: skip
    return PublicOutages(tuple(found), timezone.now())


def _cell(row: int, column: int, points: Any) -> Cell:
    return Cell(round((row + 0.5) * CELL, 4), round((column + 0.5) * CELL, 4), int(points))
