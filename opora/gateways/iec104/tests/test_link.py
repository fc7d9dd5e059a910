"""The link over real connections: with a server of the library, and with a station that misbehaves."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from opora.gateways.iec104 import link as link_module
from opora.gateways.iec104.tests.stations import (
    FakeStation,
    address_of,
    free_port,
    hear,
    links,
    outstation,
    tag,
    unit,
    values,
)
from opora.processes.telecontrol.stages import PointKind
from opora.processes.telecontrol.transports import Heard

POINTS = {101: (PointKind.DOUBLE, "closed"), 102: (PointKind.SINGLE, "closed"), 103: (PointKind.SINGLE, "open")}
STATE = [(101, 2), (102, 1), (103, 0)]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def fake(port):
    station = FakeStation(port)
    yield station
    station.close()


def connect(link, port, fake):
    """Follow the station, and let its answer to the first interrogation come to its end."""
    link.follow([address_of(port)])
    hear(link, until=lambda heard: True in links(heard))
    hear(link, until=lambda heard: fake.interrogations == 1)
    time.sleep(0.2)
    link.listen(timeout=0.1, limit=1_000)


def test_at_connection_everything_is_asked_for_and_changes_follow_with_their_time(link, port):
    station = outstation(port, points=POINTS, zone="Asia/Yekaterinburg")
    try:
        link.follow([address_of(port, zone="Asia/Yekaterinburg", station_id=7)])
        heard = hear(link, until=lambda heard: len(values(heard)) == 3)
        assert links(heard) == [True]
        assert sorted(values(heard)) == STATE
        assert {news.cause for news in heard if isinstance(news, Heard)} == {20}

        station.tell(101, "open")
        station.tell(101, "moving", invalid=True)
        station.tell(102, "open", clock=-3600)
        told = hear(link, until=lambda heard: len(values(heard)) == 3)
    finally:
        station.stop()
    assert values(told) == [(101, 1), (101, 0), (102, 0)]
    assert [(news.station_id, news.cause, news.quality) for news in told] == [(7, 3, 0), (7, 3, 0x80), (7, 3, 0)]
    assert [news.kind for news in told] == [PointKind.DOUBLE, PointKind.DOUBLE, PointKind.SINGLE]
    late = [news.received_at - news.tagged_at for news in told]
    assert timedelta() <= late[0] < timedelta(seconds=2)
    assert timedelta(hours=1) <= late[2] < timedelta(hours=1, seconds=2)


def test_after_the_station_has_restarted_it_is_asked_again(link, port):
    station = outstation(port, points=POINTS)
    link.follow([address_of(port)])
    hear(link, until=lambda heard: len(values(heard)) == 3)

    station.stop()
    assert links(hear(link, until=lambda heard: False in links(heard)))[-1] is False
    station = outstation(port, points={**POINTS, 101: (PointKind.DOUBLE, "open")})
    try:
        heard = hear(link, until=lambda heard: len(values(heard)) == 3)
    finally:
        station.stop()

    assert links(heard)[-1] is True
    assert sorted(values(heard)) == [(101, 1), (102, 1), (103, 0)]


def test_a_station_that_restarts_in_the_middle_of_its_answer_is_asked_again_as_a_whole(link, port, fake):
    fake.state = [unit(1, [(address, b"\x01")], cause=20) for address in range(1, 5)]
    fake.dies_after = 2

    link.follow([address_of(port)])
    heard = hear(link, until=lambda heard: len(values(heard)) >= 6 or values(heard)[-1:] == [(4, 1)])

    assert values(heard)[-4:] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert links(heard) == [True, False, True]
    assert fake.interrogations == 2


def test_an_interrogation_that_does_not_come_to_its_end_is_asked_for_again(link, port, monkeypatch):
    monkeypatch.setattr(link_module, "INTERROGATION_TIME", 0.3)
    fake = FakeStation(port, ends_interrogation=False)
    try:
        link.follow([address_of(port)])
        hear(link, until=lambda heard: fake.interrogations >= 2)
        fake.ends_interrogation = True
        hear(link, until=lambda heard: fake.interrogations >= 3)
        for _turn in range(5):
            link.listen(timeout=0.1, limit=100)
        asked = fake.interrogations
        for _turn in range(8):
            link.listen(timeout=0.1, limit=100)
    finally:
        fake.close()
    assert fake.interrogations == asked


def test_a_frame_torn_by_the_connection_is_not_heard_and_what_follows_is(link, port, fake):
    connect(link, port, fake)
    fake.send(unit(1, [(1, b"\x01")]))
    whole = fake.frame(unit(1, [(2, b"\x01")]))
    fake.raw(whole[:9])
    time.sleep(0.2)
    fake.hang_up()

    heard = hear(link, until=lambda heard: links(heard)[-1:] == [True] and False in links(heard))
    assert values(heard) in ([(1, 1)], [])
    fake.send(unit(1, [(3, b"\x01")]))
    assert values(hear(link, until=lambda heard: values(heard))) == [(3, 1)]


def test_a_frame_in_two_pieces_is_one_frame(link, port, fake):
    connect(link, port, fake)
    whole = fake.frame(unit(1, [(2, b"\x01"), (3, b"\x00")]))
    fake.raw(whole[:7])
    time.sleep(0.2)
    fake.raw(whole[7:])

    assert values(hear(link, until=lambda heard: values(heard))) == [(2, 1), (3, 0)]


def test_a_frame_sent_twice_breaks_the_connection_and_the_interrogation_heals_it(link, port, fake):
    fake.state = [unit(1, [(1, b"\x00")], cause=20)]
    link.follow([address_of(port)])
    hear(link, until=lambda heard: values(heard) == [(1, 0)])

    doubled = fake.frame(unit(1, [(1, b"\x01")]))
    fake.state = [unit(1, [(1, b"\x01")], cause=20)]
    fake.raw(doubled + doubled)

    heard = hear(link, until=lambda heard: links(heard)[-1:] == [True])
    heard += hear(link, until=lambda heard: values(heard)[-1:] == [(1, 1)])
    assert False in links(heard)
    assert set(values(heard)) == {(1, 1)}


def test_one_address_may_tell_with_and_without_time_and_of_no_more_than_it_promises(link, port, fake):
    now = datetime.now(UTC).replace(microsecond=0)
    connect(link, port, fake)

    fake.send(
        unit(1, [(10, b"\x00")], cause=20),
        unit(30, [(10, b"\x01" + tag(now)), (11, b"\x00" + tag(now))]),
        unit(31, [(12, b"\x83" + tag(now))]),
        unit(13, [(60, b"\x00\x00\xc0\x3f\x00")]),
        unit(1, [(99, b"\x01")], cause=3 | 0x80),  # a test
        unit(1, [(98, b"\x01")], station=77),  # a stranger's
        unit(30, [(13, b"\x01" + b"\xff" * 7), (14, b"\x01" + bytes(7))]),
        unit(2, [(15, b"\x01" + tag(now)[:3])]),
    )

    heard = hear(link, until=lambda heard: (15, 1) in values(heard))
    assert values(heard) == [(10, 0), (10, 1), (11, 0), (12, 3), (13, 1), (14, 1), (15, 1)]
    assert [news.tagged_at for news in heard] == [None, now, now, now, None, None, now]
    assert [news.quality for news in heard] == [0, 0, 0, 0x80, 0, 0, 0]


def test_stations_behind_one_address_are_told_apart_and_followed_as_they_come_and_go(link, port, fake):
    link.follow([address_of(port, station_id=1)])
    hear(link, until=lambda heard: links(heard) == [True])
    time.sleep(0.2)
    link.follow([address_of(port, station_id=1), address_of(port, station_id=2, common_address=6)])
    assert hear(link, until=lambda heard: links(heard))[0].station_id == 2
    time.sleep(0.2)
    fake.send(unit(1, [(1, b"\x01")]), unit(1, [(1, b"\x00")], station=6))
    heard = hear(link, until=lambda heard: len(values(heard)) == 2)
    assert [(news.station_id, news.value) for news in heard] == [(1, 1), (2, 0)]

    link.follow([])
    time.sleep(0.5)
    link.follow([address_of(port, station_id=1)])
    assert links(hear(link, until=lambda heard: True in links(heard)))[-1] is True
    time.sleep(0.2)
    fake.send(unit(1, [(1, b"\x01")]))
    assert values(hear(link, until=values)) == [(1, 1)]


def test_a_flood_of_ten_thousand_changes_is_heard_whole_when_it_is_paced(link, port):
    """Each is a frame of its own; nothing of it is lost, and nothing put out of order."""
    station = outstation(port, points={1: (PointKind.SINGLE, "open")})
    try:
        link.follow([address_of(port)])
        hear(link, until=lambda heard: len(values(heard)) == 1)
        teller = threading.Thread(target=station.repeat, args=(1, "closed", 10_000))
        teller.start()
        heard = hear(link, until=lambda heard: len(values(heard)) == 10_000, within=60)
        teller.join()
    finally:
        station.stop()
    assert [value for _a, value in values(heard)] == [1, 0] * 5_000


def test_what_a_sender_loses_by_overrunning_itself_is_healed_by_the_next_interrogation(link, port):
    station = outstation(port, points={1: (PointKind.SINGLE, "open")})
    try:
        link.follow([address_of(port, station_id=3)])
        hear(link, until=lambda heard: len(values(heard)) == 1)
        for count in range(4_001):
            station.tell(1, "closed" if count % 2 == 0 else "open")
        time.sleep(1)
        assert len(values(link.listen(timeout=0.1, limit=10_000))) < 4_001

        assert link.interrogate(3)
        heard = hear(link, until=lambda heard: any(isinstance(news, Heard) and news.cause == 20 for news in heard))
    finally:
        station.stop()
    assert values(heard)[-1] == (1, 1)
