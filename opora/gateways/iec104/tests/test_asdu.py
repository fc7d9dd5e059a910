"""Frames read: whatever octets come, nothing is made up, and nothing stops the reader."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from opora.gateways.iec104.asdu import moment_of, points_of, unit_of
from opora.gateways.iec104.tests.stations import tag, unit

NOW = datetime(2026, 11, 24, 10, 30, 15, 123_000, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def frame(asdu: bytes) -> bytes:
    return bytes([0x68, len(asdu) + 4, 0, 0, 0, 0]) + asdu


@given(st.binary(max_size=260))
def test_no_octets_break_the_reader(octets):
    for candidate in (octets, frame(octets[:249])):
        found = unit_of(candidate)
        if found is not None:
            told = list(points_of(found, candidate))
            assert len(told) <= found.count
            for point in told:
                moment_of(point.tag, MOSCOW, NOW)


@given(st.lists(st.tuples(st.integers(0, 0xFFFFFF), st.integers(0, 255)), min_size=1, max_size=30), st.data())
def test_of_a_unit_that_is_cut_short_its_whole_objects_are_read(objects, data):
    whole = unit(31, [(address, bytes([octet]) + tag(NOW)) for address, octet in objects])
    cut = whole[: data.draw(st.integers(6, len(whole)))]

    found = unit_of(frame(cut))
    told = [(point.address, point.value, point.quality) for point in points_of(found, frame(cut))]

    expected = [(address, octet & 3, octet & 0xF0) for address, octet in objects]
    assert told == expected[: (len(cut) - 6) // 11]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59)))
def test_a_full_time_tag_is_the_wall_clock_of_the_station(wall):
    wall = wall.replace(microsecond=wall.microsecond // 1000 * 1000)
    assert moment_of(tag(wall), MOSCOW, NOW) == wall.replace(tzinfo=MOSCOW)


@given(st.timedeltas(timedelta(minutes=-29), timedelta(minutes=29)))
def test_a_short_time_tag_is_of_the_hour_that_brings_it_closest(distance):
    moment = NOW + distance
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert moment_of(tag(moment)[:3], MOSCOW, NOW) == moment


def test_a_tag_that_is_marked_as_wrong_or_names_no_day_is_none():
    wrong = bytearray(tag(NOW))
    wrong[2] |= 0x80
    assert moment_of(bytes(wrong), MOSCOW, NOW) is None
    assert moment_of(bytes(7), MOSCOW, NOW) is None
    assert moment_of(b"", MOSCOW, NOW) is None
    assert moment_of(b"\xff" * 7, MOSCOW, NOW) is None
