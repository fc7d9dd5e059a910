"""What stands against the time of planned works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.stages import TO_COME, Stage
from opora.registry.grid.queries import current_tracer


@dataclass(frozen=True)
class Conflict:
    """Other works that would cut off some of the same usage points on the same days."""

    outage_id: int
    number: str
    planned_from: datetime
    planned_to: datetime
    points: int


@dataclass(frozen=True)
class Weight:
    """Whom planned works would cut off: how many, of which reliability."""

    points: int
    category_1: int
    category_2: int


_CONFLICTS = """
select other.id, other.number, theirs.planned_from, theirs.planned_to, count(*)
from outages_plannedwork ours
join outages_plannedwork theirs on theirs.outage_id <> ours.outage_id
    and theirs.planned_from < ours.planned_to and theirs.planned_to > ours.planned_from
join outages_outage other on other.id = theirs.outage_id and other.stage = any(%(stages)s)
join outages_expectedpoint taken on taken.outage_id = other.id
join outages_expectedpoint mine on mine.outage_id = ours.outage_id and mine.usage_point_id = taken.usage_point_id
where ours.outage_id = %(outage)s
group by other.id, other.number, theirs.planned_from, theirs.planned_to
order by theirs.planned_from, other.id
"""

_WEIGHT = """
select count(*), count(*) filter (where reliability_category = 'I'),
    count(*) filter (where reliability_category = 'II')
from outages_expectedpoint expected join customers_usagepoint point on point.id = expected.usage_point_id
where outage_id = %s
"""


_WEIGHT_BELOW = """
select count(*), count(*) filter (where reliability_category = 'I'), count(*) filter (where reliability_category = 'II')
from customers_usagepoint where element_id = any(%s)
"""


def weight_below(element_id: int) -> Weight:
    """Whom the loss of an element would cut off, as the network stands now."""
    elements = current_tracer().lost_by_opening(element_id).tolist()
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_WEIGHT_BELOW, [elements])
        return Weight(*cursor.fetchone())


def conflicts_of(outage_id: int) -> Sequence[Conflict]:
    """Other works at the same time for some of the same usage points; all of them, whatever the user may see."""
    stages = [*TO_COME, Stage.UNDER_WAY, Stage.PARTLY_RESTORED]
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_CONFLICTS, {"outage": outage_id, "stages": stages})
        return [Conflict(*row) for row in cursor.fetchall()]


def weight_of(outage_id: int) -> Weight:
    """How many usage points planned works would cut off, and of which categories of reliability."""
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_WEIGHT, [outage_id])
        return Weight(*cursor.fetchone())
