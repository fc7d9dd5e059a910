"""SAIDI, SAIFI, CAIDI and undelivered energy of a period, whole and by place, voltage level, cause, kind and month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opora.processes.outages.models import Cause, Outage, PointCount
from opora.processes.outages.queries.interruptions import KIND, JournalFilter, conditions
from opora.processes.outages.saidi import Indices, Sums, indices, months_of, period_of
from opora.processes.outages.stages import OFF_NOW, InterruptionKind
from opora.registry.customers.models import UsagePoint
from opora.registry.organization.models import Branch, District


class Dimension(TextChoices):
    """By what the figures are broken down."""

    BRANCH = "branch", gettext_lazy("branch")
    DISTRICT = "district", gettext_lazy("district")
    VOLTAGE = "voltage", gettext_lazy("voltage level")
    CAUSE = "cause", gettext_lazy("cause")
    KIND = "kind", gettext_lazy("kind")
    MONTH = "month", gettext_lazy("month")


_COLUMNS = {
    Dimension.BRANCH: "part.branch_id",
    Dimension.DISTRICT: "part.district_id",
    Dimension.VOLTAGE: "part.voltage",
    Dimension.CAUSE: "outage.cause_id",
    Dimension.KIND: KIND,
    Dimension.MONTH: "span.begins",
}
#: Parts of the network: each has usage points of its own, by which its indices are divided.
_PLACES = {Dimension.BRANCH: "branch_id", Dimension.DISTRICT: "district_id", Dimension.VOLTAGE: "voltage"}

_SUMS = """
select {column}, coalesce(sum(part.points) filter (where line.since >= span.begins and line.since < span.ends), 0),
    sum(part.points * span.seconds), sum(part.power * span.seconds) / 3600
