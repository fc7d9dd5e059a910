"""How many hours of interruption a usage point is allowed, and how many of them are spent. Pure calculation.

ПП 27.12.2004 № 861 (rules of non-discriminatory access), п. 31(6): category III may be off 72 hours a year and at most
24 hours without a break; for I and II the contract says, and never more than for III (DOMAIN 3.1; 72 hours are from
memory, so they stand as data in `limits.toml`). Every interruption counts, planned ones too; automatic reclosing
does not. An interruption over New Year is cut at local midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from opora.processes.outages.saidi import Period

#: Per cent of what is allowed at which dispatchers are warned, as for stages of cases.
THRESHOLDS = (50, 80, 100)


@dataclass(frozen=True)
class Allowed:
    """Hours without a break and in a year."""

    consecutive: Decimal
    yearly: Decimal


@dataclass(frozen=True)
class Spent:
    """Per cent of what is allowed that is spent, whole ones."""

    consecutive: int
    yearly: int

    @property
    def worst(self) -> int:
        return max(self.consecutive, self.yearly)


def share(spent: timedelta, allowed_hours: Decimal) -> int:
    """Whole per cent of the allowed hours that are spent."""
    return int(Decimal(int(spent / timedelta(seconds=1))) * 100 / (allowed_hours * 3600))


def threshold(spent: int) -> int:
    """The highest threshold that is reached; 0 before the first."""
    return max((line for line in THRESHOLDS if spent >= line), default=0)


def allowed_hours(category: Allowed, contract: Allowed | None, third: Allowed) -> Allowed:
    """What holds for a usage point: the contract if there is one, but never more than category III is allowed."""
    held = contract or category
    return Allowed(min(held.consecutive, third.consecutive), min(held.yearly, third.yearly))


def spent(*, off_since: datetime | None, now: datetime, earlier: timedelta, allowed: Allowed, zone: ZoneInfo) -> Spent:
    """What is spent by now.

    :param off_since: the beginning of an interruption that goes on.
    :param earlier: interruptions of this year that are over.
    """
    running = now - off_since if off_since else timedelta()
    this_year = by_years(off_since, now, zone).get(now.astimezone(zone).year, timedelta()) if off_since else timedelta()
    return Spent(share(running, allowed.consecutive), share(earlier + this_year, allowed.yearly))


def passed_at(*, off_since: datetime, earlier: timedelta, allowed: Allowed) -> datetime:
    """When an interruption that goes on will pass a limit, whichever comes first; both within one year."""
    left = timedelta(hours=float(allowed.yearly)) - earlier
    return off_since + min(timedelta(hours=float(allowed.consecutive)), left)


def by_years(since: datetime, until: datetime, zone: ZoneInfo) -> Mapping[int, timedelta]:
    """How much of an interruption fell into which year."""
    parts = {}
    for year in range(since.astimezone(zone).year, until.astimezone(zone).year + 1):
        period = Period(datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))
        inside = min(until, period.ends) - max(since, period.begins)
        if inside > timedelta():
            parts[year] = inside
    return parts
