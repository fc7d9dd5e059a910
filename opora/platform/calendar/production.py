"""The production calendar: which days are working, short or off. Pure: no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from opora.platform.calendar.year_file import DayKind, YearFile

#: ТК РФ, ст. 112: days off of every year. A year whose transfers nobody has approved yet is computed from these.
_LAWFUL = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})


@dataclass(frozen=True)
class ProductionCalendar:
    """Days that differ from the ordinary week, for the years that have been loaded.

    :param off: days from Monday to Friday that are off.
    :param working: Saturdays and Sundays that are working.
    :param short: working days shortened by an hour (ТК РФ, ст. 95).
    :param titles: names of holidays, by day.
    :param moved: days off that replace another, by day.

    A year that is not loaded is computed from the lawful holidays alone; `knows` tells, and explanations say so.
    """

    years: frozenset[int] = frozenset()
    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    short: frozenset[date] = frozenset()
    titles: Mapping[date, str] = field(default_factory=dict, hash=False, compare=False)
    moved: Mapping[date, date] = field(default_factory=dict, hash=False, compare=False)

    def knows(self, day: date) -> bool:
        """Whether the calendar of that year has been loaded."""
        return day.year in self.years

    def is_working(self, day: date) -> bool:
        if day.year not in self.years:
            return day.weekday() < 5 and (day.month, day.day) not in _LAWFUL
        if day.weekday() < 5:
            return day not in self.off
        return day in self.working


def calendar_of(years: Iterable[YearFile]) -> ProductionCalendar:
    """One calendar out of several years."""
    found = list(years)
    days = [day for year in found for day in year.days]
    return ProductionCalendar(
        years=frozenset(year.year for year in found),
        off=frozenset(entry.day for entry in days if entry.kind is DayKind.OFF),
        working=frozenset(e.day for e in days if e.kind is not DayKind.OFF and e.day.weekday() >= 5),
        short=frozenset(entry.day for entry in days if entry.kind is DayKind.SHORT),
        titles={entry.day: entry.title for entry in days if entry.title},
        moved={entry.day: entry.moved_from for entry in days if entry.moved_from},
    )
