"""The clock of a branch: terms counted on the production calendar in its working hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.utils import timezone

from opora.casework.cases.rules import SHARES
from opora.platform.calendar.explanation import explain
from opora.platform.calendar.hours import WorkingHours
from opora.platform.calendar.production import ProductionCalendar
from opora.platform.calendar.queries import production_calendar
from opora.platform.calendar.terms import Pause, Term, TermUnit, due_at, share_moments, working_time_between
from opora.registry.organization.queries import working_hours_of


@dataclass(frozen=True)
class Clock:
    """The working time of one branch."""

    calendar: ProductionCalendar
    hours: WorkingHours

    def due(self, term: Term, start: datetime, stood: Sequence[Pause] = ()) -> datetime:
        """When a term that began at `start` ends, the pauses left out."""
        return due_at(term, start, self.calendar, self.hours, stood)

    def days_later(self, moment: datetime, days: int) -> datetime:
        """So many calendar days after a due moment; a day off moves it to the next working day."""
        return self.due(Term(days, TermUnit.CALENDAR_DAYS), moment)

    def count(self, term: Term, start: datetime, stood: Sequence[Pause] = ()) -> tuple[datetime, list[datetime]]:
        """When a term ends, and when to warn: at a half, four fifths and the whole, each in working hours."""
        moments = share_moments(term, start, SHARES, self.calendar, self.hours, stood)
        return moments[-1], self._at_work(moments)

    def warnings_between(self, start: datetime, due: datetime) -> list[datetime]:
        """When to warn of a due moment that no term explains: one given from outside, or extended."""
        whole = max(due - start, timedelta())
        return self._at_work([start + whole * share / 100 for share in SHARES])

    def left(self, now: datetime, due: datetime) -> timedelta:
        """Working time until a due moment; negative when it has passed, be it years ago."""
        first, last = self._worked_by(now), self._worked_by(due)
        if first is None or last is None:
            return working_time_between(now, due, self.calendar, self.hours)
        return last - first

    def _worked_by(self, moment: datetime) -> timedelta | None:
        """Working time from the first day of the known years; None outside of them."""
        day = self.hours.local_day(moment)
        before = self._worked_before.get(day)
        if before is None:
            return None
        today = self.hours.periods(day, self.calendar)
        return before + sum((min(closes, moment) - opens for opens, closes in today if opens < moment), timedelta())

    @cached_property
    def _worked_before(self) -> Mapping[date, timedelta]:
        """Working time before each day of the known years: lists of late work ask for hundreds of such sums."""
        sums: dict[date, timedelta] = {}
        worked = timedelta()
        for year in sorted(self.calendar.years):
            for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
                day = date.fromordinal(number)
                sums[day] = worked
                worked += sum((end - start for start, end in self.hours.periods(day, self.calendar)), timedelta())
        return sums

    def explained(self, term: Term, start: datetime, stood: Sequence[Pause] = ()) -> Sequence[str]:
        """The sentences that lead from the start of a term to its end."""
        return explain(term, start, self.calendar, self.hours, stood).lines

    def working(self, moment: datetime) -> bool:
        """Whether people are at work."""
        return self.hours.next_working_moment(moment, self.calendar) == moment

    def _at_work(self, moments: Sequence[datetime]) -> list[datetime]:
        return [self.hours.next_working_moment(moment, self.calendar) for moment in moments]


_clocks: dict[int, Clock] = {}


def clock_of(branch_id: int) -> Clock:
    """The clock of a branch, kept with what it has counted for as long as calendar and hours stay the same."""
    clock = Clock(production_calendar(), working_hours_of(branch_id))
    if _clocks.get(branch_id) != clock:
        _clocks[branch_id] = clock
    return _clocks[branch_id]


def start_of_today(now: datetime) -> datetime:
    """The last midnight on the company's clock."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def end_of_today(now: datetime) -> datetime:
    """The next midnight on the company's clock."""
    return start_of_today(now) + timedelta(days=1)


def working_days_before(moment: datetime, days: int) -> datetime:
    """The midnight from which so many working days lead up to the moment."""
    calendar, day = production_calendar(), timezone.localtime(moment).date()
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working(day)
    return timezone.make_aware(datetime.combine(day, time()))
