"""What reports read is gathered: interruptions of an outage, the year of each of its usage points, how many there are.

Each is one statement over the rows of one outage, run when supply comes back and never by a report.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from opora.platform.access.models import User
from opora.processes.outages.models import Interruption, InterruptionPart, Outage, PointCount
from opora.processes.outages.operations.ledger import told_of_all
from opora.processes.outages.stages import Stage

#: What was no interruption after all.
_NONE = (Stage.BLINK, Stage.CANCELLED)

_OFF = """
with off as materialized (
    select date_trunc('second', affected.since) as since, date_trunc('second', affected.until) as until,
        point.customer_id, point.branch_id, point.district_id, point.voltage,
        point.reliability_category as category, coalesce(point.max_power, 0) as power,
        case company.code when 'GRIDS' then 'GRID' when 'PRODUCERS' then 'PRODUCER' else 'CONSUMER' end as party
    from outages_affected affected
    join customers_usagepoint point on point.id = affected.usage_point_id
    join customers_customer customer on customer.id = point.customer_id
    join customers_customergroup company on company.id = customer.group_id
    where affected.outage_id = %(outage)s
        and date_trunc('second', affected.until) > date_trunc('second', affected.since)
)
"""

_GATHER = (
    _OFF
    + """
, customer as (
    select since, until, customer_id, party, min(array_position(array['I', 'II', 'III'], category::text)) as category,
        sum(power) as power, count(*) as lost
    from off group by since, until, customer_id, party
), judged as (
    select *, category < 3 and lost < (
        select count(*) from customers_usagepoint point where point.customer_id = customer.customer_id
    ) as partly
    from customer
), line as (
    insert into outages_interruption (
        outage_id, since, until, first_whole, first_partly, second_whole, second_partly, third,
        up_to_150, up_to_670, over_670, grid_companies, producers
    )
    select %(outage)s, since, until,
        count(*) filter (where party = 'CONSUMER' and category = 1 and not partly),
        count(*) filter (where party = 'CONSUMER' and category = 1 and partly),
        count(*) filter (where party = 'CONSUMER' and category = 2 and not partly),
        count(*) filter (where party = 'CONSUMER' and category = 2 and partly),
        count(*) filter (where party = 'CONSUMER' and category = 3),
        count(*) filter (where party = 'CONSUMER' and power <= 150),
        count(*) filter (where party = 'CONSUMER' and power > 150 and power < 670),
        count(*) filter (where party = 'CONSUMER' and power >= 670),
        count(*) filter (where party = 'GRID'),
        count(*) filter (where party = 'PRODUCER')
    from judged group by since, until
    returning id, since, until
), part as (
    insert into outages_interruptionpart (
        interruption_id, branch_id, district_id, voltage, category, party, points, power
    )
    select line.id, branch_id, district_id, voltage, category, party, count(*), sum(power)
    from off join line using (since, until)
    group by line.id, branch_id, district_id, voltage, category, party
)
select count(*) from line
"""
)

_FORGET_YEARS = """
with gone as (
    delete from outages_pointyear
    where usage_point_id in (select usage_point_id from outages_affected where outage_id = %(outage)s) returning 1
)
select count(*) from gone
"""

_KEEP_YEARS = """
with spell as (
    select affected.usage_point_id, year,
        extract(epoch from least(affected.until, make_timestamptz(year + 1, 1, 1, 0, 0, 0, %(zone)s))
            - greatest(affected.since, make_timestamptz(year, 1, 1, 0, 0, 0, %(zone)s)))::int as seconds
    from (select distinct usage_point_id as id from outages_affected where outage_id = %(outage)s) point
    join outages_affected affected on affected.usage_point_id = point.id
    join outages_outage outage on outage.id = affected.outage_id and outage.stage <> all(%(none)s)
    cross join lateral generate_series(
        extract(year from affected.since at time zone %(zone)s)::int,
        extract(year from affected.until at time zone %(zone)s)::int
    ) as year
    where affected.until > affected.since
), kept as (
    insert into outages_pointyear (usage_point_id, year, seconds, longest, interruptions)
    select usage_point_id, year, sum(seconds), max(seconds), count(*) from spell where seconds > 0
    group by usage_point_id, year
    returning 1
)
select count(*) from kept
"""

_ANY_OVER = "select exists (select from outages_affected where outage_id = %(outage)s and until is not null)"

_COUNT = """
insert into outages_pointcount as kept (month, branch_id, district_id, voltage, points)
select date_trunc('month', now() at time zone %(zone)s)::date, branch_id, district_id, voltage, count(*)
from customers_usagepoint group by branch_id, district_id, voltage
on conflict (month, branch_id, district_id, voltage) do update set points = greatest(kept.points, excluded.points)
returning points
"""


@transaction.atomic
def gather_interruptions(*, outage_id: int, by: User) -> int:
    """Gather anew the interruptions of an outage that are over, and the years of its usage points.

    Usage points that are still off wait for their turn; of a blink, and of what was withdrawn, nothing stays.

    :return: how many interruptions there are: steps of restoration make several.
    """
    outage = Outage.objects.select_for_update().get(pk=outage_id)
    gathered = Interruption.objects.filter(outage=outage).exists()
    if not gathered and not told_of_all(_ANY_OVER, {"outage": outage_id})[0][0]:
        return 0  # it grows, and nobody has supply again: nothing to gather, however often it is told
    InterruptionPart.objects.filter(interruption__outage=outage).delete()
    Interruption.objects.filter(outage=outage).delete()
    values = {"outage": outage_id, "none": list(_NONE), "zone": settings.TIME_ZONE}
    lines: int = 0 if outage.stage in _NONE else told_of_all(_GATHER, values)[0][0]
    told_of_all(_FORGET_YEARS, values)
    told_of_all(_KEEP_YEARS, values)
    if not PointCount.objects.filter(month=timezone.localdate().replace(day=1)).exists():
        count_points()
    return lines


@transaction.atomic
def count_points() -> int:
    """Count the usage points of this month by place and voltage level: the most that any day has seen is kept."""
    return sum(points for (points,) in told_of_all(_COUNT, {"zone": settings.TIME_ZONE}))
