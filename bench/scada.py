"""Signals of telecontrol taken in durably: the inbox, the inbox and what is made of it, beside the bare rows."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from django.db import connection

from bench import ground
from bench.measure import record
from opora.platform.access.queries import system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.telecontrol.models import Point
from opora.processes.telecontrol.operations import save_station, settle_signals, take_signals
from opora.processes.telecontrol.stages import PointKind
from opora.processes.telecontrol.transports import Heard
from opora.registry.grid.models import Element
from opora.registry.grid.stages import ElementKind
from opora.registry.organization.queries import branches

#: A flood as it comes from the line: batches of what the gateway takes in by one transaction.
SIGNALS, BATCH, TIMES = 20_000, 500, 5
POINTS = 2_000
TARGET = 2_000
CODE = "BENCH"

_COPY = """
    copy bench_signal (station_id, address, at, value, quality, kind, type_id, cause, tagged_at, received_at, outcome)
    from stdin
"""


def run(scale: str) -> None:
    """Take floods in, each batch a commit of its own; the same rows bare, into the same table without its rules."""
    scale = f"{SIGNALS} signals, {BATCH} in a transaction"
    with scoped(EVERYTHING):
        by = system_user()
        branch = branches()[0]
    station_id = _station(branch.pk)
    try:
        _watch(station_id)
        bare = median(_bare(station_id, flood) for flood in _floods(station_id))

        def take(signals: Sequence[Heard]) -> None:
            with scoped(EVERYTHING):
                take_signals(station_id=station_id, signals=signals, by=by)

        def take_and_settle(signals: Sequence[Heard]) -> None:
            take(signals)
            with scoped(EVERYTHING):
                settle_signals(by=by, on_positions=lambda **_changes: None)

        for name, work in (("taken in", take), ("taken in and settled", take_and_settle)):
            rate = median(_rate(flood, work) for flood in _floods(station_id))
            _forget(station_id)
            record(
                f"scada: signals {name}", rate, "/s", scale=scale, target=TARGET, at_most=False, baseline=bare
            )  # fmt: skip
    finally:
        _forget(station_id)
        with ground.reach() as database:
            database.execute("drop table if exists bench_signal")
            database.execute("delete from telecontrol_point where station_id = %s", [station_id])
            database.execute("delete from telecontrol_station where id = %s", [station_id])
            database.execute("delete from grid_element where mrid like %s", [f"{CODE}-%"])


def _station(branch_id: int) -> int:
    with scoped(EVERYTHING):
        return save_station(
            code=CODE, name=CODE, branch_id=branch_id, host="192.0.2.1", port=2404, common_address=1,
            clock_zone="UTC", is_followed=False, by=system_user(),
        ).pk  # fmt: skip


def _watch(station_id: int) -> None:
    """Give every point a breaker that stands by itself."""
    breakers = Element.objects.bulk_create(
        Element(mrid=f"{CODE}-{number}", kind=ElementKind.BREAKER, name=f"{CODE} {number}") for number in range(POINTS)
    )
    Point.objects.bulk_create(
        Point(station_id=station_id, address=address, kind=PointKind.DOUBLE, element=breaker)
        for address, breaker in enumerate(breakers, start=1)
    )


def _floods(station_id: int) -> Iterator[list[Heard]]:
    """Floods, each of signals that have never been told."""
    for turn in range(TIMES):
        begin = datetime.now(UTC) - timedelta(minutes=turn + 1)
        yield [
            Heard(
                station_id=station_id, address=1 + number % POINTS, kind=PointKind.DOUBLE, type_id=31, cause=3,
                value=1 + number // POINTS % 2, quality=0, tagged_at=begin + timedelta(milliseconds=number),
                received_at=begin + timedelta(milliseconds=number),
            )
            for number in range(SIGNALS)
        ]  # fmt: skip


def _rate(flood: Sequence[Heard], work: Callable[[Sequence[Heard]], None]) -> float:
    started = time.perf_counter()
    for first in range(0, len(flood), BATCH):
        work(flood[first : first + BATCH])
    return len(flood) / (time.perf_counter() - started)


def _bare(station_id: int, flood: Sequence[Heard]) -> float:
    """The same rows by COPY into a table without keys, as many in a transaction."""
    with ground.reach() as database:
        database.execute("drop table if exists bench_signal")
        database.execute("create table bench_signal (like telecontrol_signal including identity including defaults)")

        def copy(signals: Sequence[Heard]) -> None:
            with database.transaction(), database.cursor().copy(_COPY) as rows:
                for heard in signals:
                    rows.write_row((
                        station_id, heard.address, heard.tagged_at, heard.value, heard.quality, heard.kind.value,
                        heard.type_id, heard.cause, heard.tagged_at, heard.received_at, "",
                    ))  # fmt: skip

        return _rate(flood, copy)


def _forget(station_id: int) -> None:
    connection.close()
    with ground.reach() as database:
        database.execute("delete from telecontrol_signal where station_id = %s", [station_id])
