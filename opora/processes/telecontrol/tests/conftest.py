from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations import apply_positions
from opora.processes.outages.tests.conftest import Town, build_town
from opora.processes.telecontrol.models import Station
from opora.processes.telecontrol.operations import map_point, save_station, settle_signals, take_signals
from opora.processes.telecontrol.stages import PointKind
from opora.processes.telecontrol.transports import Heard
from opora.registry.grid.network import PositionChange

#: Of this moment on, in the tests.
NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def seconds(count: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=count)


@dataclass
class Watched:
    """A town whose feeder breakers Q1 (double, address 101) and Q2 (single, 102) a station watches."""

    town: Town
    station: Station
    #: What has been handed on, in order: mRID and whether it is open.
    given: list[tuple[str, bool]] = field(default_factory=list)
    #: Whether positions are handed to the outages too.
    joined: bool = False

    @property
    def admin(self):
        return self.town.admin

    def hear(
        self, address: int, value: int, *, at: float | None = None, received: float | None = None, **more
    ) -> Heard:
        """A signal that happened and was received so many seconds after noon; without `at` it has no time tag."""
        received = at or 0.0 if received is None else received
        kind = more.pop("kind", PointKind.DOUBLE if address == 101 else PointKind.SINGLE)
        fields = {"type_id": 31 if kind == PointKind.DOUBLE else 30, "cause": 3, "quality": 0, **more}
        return Heard(
            station_id=self.station.pk, address=address, kind=kind, value=value,
            tagged_at=None if at is None else seconds(at), received_at=seconds(received), **fields,
        )  # fmt: skip

    def take(self, *signals: Heard) -> int:
        return take_signals(station_id=self.station.pk, signals=signals, by=self.admin)

    def settle(self):
        return settle_signals(by=self.admin, on_positions=self._given)

    def tell(self, *signals: Heard):
        """Taken in and settled; what was handed on by it."""
        self.given.clear()
        self.take(*signals)
        self.settle()
        return list(self.given)

    def _given(self, *, changes: list[PositionChange], by) -> None:
        names = {pk: mrid for mrid, pk in self.town.grid.items()}
        self.given += [(names[change.element_id], change.is_open) for change in changes]
        if self.joined:
            apply_positions(changes=changes, by=by)


@pytest.fixture
def watched(db) -> Iterator[Watched]:
    with scoped(EVERYTHING):
        yield build_watched()


def build_watched(**address) -> Watched:
    town = build_town()
    where = {"host": "127.0.0.1", "port": 2404, "common_address": 5, **address}
    branch = town.world.branch.pk
    station = save_station(code="PS-1", name="ПС Северная", branch_id=branch, clock_zone="UTC", by=town.admin, **where)
    for address, mrid, kind in ((101, "Q1", PointKind.DOUBLE), (102, "Q2", PointKind.SINGLE)):
        map_point(station_id=station.pk, address=address, element_id=town.grid[mrid], kind=kind, by=town.admin)
    return Watched(town, station)
