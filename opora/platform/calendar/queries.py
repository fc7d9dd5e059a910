"""The calendar and the schedules, kept in the process: every due date asks for them."""

import time
from collections.abc import Callable
from datetime import time as day_time
from typing import TypeVar

from django.db.models import QuerySet

from opora.platform.calendar.hours import Period, WorkingHours, office_week
from opora.platform.calendar.models import ProductionYear, Schedule
from opora.platform.calendar.production import ProductionCalendar, calendar_of
from opora.platform.calendar.year_file import DayKind, YearDay, YearFile

T = TypeVar("T")

#: For branches and offices without a schedule of their own.
ORDINARY = WorkingHours(
    zone="Europe/Moscow",
    week=(*office_week((day_time(8), day_time(12)), (day_time(13), day_time(17)))[:5], (), ()),
)

_SECONDS = 60.0
_kept: dict[object, tuple[float, object]] = {}


def forget() -> None:
    """Read afresh at the next question. Other processes notice within a minute."""
    _kept.clear()


def production_calendar() -> ProductionCalendar:
    """All years that have been loaded."""
    return _keep("calendar", _read_calendar)


def working_hours(schedule_id: int | None) -> WorkingHours:
    """The hours of a schedule; the ordinary ones (8–12, 13–17, Moscow time) where none is set."""
    if schedule_id is None:
        return ORDINARY
    return _keep(schedule_id, lambda: _read_hours(schedule_id))


def schedules() -> QuerySet[Schedule]:
    """Every schedule, by name."""
    return Schedule.objects.order_by("name")


def _keep(key: object, read: Callable[[], T]) -> T:
    at, value = _kept.get(key, (0.0, None))
    if value is None or time.monotonic() - at > _SECONDS:
        value = read()
        _kept[key] = (time.monotonic(), value)
    return value  # type: ignore[return-value]


def _read_calendar() -> ProductionCalendar:
    years = ProductionYear.objects.prefetch_related("days").order_by("year")
    return calendar_of(
        YearFile(
            year.year,
            year.source,
            [YearDay(day.day, DayKind(day.kind), day.title, day.moved_from) for day in year.days.all()],
        )
        for year in years
    )


def _read_hours(schedule_id: int) -> WorkingHours:
    schedule = Schedule.objects.prefetch_related("periods", "exceptions").get(pk=schedule_id)
    week: list[list[Period]] = [[] for _ in range(7)]
    for period in sorted(schedule.periods.all(), key=lambda period: period.opens):
        week[period.weekday].append((period.opens, period.closes))
    exceptions: dict[object, list[Period]] = {}
    for special in sorted(schedule.exceptions.all(), key=lambda special: special.opens or day_time()):
        periods = exceptions.setdefault(special.day, [])
        if special.opens and special.closes:
            periods.append((special.opens, special.closes))
    return WorkingHours(
        zone=schedule.zone,
        week=tuple(tuple(periods) for periods in week),
        always_open=schedule.always_open,
        exceptions={day: tuple(periods) for day, periods in exceptions.items()},  # type: ignore[misc]
    )
