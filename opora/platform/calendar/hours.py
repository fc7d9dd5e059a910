"""Working hours: several periods a day, in a zone, on top of the production calendar. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opora.platform.calendar.production import ProductionCalendar

Period = tuple[time, time]

_DAY = timedelta(days=1)
_FRIDAY = 4


@dataclass(frozen=True)
class WorkingHours:
    """When an office, branch or centre works.

    :param zone: IANA name.
    :param week: periods of Monday to Sunday, in order and without overlap.
    :param always_open: round the clock, holidays included; then `week` does not matter.
    :param exceptions: periods of single days that differ; an empty tuple means closed.
    """

    zone: str
    week: tuple[tuple[Period, ...], ...]
    always_open: bool = False
    exceptions: Mapping[date, tuple[Period, ...]] = field(default_factory=dict, hash=False)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def periods(self, day: date, calendar: ProductionCalendar) -> list[tuple[datetime, datetime]]:
        """Working periods of a local day, as moments in UTC.

        A weekend day made working by a transfer has Friday's hours; a short day ends an hour earlier (ТК РФ, ст. 95).
        """
        if self.always_open:
            return [(self.midnight(day), self.midnight(day + _DAY))]
        if day in self.exceptions:
            return self._at(day, self.exceptions[day])
        if not calendar.is_working(day):
            return []
        weekday = day.weekday() if day.weekday() < 5 else _FRIDAY
        periods = self._at(day, self.week[weekday] or self.week[day.weekday()])
        if periods and day in calendar.short:
            opens, closes = periods[-1]
            hour_less = closes - timedelta(hours=1)
            periods[-1:] = [(opens, hour_less)] if hour_less > opens else []
        return periods

    def end_of(self, day: date, calendar: ProductionCalendar) -> datetime:
        """Up to when something may still be done on that day (ГК РФ, ст. 194): closing time, else midnight."""
        periods = self.periods(day, calendar)
        return periods[-1][1] if periods else self.midnight(day + _DAY)

    def midnight(self, day: date) -> datetime:
        """The beginning of a local day, in UTC."""
        return datetime.combine(day, time(), self.tz).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.tz).date()

    def from_moment(self, moment: datetime, calendar: ProductionCalendar) -> Iterator[tuple[datetime, datetime]]:
        """Working periods from a moment on, without end; the first one may be cut by it."""
        day = self.local_day(moment)
        while True:
            for opens, closes in self.periods(day, calendar):
                if closes > moment:
                    yield max(opens, moment), closes
            day += _DAY

    def next_working_moment(self, moment: datetime, calendar: ProductionCalendar) -> datetime:
        """The moment itself if work is going on, else the next opening."""
        return next(self.from_moment(moment, calendar))[0]

    def _at(self, day: date, periods: tuple[Period, ...]) -> list[tuple[datetime, datetime]]:
        tz = self.tz
        return [
            (datetime.combine(day, opens, tz).astimezone(UTC), datetime.combine(day, closes, tz).astimezone(UTC))
            for opens, closes in periods
        ]


def office_week(*periods: Period) -> tuple[tuple[Period, ...], ...]:
    """The same periods from Monday to Friday, a free weekend."""
    return (tuple(periods),) * 5 + ((), ())


ALWAYS = WorkingHours(zone="Europe/Moscow", week=office_week(), always_open=True)
