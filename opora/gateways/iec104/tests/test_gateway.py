"""From a station on the wire to an outage in the database: the whole way, and its process killed on it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.conf import settings as installed
from django.db import connection
from django.utils import timezone

from opora.config.command.scada import Gateway
from opora.config.errors import NotReady
from opora.gateways.iec104.tests.stations import STATION, free_port, outstation
from opora.platform.access import queries as access
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.models import Affected, Outage
from opora.processes.outages.operations import apply_positions
from opora.processes.telecontrol.models import Signal, Station, UnknownPoint
from opora.processes.telecontrol.queries import GATEWAY_LOCK, is_listening
from opora.processes.telecontrol.stages import LinkState, PointKind
from opora.processes.telecontrol.tests.conftest import build_watched
from opora.registry.grid.models import Element

POINTS = {101: (PointKind.DOUBLE, "closed"), 102: (PointKind.SINGLE, "closed"), 500: (PointKind.SINGLE, "closed")}


@contextmanager
def station_at(port: int, **states: str) -> Iterator[object]:
    points = {address: (kind, states.get(f"p{address}", state)) for address, (kind, state) in POINTS.items()}
    station = outstation(port, points=points)
    try:
        yield station
    finally:
        station.stop()


def until(condition: Callable[[], bool], *, doing: Callable[[], object] = lambda: time.sleep(0.05), within=30.0):
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        doing()


@pytest.fixture
def port():
    return free_port()


def signals() -> list[tuple[int, int, str]]:
    return list(Signal.objects.order_by("id").values_list("address", "value", "outcome"))


@pytest.mark.django_db
def test_a_feeder_trips_and_closes_again_and_a_lost_station_is_no_outage(link, port):
    with scoped(EVERYTHING):
        watched = build_watched(port=port, common_address=STATION)
        gateway = Gateway(link, watched.admin, apply_positions)
        gateway.begin()
        assert is_listening()
        with station_at(port) as station:
            until(lambda: Signal.objects.count() == 3, doing=gateway.turn)
            assert Station.objects.get().link_state == LinkState.CONNECTED
            assert UnknownPoint.objects.get().address == 500
            assert not Outage.objects.exists()

            before = timezone.now()
            station.tell(101, "open")
            until(Outage.objects.exists, doing=gateway.turn)
            outage = Outage.objects.get()
            assert Affected.objects.filter(until=None).count() == 3
            assert (outage.started_at - before).total_seconds() < 5

            station.tell(101, "closed")
            until(lambda: not Affected.objects.filter(until=None).exists(), doing=gateway.turn)
        until(lambda: Station.objects.get().link_state == LinkState.LOST, doing=gateway.turn)
        assert not Element.objects.filter(mrid__in=["Q1", "Q2"], is_open=True).exists()
        assert Outage.objects.count() == 1
        gateway.close()
        assert not is_listening()


@pytest.mark.django_db
def test_what_changed_while_nobody_listened_is_learned_at_the_next_connection(link, port):
    with scoped(EVERYTHING):
        watched = build_watched(port=port, common_address=STATION)
        gateway = Gateway(link, watched.admin, apply_positions)
        gateway.begin()
        with station_at(port):
            until(lambda: Signal.objects.count() == 3, doing=gateway.turn)
        with station_at(port, p101="open"):
            until(Outage.objects.exists, doing=gateway.turn)
        assert list(Element.objects.filter(is_open=True, kind="BREAKER").values_list("mrid", flat=True)) == ["Q1"]
        gateway.close()


@contextmanager
def scada() -> Iterator[subprocess.Popen[bytes]]:
    target = connection.settings_dict
    url = f"postgresql://{target['USER']}:{quote(target['PASSWORD'])}@/{target['NAME']}?host={quote(target['HOST'])}"
    if target["PORT"]:
        url += f"&port={target['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "opora.config.command", "scada"],
        cwd=installed.ROOT,
        env={**os.environ, "OPORA_DATABASE_URL": url},
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


@pytest.mark.django_db(transaction=True)
def test_killed_between_frame_and_commit_nothing_comes_twice_and_the_state_is_right_again(monkeypatch, port):
    monkeypatch.setattr(access, "_system_user", [])
    with scoped(EVERYTHING):
        build_watched(port=port, common_address=STATION)
    with station_at(port) as station:
        with scada():
            until(lambda: count() == 3)
            # the flood is on its way when the process is killed: some of it is committed, some is not
            for number in range(400):
                station.tell(102, "open" if number % 2 == 0 else "closed")
                if number == 300:
                    until(lambda: count() > 20)
                time.sleep(0.001)
        station.tell(101, "open")  # nobody listens
        until(lambda: not listening())
        committed = count()
        with scada():
            until(lambda: off() == 3)
            assert listening()
            with scoped(EVERYTHING), pytest.raises(NotReady):
                Gateway(object(), access.system_user(), apply_positions).begin()  # type: ignore[arg-type]
    with scoped(EVERYTHING):
        told = Signal.objects.values_list("address", "at", "value", "quality")
        assert len(told) == len(set(told)) >= committed
        assert not Signal.objects.filter(settled_at=None).exists()
        switches = Element.objects.filter(mrid__in=["Q1", "Q2"]).order_by("mrid")
        assert list(switches.values_list("mrid", "is_open")) == [("Q1", True), ("Q2", False)]
        assert Affected.objects.filter(until=None).count() == 3


def count() -> int:
    with scoped(EVERYTHING):
        return Signal.objects.count()


def off() -> int:
    with scoped(EVERYTHING):
        return Affected.objects.filter(until=None).count()


def listening() -> bool:
    with scoped(EVERYTHING):
        return is_listening()


@pytest.mark.django_db(transaction=True)
def test_when_the_database_goes_away_what_was_heard_waits_for_it(monkeypatch, port):
    monkeypatch.setattr(access, "_system_user", [])
    with scoped(EVERYTHING):
        build_watched(port=port, common_address=STATION)
    with station_at(port) as station, scada() as process:
        until(lambda: count() == 3)
        for state, left in (("open", 3), ("closed", 0)):
            cut_off_from_database()
            station.tell(101, state)
            until(lambda left=left: off() == left)
        until(listening)
        assert process.poll() is None
    with scoped(EVERYTHING):
        assert list(Signal.objects.filter(address=101).order_by("id").values_list("value", flat=True)) == [2, 1, 2]
        assert Station.objects.get().link_state == LinkState.CONNECTED


def cut_off_from_database() -> None:
    """End the gateway's connection as a server does that is shut down."""
    with connection.cursor() as cursor:
        cursor.execute("set role postgres")
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = %s", [GATEWAY_LOCK]
        )
        cursor.execute("set role opora_app")
