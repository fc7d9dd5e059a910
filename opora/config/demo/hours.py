"""A clock whose days are laid out once: history counts tens of thousands of terms on the same few hundred days."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime

from opora.casework.cases.queries.clock import Clock
from opora.platform.calendar.hours import WorkingHours
from opora.platform.calendar.production import ProductionCalendar


@dataclass(frozen=True)
class KeptHours(WorkingHours):
    """Working hours that remember the periods of each day."""

    days: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict, hash=False, compare=False)

    def periods(self, day: date, calendar: ProductionCalendar) -> list[tuple[datetime, datetime]]:
        found = self.days.get(day)
        if found is None:
            found = self.days[day] = super().periods(day, calendar)
        return found


def kept(clock: Clock) -> Clock:
    """The same clock, faster."""
    values = {item.name: getattr(clock.hours, item.name) for item in fields(WorkingHours)}
    return Clock(calendar=clock.calendar, hours=KeptHours(**values))
