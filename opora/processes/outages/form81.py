"""Form 8.1, the journal of interruptions: one line that holds more than either layout needs, and both layouts of it.

Layout A (35 columns) follows the damage log of a grid company, seen in its code; layout B (27 columns) is annex 8 of
order 1256 of Minenergo from memory, its numbering unverified: so the columns are data, in `form81.toml`, each with the
field of `Line` it shows. DOMAIN 3.5 tells the sources. What the columns mean here:

* a line is one outage with one beginning and one end: supply that comes back in steps makes a line for each step,
  so Σ hours × points of the lines is exactly the numerator of SAIDI;
* kind: П planned, А by the schedule of emergency limitation, В unplanned, В1 unplanned from another's network;
  only В is counted in the indices of the tariff (column 27 of B);
* a usage point is off as a whole: partly off are only customers, who kept supply at another of their points;
* АПВ and АВР are 0: what they have restored is a blink, not an interruption;
* load is the sum of maximum power, as measured load is not known.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from opora.processes.outages.stages import InterruptionKind

Value = str | int | Decimal | None

#: Codes of causes whose outages follow the system operator's schedule; as `causes.toml` has them.
SHEDDING = "7"
_LINES = ("КВЛ", "КЛ", "ВЛ")
_EXACT = Decimal("0.0001")


class Layout(StrEnum):
    """Which of the two forms."""

    A = "a"
    B = "b"


@dataclass(frozen=True)
class Column:
    title: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One interruption, with everything that either layout asks."""

    number: int
    outage: str
    branch: str
    district: str
    object_name: str
    #: КЛ, ВЛ, КВЛ, ПС, ТП, РП.
    object_kind: str
    voltage_kv: Decimal | None
    kind: InterruptionKind
    since: datetime
    until: datetime
    #: When the last usage point of the outage got supply: the fault was mended.
    mended: datetime | None
    points_first: int
    points_second: int
    points_third: int
    points_high: int
    points_medium_1: int
    points_medium_2: int
    points_low: int
    points_grid: int
    points_producers: int
    first_whole: int
    first_partly: int
    second_whole: int
    second_partly: int
    third: int
    up_to_150: int
    up_to_670: int
    over_670: int
    grid_companies: int
    producers: int
    #: kW.
    power: Decimal
    cause: str
    act: str
    comment: str
    zone: ZoneInfo

    points_first_partly = points_second_partly = 0
    reclosed = reserve = 0
    neighbours = feeders = topology = organisational_cause = ""

    @property
    def unit(self) -> str:
        return ", ".join(filter(None, [self.branch, self.district]))

    @property
    def object_class(self) -> str:
        return "ЛЭП" if self.object_kind in _LINES else "ПС" if self.object_kind else ""

    @property
    def unplanned(self) -> int:
        return int(self.kind != InterruptionKind.PLANNED)

    @property
    def points_first_all(self) -> int:
        return self.points_first + self.points_first_partly

    @property
    def points_second_all(self) -> int:
        return self.points_second + self.points_second_partly

    @property
    def points_others(self) -> int:
        return self.points_grid + self.points_producers

    @property
    def points(self) -> int:
        return self.points_first_all + self.points_second_all + self.points_third + self.points_others

    @property
    def consumers(self) -> int:
        return self.first_whole + self.first_partly + self.second_whole + self.second_partly + self.third

    @property
    def parties(self) -> int:
        return self.consumers + self.grid_companies + self.producers

    @property
    def seconds(self) -> int:
        return int((self.until - self.since).total_seconds())

    @property
    def hours(self) -> Decimal:
        return (Decimal(self.seconds) / 3600).quantize(_EXACT, ROUND_HALF_UP)

    @property
    def load_mw(self) -> Decimal:
        return (self.power / 1000).quantize(_EXACT, ROUND_HALF_UP)

    @property
    def since_text(self) -> str:
        return self._moment(self.since)

    @property
    def until_text(self) -> str:
        return self._moment(self.until)

    @property
    def mended_text(self) -> str:
        return self._moment(self.mended) if self.mended else ""

    @property
    def document(self) -> str:
        return "Акт расследования" if self.act else f"Журнал отключений, {self.outage}"

    @property
    def origin(self) -> str:
        return self.object_name

    @property
    def technical_cause(self) -> str:
        return self.cause

    @property
    def counted(self) -> int:
        return int(self.kind == InterruptionKind.UNPLANNED)

    def _moment(self, moment: datetime) -> str:
        """As the form writes it: hours, minutes, year, month, day."""
        return moment.astimezone(self.zone).strftime("%H,%M %Y.%m.%d")


@cache
def columns(layout: Layout) -> Sequence[Column]:
    """The columns of a layout in their order."""
    told = tomllib.loads(Path(__file__).with_name("form81.toml").read_text())
    return [Column(**column) for column in told[layout]]


def cells(line: Line, layout: Layout) -> Sequence[Value]:
    """The line as the layout shows it."""
    return [getattr(line, column.field) for column in columns(layout)]


def kind_of(*, planned: bool, ours: bool, cause: str) -> InterruptionKind:
    """The kind of an interruption by the code of its cause, and whether that lies in the company's own network."""
    if planned:
        return InterruptionKind.PLANNED
    if not ours:
        return InterruptionKind.NOT_OURS
    shedding = cause == SHEDDING or cause.startswith(f"{SHEDDING}.")
    return InterruptionKind.SHEDDING if shedding else InterruptionKind.UNPLANNED


def object_kind(element_kind: str, containers: Sequence[str], name: str) -> str:
    """КЛ, ВЛ, КВЛ, ПС, ТП or РП of an element: by what it is, then by what it stands in, from the nearest outwards.

    :param name: what the line is called: people write its kind first; a line that says nothing is an overhead one.
    """
    line = next((kind for kind in _LINES if name.upper().startswith(kind)), "ВЛ")
    if element_kind == "LINE_SEGMENT":
        return line
    known = {"SUBSTATION": "ПС", "TRANSFORMER_POINT": "ТП", "DISTRIBUTION_POINT": "РП", "LINE": line, "FEEDER": line}
    return next((known[kind] for kind in containers if kind in known), "")
