"""Indices of reliability: how long and how often a usage point is without supply. Pure calculation.

SAIDI = Σ Tj·Nj / N, SAIFI = Σ Nj / N, CAIDI = SAIDI / SAIFI, undelivered energy = Σ Pj·Tj; Tj are the hours of
interruption j, Nj the usage points it cut off, Pj their power, N the most usage points that a month of the period had.
Source: order of Minenergo 29.11.2016 No. 1256 (forms 8.1 and 8.3) as DOMAIN 3.4 tells it; since 2024 by voltage level
too (order 399/2023). The text of the order was not at hand, so these rules are ours and are stated on every report:

* hours belong to the period in which they ran: an interruption over a border of months is cut at local midnight;
* an interruption is counted once, in the period in which it began: so months add up to the year, exactly;
* moments are taken to the second, as the form has them to the minute: parts are whole seconds and add up;
* what ends with automatic reclosing, and what was withdrawn, is no interruption.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

SECONDS = Decimal(3600)


@dataclass(frozen=True, kw_only=True)
class Spell:
    """Usage points that were off together: `power` is their maximum power, kW, all together."""

    points: int
    since: datetime
    until: datetime
    power: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What the spells of a period add up to; sums of parts of the network add up to the whole."""

    #: Usage points cut off, each as often as it was: Σ Nj.
    cut_off: int = 0
    #: Σ Tj·Nj, in seconds.
    seconds: int = 0
    #: Σ Pj·Tj, kWh.
    energy: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            cut_off=self.cut_off + other.cut_off,
            seconds=self.seconds + other.seconds,
            energy=self.energy + other.energy,
        )

    @property
    def hours(self) -> Decimal:
        return self.seconds / SECONDS


@dataclass(frozen=True, kw_only=True)
class Indices:
    """Hours per usage point, interruptions per usage point, hours per interruption; None where nothing divides."""

    saidi: Decimal | None
    saifi: Decimal | None
    caidi: Decimal | None


@dataclass(frozen=True)
class Period:
    """Moments from `begins` up to `ends`, which is not in it."""

    begins: datetime
    ends: datetime


def indices(sums: Sums, *, points: int) -> Indices:
    """The indices of a network of so many usage points."""
    return Indices(
        saidi=sums.hours / points if points else None,
        saifi=Decimal(sums.cut_off) / points if points else None,
        caidi=sums.hours / sums.cut_off if sums.cut_off else None,
    )


def summed(spells: Iterable[Spell], period: Period) -> Sums:
    """What of these spells falls into the period."""
    total = Sums()
    for spell in spells:
        since, until = spell.since.replace(microsecond=0), spell.until.replace(microsecond=0)
        inside = min(until, period.ends) - max(since, period.begins)
        seconds = max(int(inside / timedelta(seconds=1)), 0)
        total += Sums(
            cut_off=spell.points if period.begins <= since < period.ends else 0,
            seconds=spell.points * seconds,
            energy=spell.power * seconds / SECONDS,
        )
    return total


def period_of(since: date, until: date, zone: ZoneInfo) -> Period:
    """From the midnight of one day to the midnight of another, which is not in it, by the clock of a place."""
    return Period(datetime.combine(since, time(), zone), datetime.combine(until, time(), zone))


def months_of(since: date, until: date) -> Sequence[tuple[date, date]]:
    """The parts of the months that a period of days covers: [since, until) cut at the first of each month."""
    parts = []
    while since < until:
        following = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        parts.append((since, min(following, until)))
        since = following
    return parts
