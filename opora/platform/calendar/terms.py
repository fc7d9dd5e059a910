"""Terms: from an event to the moment by which something must be done. Pure: no database, no clock.

Days are counted from the day after the event (ГК РФ, ст. 191); a month ends on the same day of the month
(ст. 192); a term in calendar days or months that ends on a day off ends on the next working day (ст. 193);
the last day lasts until closing time (ст. 194).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from opora.platform.calendar.hours import WorkingHours
from opora.platform.calendar.production import ProductionCalendar

_DAY = timedelta(days=1)


class TermUnit(StrEnum):
    """What a term is counted in. Minutes and hours run round the clock, working ones in working hours only."""

    MINUTES = "MINUTES"
    HOURS = "HOURS"
    WORKING_MINUTES = "WORKING_MINUTES"
    WORKING_HOURS = "WORKING_HOURS"
    WORKING_DAYS = "WORKING_DAYS"
    CALENDAR_DAYS = "CALENDAR_DAYS"
    MONTHS = "MONTHS"


_IN_DAYS = {TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.MONTHS}
_IN_WORKING_TIME = {TermUnit.WORKING_MINUTES, TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS}


@dataclass(frozen=True)
class Term:
    """So many units: `Term(30, TermUnit.CALENDAR_DAYS)`."""

    value: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("a term cannot be negative")

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read "30 CALENDAR_DAYS".

        :raises ValueError: when the number or the unit cannot be understood.
        """
        value, unit = text.split()
        return cls(int(value), TermUnit(unit))

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"

    @property
    def duration(self) -> timedelta:
        """The length of a term in minutes or hours."""
        minutes = self.unit in {TermUnit.MINUTES, TermUnit.WORKING_MINUTES}
        return timedelta(minutes=self.value) if minutes else timedelta(hours=self.value)


@dataclass(frozen=True)
class Pause:
    """While the clock stood: [from, to). One that still lasts is closed by the caller with the present moment."""

    start: datetime
    end: datetime


def due_at(
    term: Term,
    start: datetime,
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """The moment by which a term that began at `start` ends.

    A day at whose end the clock stood is not counted.

    :param start: aware; the answer is in UTC.
    """
    if term.unit in _IN_DAYS:
        return hours.end_of(last_day(term, start, calendar, hours, pauses), calendar)
    if term.unit in _IN_WORKING_TIME and not hours.always_open:
        return _after_working(term.duration, start, calendar, hours, pauses)
    return _after(term.duration, start, pauses)


def last_day(
    term: Term,
    start: datetime,
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause] = (),
) -> date:
    """The local day on which a term in days or months ends."""
    first = hours.local_day(start)
    working_only = term.unit is TermUnit.WORKING_DAYS
    left = (add_months(first, term.value) - first).days if term.unit is TermUnit.MONTHS else term.value
    if not working_only and not pauses:
        day = first + timedelta(days=left)
    else:
        day = first
        while left:
            day += _DAY
            if working_only and not calendar.is_working(day):
                continue
            if not _stands(hours.midnight(day + _DAY), pauses):
                left -= 1
    while not calendar.is_working(day) and not (working_only and day == first):
        day += _DAY
    return day


def share_moments(
    term: Term,
    start: datetime,
    shares: Sequence[int],
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause] = (),
) -> list[datetime]:
    """The moments at which so many per cent of the term are spent: for working terms, of its working time.

    :param shares: per cent, in ascending order; 100 is the due moment itself.
    """
    due = due_at(term, start, calendar, hours, pauses)
    stretches = _counted(start, due, term.unit, calendar, hours, pauses)
    whole = sum((end - begin for begin, end in stretches), timedelta())
    moments = []
    for share in shares:
        left, moment = whole * share / 100, due
        for begin, end in stretches:
            if left <= end - begin:
                moment = begin + left
                break
            left -= end - begin
        moments.append(due if share >= 100 else moment)
    return moments


def spent_share(
    term: Term,
    start: datetime,
    now: datetime,
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause] = (),
) -> float:
    """The part of the term spent by `now`: 0 at the start, 1 at the due moment, more when overdue."""
    due = due_at(term, start, calendar, hours, pauses)
    whole = _length(_counted(start, due, term.unit, calendar, hours, pauses))
    if not whole:
        return 1.0 if now >= due else 0.0
    return _length(_counted(start, max(start, now), term.unit, calendar, hours, pauses)) / whole


def working_time_between(
    start: datetime, end: datetime, calendar: ProductionCalendar, hours: WorkingHours
) -> timedelta:
    """Working time from one moment to another; negative when the second is the earlier."""
    if end < start:
        return -working_time_between(end, start, calendar, hours)
    return _length(_counted(start, end, TermUnit.WORKING_HOURS, calendar, hours, ()))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day (ГК РФ, ст. 192)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _stands(moment: datetime, pauses: Sequence[Pause]) -> bool:
    return any(pause.start <= moment < pause.end for pause in pauses)


def _after(left: timedelta, start: datetime, pauses: Sequence[Pause]) -> datetime:
    due = start + left
    for pause in _joined(pauses):
        begin = max(pause.start, start)
        if begin < due and pause.end > begin:
            due += pause.end - begin
    return due.astimezone(UTC)


def _after_working(
    left: timedelta, start: datetime, calendar: ProductionCalendar, hours: WorkingHours, pauses: Sequence[Pause]
) -> datetime:
    joined = _joined(pauses)
    for opens, closes in hours.from_moment(start, calendar):
        for begin, end in _without(opens, closes, joined):
            if left <= end - begin:
                return begin + left
            left -= end - begin
    raise AssertionError("working periods never end")


def _counted(
    start: datetime,
    end: datetime,
    unit: TermUnit,
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause],
) -> list[tuple[datetime, datetime]]:
    """Stretches between two moments in which the clock of the unit ran."""
    joined = _joined(pauses)
    if unit not in _IN_WORKING_TIME or hours.always_open:
        return _without(start, end, joined)
    stretches: list[tuple[datetime, datetime]] = []
    for opens, closes in hours.from_moment(start, calendar):
        if opens >= end:
            return stretches
        stretches += _without(opens, min(closes, end), joined)
    return stretches


def _length(stretches: Sequence[tuple[datetime, datetime]]) -> timedelta:
    return sum((end - begin for begin, end in stretches), timedelta())


def _without(begin: datetime, end: datetime, pauses: Sequence[Pause]) -> list[tuple[datetime, datetime]]:
    """What is left of a stretch when the pauses, in order and apart, are cut out."""
    left = []
    for pause in pauses:
        if pause.end <= begin or pause.start >= end:
            continue
        if pause.start > begin:
            left.append((begin, pause.start))
        begin = max(begin, pause.end)
    if begin < end:
        left.append((begin, end))
    return left


def _joined(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses in order, overlapping ones made one."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if joined and pause.start <= joined[-1].end:
            joined[-1] = Pause(joined[-1].start, max(joined[-1].end, pause.end))
        else:
            joined.append(pause)
    return joined
