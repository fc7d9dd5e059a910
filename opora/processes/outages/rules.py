"""Times and judgements about outages: pure calculation."""

from datetime import datetime, timedelta

from opora.platform.calendar.hours import WorkingHours
from opora.platform.calendar.production import ProductionCalendar
from opora.platform.calendar.terms import Term, TermUnit, add_months
from opora.processes.outages.stages import Stage

#: An outage that a breaker has ended by itself within this time was an automatic reclosing (АПВ), not an outage.
RECLOSING = timedelta(seconds=60)
#: Works may begin so much before their time.
EARLY = timedelta(minutes=30)
#: Reports within this time may have one cause.
TOGETHER = timedelta(hours=2)


def outage_number(*, planned: bool, branch_code: str, year: int, sequence: int) -> str:
    """`А-03-2026-00017`: А for emergency (аварийное) and П for planned, branch, year, number within both."""
    return f"{'П' if planned else 'А'}-{branch_code}-{year}-{sequence:05d}"


def is_reclosing(*, opened_at: datetime, closed_at: datetime) -> bool:
    """Whether a switch that opened and closed again did so by its automatics."""
    return closed_at - opened_at <= RECLOSING


def stage_when_restored(*, left: int) -> Stage:
    """The stage of an outage once some of its usage points have supply again."""
    return Stage.PARTLY_RESTORED if left else Stage.RESTORED


def told_by(term: Term, begins_at: datetime, calendar: ProductionCalendar, hours: WorkingHours) -> datetime:
    """The last moment to tell of works so long before they begin.

    A term in days lasts till the midnight of its day; every other unit than minutes and hours is counted in days.
    """
    if term.unit in (TermUnit.MINUTES, TermUnit.HOURS):
        return begins_at - term.duration
    day = hours.local_day(begins_at)
    if term.unit is TermUnit.MONTHS:
        day = add_months(day, -term.value)
    elif term.unit is TermUnit.CALENDAR_DAYS:
        day -= timedelta(days=term.value)
    else:
        for _day in range(term.value):
            day -= timedelta(days=1)
            while not calendar.is_working(day):
                day -= timedelta(days=1)
    return hours.midnight(day + timedelta(days=1))
