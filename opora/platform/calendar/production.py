"""The production calendar: which days are working, short or off. Pure: no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

#: ТК РФ, ст. 112: days off of every year. A year whose transfers nobody has approved yet is computed from these.
_LAWFUL = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})


@dataclass(frozen=True)
class ProductionCalendar:
    """Days that differ from the ordinary week, for the years that have been loaded.

    :param off: days from Monday to Friday that are off.
    :param working: Saturdays and Sundays that are working.
    :param short: working days shortened by an hour (ТК РФ, ст. 95).
    :param titles: names of holidays and notes on transfers, by day.
    """

    years: frozenset[int] = frozenset()
    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    short: frozenset[date] = frozenset()
    titles: Mapping[date, str] = field(default_factory=dict, hash=False, compare=False)

    def is_working(self, day: date) -> bool:
        if day.year not in self.years:
            return day.weekday() < 5 and (day.month, day.day) not in _LAWFUL
        if day.weekday() < 5:
            return day not in self.off
        return day in self.working
