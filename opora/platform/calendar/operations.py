"""Loading production calendars and defining schedules."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.calendar import queries
from opora.platform.calendar.events import ProductionYearLoaded, ScheduleCreated
from opora.platform.calendar.hours import Period
from opora.platform.calendar.models import ProductionDay, ProductionYear, Schedule, SchedulePeriod
from opora.platform.calendar.year_file import UnreadableYear, YearFile, parse_toml, parse_xml
from opora.platform.journal.operations import publish

__all__ = ["UnreadableYear"]

_BUILT_IN = Path(__file__).parent / "years"


@transaction.atomic
def load_production_year(*, year: YearFile, by: User) -> ProductionYear:
    """Put the year in the place of what was known of it. Loading it again changes nothing."""
    row, _ = ProductionYear.objects.update_or_create(
        year=year.year, defaults={"source": year.source, "loaded_at": timezone.now()}
    )
    ProductionDay.objects.filter(year=row).delete()
    ProductionDay.objects.bulk_create(
        ProductionDay(day=entry.day, year=row, kind=entry.kind.value, title=entry.title, moved_from=entry.moved_from)
        for entry in year.days
    )
    publish(ProductionYearLoaded(year=year.year), by=by, about=[row])
    transaction.on_commit(queries.forget)
    return row


def load_production_xml(*, content: bytes, by: User) -> ProductionYear:
    """Load a year from the XML it is published in.

    :raises UnreadableYear: when the content is something else.
    """
    return load_production_year(year=parse_xml(content), by=by)


@transaction.atomic
def load_builtin_years(*, by: User) -> Sequence[int]:
    """Load the years that come with Opora and are not there yet; return them."""
    known = set(ProductionYear.objects.values_list("year", flat=True))
    years = [parse_toml(path.read_text(encoding="utf-8")) for path in sorted(_BUILT_IN.glob("*.toml"))]
    missing = [year for year in years if year.year not in known]
    for year in missing:
        load_production_year(year=year, by=by)
    return [year.year for year in missing]


@transaction.atomic
def create_schedule(
    *, name: str, week: Mapping[int, Sequence[Period]], by: User, zone: str = "Europe/Moscow", always_open: bool = False
) -> Schedule:
    """Define when an office, branch or centre works.

    :param week: periods by weekday, Monday is 0; several a day leave breaks between them.
    """
    schedule = Schedule.objects.create(name=name, zone=zone, always_open=always_open)
    SchedulePeriod.objects.bulk_create(
        SchedulePeriod(schedule=schedule, weekday=weekday, opens=opens, closes=closes)
        for weekday, periods in week.items()
        for opens, closes in periods
    )
    publish(ScheduleCreated(schedule_id=schedule.pk), by=by, about=[schedule])
    return schedule