from outages_interruption line
join outages_interruptionpart part on part.interruption_id = line.id
join outages_outage outage on outage.id = line.outage_id
left join outages_cause cause on cause.id = outage.cause_id
join lateral (
    select begins, ends,
        trunc(extract(epoch from least(line.until, ends) - greatest(line.since, begins)))::bigint as seconds
    from unnest(%(from)s::timestamptz[], %(to)s::timestamptz[]) as month (begins, ends)
    where line.since < ends and line.until > begins
) span on true
where {condition}
group by 1
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The indices of the whole, or of one value of a dimension."""

    key: str
    title: str
    sums: Sums
    #: By which its indices are divided.
    points: int
    indices: Indices
    #: Its part of the whole's SAIDI: these add up to it.
    contribution: Decimal | None
    #: The filter of the journal that shows the interruptions behind it.
    rows: str


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """What a report of indices shows, with what it was asked and when it was built."""

    wanted: JournalFilter
    dimension: Dimension
    whole: Figure
    figures: Sequence[Figure]
    #: The month whose number of usage points divides; None when none was counted yet.
    counted_in: date | None
    #: Outages that go on: they count when they are over.
    running: int
    built_at: datetime


def index_report(wanted: JournalFilter, dimension: Dimension) -> IndexReport:
    """Count the indices of a period under a filter.

    A place's own indices are divided by its own usage points; a cause, a kind and a month by those of the whole.
    """
    parts = _sums(wanted, dimension)
    whole_sums = sum(parts.values(), Sums())
    month, counts = _counts(wanted, _PLACES.get(dimension))
    points = sum(counts.values()) if dimension in _PLACES else counts.get("", 0)
    titles = _titles(dimension)
    figures = []
    for key in sorted(parts, key=lambda key: (-parts[key].seconds, key)) if dimension != Dimension.MONTH else parts:
        own = counts.get(key, 0) if dimension in _PLACES else points
        figures.append(
            Figure(
                key=key,
                title=titles.get(key) or _title(dimension, key),
                sums=parts[key],
                points=own,
                indices=indices(parts[key], points=own),
                contribution=parts[key].hours / points if points else None,
                rows=_rows_of(wanted, dimension, key),
            )
        )
    whole = Figure(
        key="", title=_("Total"), sums=whole_sums, points=points, indices=indices(whole_sums, points=points),
        contribution=indices(whole_sums, points=points).saidi, rows=wanted.query(),
    )  # fmt: skip
    running = Outage.objects.filter(stage__in=OFF_NOW)
    if wanted.branch_id is not None:
        running = running.filter(branch_id=wanted.branch_id)
    return IndexReport(
        wanted=wanted, dimension=dimension, whole=whole, figures=figures, counted_in=month,
        running=running.count(), built_at=timezone.now(),
    )  # fmt: skip


def _sums(wanted: JournalFilter, dimension: Dimension) -> Mapping[str, Sums]:
    zone = ZoneInfo(settings.TIME_ZONE)
    spans = [(wanted.since, wanted.until)]
    if dimension == Dimension.MONTH:
        spans = list(months_of(wanted.since, wanted.until))
    periods = [period_of(since, until, zone) for since, until in spans]
    condition, values = conditions(wanted)
    values |= {"from": [period.begins for period in periods], "to": [period.ends for period in periods]}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(column=_COLUMNS[dimension], condition=condition), values)
        found = {
            _key(key): Sums(cut_off=cut_off, seconds=int(seconds), energy=energy)
            for key, cut_off, seconds, energy in cursor.fetchall()
        }
    if dimension == Dimension.MONTH:
        return {since.isoformat(): found.get(since.isoformat(), Sums()) for since, _until in spans}
    return found


def _key(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).date().isoformat()
    return "" if value is None else str(value)


def _counts(wanted: JournalFilter, column: str | None) -> tuple[date | None, Mapping[str, int]]:
    """The most usage points that a month of the period had, and that month; by place when a column is given.

    A period from before the first count takes the nearest one.
    """
    kept = PointCount.objects.all()
    given = {"branch_id": wanted.branch_id, "district_id": wanted.district_id, "voltage": wanted.voltage or None}
    kept = kept.filter(**{name: value for name, value in given.items() if value is not None})
    inside = kept.filter(month__gte=wanted.since.replace(day=1), month__lt=wanted.until)
    if not inside.exists():
        nearest = kept.filter(month__gte=wanted.until).aggregate(month=Min("month"))["month"]
        nearest = nearest or kept.aggregate(month=Max("month"))["month"]
        inside = kept.filter(month=nearest) if nearest else kept.none()
    months = inside.values("month").annotate(total=Sum("points")).order_by("-total", "month")
    top = months.first()
    if top is None:
        return None, {}
    best = inside.filter(month=top["month"])
    if column is None:
        return top["month"], {"": top["total"]}
    by_place = best.values_list(column).annotate(total=Coalesce(Sum("points"), 0))
    return top["month"], {_key(place): total for place, total in by_place}


def _titles(dimension: Dimension) -> Mapping[str, str]:
    if dimension == Dimension.BRANCH:
        return {str(pk): name for pk, name in Branch.objects.values_list("pk", "name")}
    if dimension == Dimension.DISTRICT:
        rows = District.objects.values_list("pk", "name", "branch__short_name")
        return {str(pk): f"{name} · {branch}" for pk, name, branch in rows}
    if dimension == Dimension.CAUSE:
        return {str(pk): f"{code} {name}" for pk, code, name in Cause.objects.values_list("pk", "code", "name")}
    if dimension == Dimension.VOLTAGE:
        return {value: str(label) for value, label in UsagePoint.Voltage.choices}
    if dimension == Dimension.KIND:
        return {value: f"{value} · {label}" for value, label in InterruptionKind.choices}
    return {}


def _title(dimension: Dimension, key: str) -> str:
    if dimension == Dimension.MONTH:
        return date_format(date.fromisoformat(key), "F Y")
    return _("not known")


def _rows_of(wanted: JournalFilter, dimension: Dimension, key: str) -> str:
    """The journal behind a figure."""
    if dimension == Dimension.MONTH:
        since, until = next(part for part in months_of(wanted.since, wanted.until) if part[0].isoformat() == key)
        return replace(wanted, since=since, until=until).query()
    if dimension == Dimension.CAUSE and not key:
        return wanted.query(cause="none")
    return wanted.query(**{dimension.value: key})
