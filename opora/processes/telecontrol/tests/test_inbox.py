"""From a signal to a position: taken in once, judged in order, handed on once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opora.platform.journal.models import Entry
from opora.processes.outages.models import Affected, Outage
from opora.processes.telecontrol.models import Point, Signal, Station, UnknownPoint
from opora.processes.telecontrol.operations import (
    ElementTaken,
    PointTaken,
    ignore_point,
    make_partitions,
    map_point,
    note_link,
    replay,
    settle_signals,
)
from opora.processes.telecontrol.stages import LinkState
from opora.processes.telecontrol.tests.conftest import NOON, seconds
from opora.registry.grid.models import Element


def outcomes():
    return list(Signal.objects.order_by("id").values_list("address", "value", "outcome"))


def test_a_trip_of_a_breaker_cuts_off_its_feeder(watched):
    watched.joined = True
    watched.tell(watched.hear(101, 2, at=-60))

    assert watched.tell(watched.hear(101, 1, at=0, received=0.2)) == [("Q1", True)]

    outage = Outage.objects.get()
    assert (outage.source, outage.started_at, outage.points_off) == ("SCADA", seconds(0), 3)
    assert Affected.objects.filter(until=None).count() == 3
    station = Station.objects.get()
    assert (station.heard_at, station.lag) == (seconds(0.2), 0.2)


def test_told_again_it_is_the_same_signal(watched):
    first = watched.hear(101, 1, at=0, received=1)
    again = watched.hear(101, 1, at=0, received=30)

    assert watched.take(first, first) == 1
    assert watched.take(again) == 0
    assert watched.tell() == [("Q1", True)]
    assert watched.tell(again) == []
    assert outcomes() == [(101, 1, "POSITION")]


def test_what_comes_out_of_order_is_put_into_the_order_of_what_happened(watched):
    assert watched.tell(
        watched.hear(102, 0, at=3), watched.hear(102, 1, at=2), watched.hear(102, 0, at=1), watched.hear(102, 1, at=0)
    ) == [("Q2", False), ("Q2", True), ("Q2", False), ("Q2", True)]


def test_what_was_buffered_during_a_break_comes_late_and_changes_nothing(watched):
    watched.tell(watched.hear(102, 0, at=100, received=100))

    assert watched.tell(watched.hear(102, 1, at=50, received=101)) == []
    assert outcomes() == [(102, 0, "POSITION"), (102, 1, "LATE")]
    assert Point.objects.get(address=102).given_open is True


def test_a_whole_flood_is_taken_in_and_judged_with_few_statements(watched, django_assert_num_queries):
    flood = [watched.hear(1000 + count, 1, at=count / 1000, received=60) for count in range(2_000)]

    with django_assert_num_queries(4):  # with its savepoint
        assert watched.take(*flood) == 2_000
    with django_assert_num_queries(8):
        assert watched.settle().signals == 2_000
    assert UnknownPoint.objects.count() == 2_000


def test_an_unknown_point_waits_in_quarantine_and_is_judged_once_it_is_mapped(watched):
    tie = watched.town.grid["T"]
    assert watched.tell(watched.hear(103, 1, at=0), watched.hear(103, 0, at=1), watched.hear(103, 1, at=2)) == []
    unknown = UnknownPoint.objects.get()
    assert (unknown.address, unknown.kind, unknown.value, unknown.count) == (103, "SINGLE", 1, 3)
    assert {outcome for _a, _v, outcome in outcomes()} == {"UNKNOWN"}

    map_point(station_id=watched.station.pk, address=103, element_id=tie, by=watched.admin)

    assert not UnknownPoint.objects.exists()
    assert watched.tell() == [("T", False), ("T", True), ("T", False)]
    assert Entry.objects.filter(event="telecontrol.PointMapped").exists()


def test_an_unknown_point_may_be_ignored_and_goes_on_being_counted(watched):
    watched.tell(watched.hear(900, 1, at=0))
    ignore_point(station_id=watched.station.pk, address=900, by=watched.admin)
    watched.tell(watched.hear(900, 0, at=1))

    unknown = UnknownPoint.objects.get()
    assert (unknown.ignored, unknown.count, unknown.value) == (True, 2, 0)


def test_an_address_is_mapped_once_and_to_what_exists(watched):
    with pytest.raises(PointTaken):
        map_point(station_id=watched.station.pk, address=101, element_id=watched.town.grid["T"], by=watched.admin)
    with pytest.raises(ElementTaken):
        map_point(station_id=watched.station.pk, address=200, element_id=0, by=watched.admin)
    assert Point.objects.count() == 2


def test_when_the_outages_refuse_nothing_is_settled_and_the_same_comes_again(watched):
    watched.take(watched.hear(101, 1, at=0))

    def refuse(**_):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        settle_signals(by=watched.admin, on_positions=refuse)
    assert Signal.objects.get().settled_at is None
    assert Point.objects.get(address=101).value is None

    assert watched.tell() == [("Q1", True)]


def test_chatter_is_held_back_and_its_rest_is_told_when_it_is_over(watched):
    bouncing = [watched.hear(102, count % 2, at=count / 10, received=count / 10) for count in range(40)]

    assert watched.tell(*bouncing) == [("Q2", count % 2 == 0) for count in range(6)]
    point = Point.objects.get(address=102)
    # the moment of the test is an hour later: it has been quiet since, and lies where it was told last
    assert (point.chattering, point.given_open, point.heard_open) == (False, False, False)
    assert [outcome for *_x, outcome in outcomes()] == ["POSITION"] * 6 + ["CHATTER"] * 34


def test_losing_a_station_is_a_state_of_the_station_and_no_outage(watched):
    watched.joined = True
    watched.tell(watched.hear(101, 2, at=0), watched.hear(102, 1, at=0))
    assert watched.station.link_state == LinkState.NEVER

    assert note_link(station_id=watched.station.pk, connected=True, at=seconds(0), by=watched.admin)
    assert not note_link(station_id=watched.station.pk, connected=True, at=seconds(1), by=watched.admin)
    assert Station.objects.get().link_state == LinkState.CONNECTED
    assert note_link(station_id=watched.station.pk, connected=False, at=seconds(2), by=watched.admin)

    station = Station.objects.get()
    assert (station.link_state, station.lost_at, station.connected_at) == (LinkState.LOST, seconds(2), seconds(0))
    assert not Outage.objects.exists()
    assert not Element.objects.filter(mrid__in=["Q1", "Q2"], is_open=True).exists()


def test_a_replay_judges_again_and_changes_nothing_that_is_known(watched):
    watched.joined = True
    watched.tell(watched.hear(101, 2, at=0), watched.hear(101, 1, at=10), watched.hear(101, 2, at=20))
    before = list(Element.objects.order_by("id").values("is_open", "state_at"))
    outages = list(Outage.objects.values("stage", "started_at", "ended_at"))

    count = replay(station_id=watched.station.pk, since=NOON - timedelta(days=1), by=watched.admin)

    assert count == 3
    assert watched.tell() == [("Q1", False), ("Q1", True), ("Q1", False)]
    assert list(Element.objects.order_by("id").values("is_open", "state_at")) == before
    assert list(Outage.objects.values("stage", "started_at", "ended_at")) == outages
    assert {signal.outcome for signal in Signal.objects.all()} == {"POSITION"}


def test_a_signal_of_a_month_without_a_partition_is_kept_too(watched):
    at = (datetime(2031, 5, 1, tzinfo=UTC) - NOON).total_seconds()
    assert watched.take(watched.hear(101, 1, at=at)) == 1
    assert make_partitions(first=date(2031, 6, 1), last=date(2031, 7, 1)) == 2
    assert make_partitions(first=date(2031, 6, 1), last=date(2031, 7, 1)) == 0
    assert Signal.objects.get().at == datetime(2031, 5, 1, tzinfo=UTC)
