"""Captures of other people's stations: read as an outside tool has read them, from the file and over a connection."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dpkt
import pytest

from opora.gateways.iec104.asdu import TYPES, moment_of, points_of, unit_of
from opora.gateways.iec104.tests.stations import FakeStation, address_of, free_port, hear, links
from opora.processes.telecontrol.transports import Heard

ROOT = Path(__file__).resolve().parents[4]
FOLDER = Path(os.environ.get("OPORA_SHARED_DATA") or ROOT.parent / "shared" / "data") / "iec104"
CAPTURES = ("090813_diverse", "TestDissectIec104")
#: Signals of single and double points in each.
COUNTS = {"090813_diverse": 10, "TestDissectIec104": 13}
PORT = 2404
NOW = datetime(2026, 11, 24, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"left out: the captures are not in {FOLDER}")

#: Common address, cause, address, value, quality, milliseconds of the time tag.
Signal = tuple[int, int, int, int, int, int | None]


def frames_of(name: str) -> Iterator[bytes]:
    """The frames a station has sent, put together from its TCP segments."""
    streams: dict[tuple[bytes, int], bytearray] = {}
    expected: dict[tuple[bytes, int], int] = {}
    with (FOLDER / f"{name}.pcap").open("rb") as file:
        for _at, octets in dpkt.pcap.Reader(file):
            segment = dpkt.ethernet.Ethernet(octets).data.data
            if not isinstance(segment, dpkt.tcp.TCP) or segment.sport != PORT or not segment.data:
                continue
            stream = (dpkt.ethernet.Ethernet(octets).data.dst, segment.dport)
            if segment.seq == expected.get(stream, segment.seq):
                streams.setdefault(stream, bytearray()).extend(segment.data)
                expected[stream] = segment.seq + len(segment.data)
    for octets in streams.values():
        while octets:
            size = octets[1] + 2
            yield bytes(octets[:size])
            del octets[:size]


def answers_of(name: str) -> list[Signal]:
    """The same as an outside tool has decoded it."""
    found: list[Signal] = []
    packets = json.loads((FOLDER / f"{name}.pcap.asdu.json").read_text(), object_pairs_hook=list)
    for packet in packets:
        layers = dict(dict(packet)["_source"])["layers"]
        if dict(dict(layers)["tcp"])["tcp.srcport"] != str(PORT):
            continue
        for layer, content in layers:
            if layer == "iec60870_asdu" and isinstance(content, list):
                found += _answers_of_unit(content)
    return found


def _answers_of_unit(content: list[tuple[str, object]]) -> Iterator[Signal]:
    head = {key: value for key, value in content if isinstance(value, str)}
    if int(head["iec60870_asdu.typeid"]) not in TYPES:
        return
    for key, value in content:
        if not key.startswith("IOA"):
            continue
        told = dict(value)  # type: ignore[call-overload]
        octet = int(told.get("iec60870_asdu.siq") or told["iec60870_asdu.diq"], 16)
        mask = 1 if "iec60870_asdu.siq" in told else 3
        tag = dict(told.get("iec60870_asdu.cp56time_tree", []))
        yield (
            int(head["iec60870_asdu.addr"]), int(head["iec60870_asdu.causetx"]), int(told["iec60870_asdu.ioa"]),
            octet & mask, octet & 0xF0, int(tag["iec60870_asdu.cp56time.ms"]) if tag else None,
        )  # fmt: skip


@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_reads_as_the_outside_tool_has_read_it(name):
    read: list[Signal] = []
    for frame in frames_of(name):
        unit = unit_of(frame)
        if unit is not None:
            for told in points_of(unit, frame):
                moment = moment_of(told.tag, ZoneInfo("UTC"), NOW)
                milliseconds = moment and moment.second * 1000 + moment.microsecond // 1000
                head = (unit.common_address, unit.cause)
                read.append((*head, told.address, told.value, told.quality, milliseconds))

    assert read == answers_of(name)
    assert len(read) == COUNTS[name]


@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_replayed_over_a_real_connection_is_heard_whole(link, name):
    expected = answers_of(name)
    (station,) = {answer[0] for answer in expected}
    port = free_port()
    fake = FakeStation(port)
    try:
        link.follow([address_of(port, common_address=station)])
        hear(link, until=lambda heard: True in links(heard) and fake.interrogations == 1)
        for frame in frames_of(name):
            if unit_of(frame) is not None:
                fake.send(frame[6:])
        heard = hear(link, until=lambda heard: sum(isinstance(news, Heard) for news in heard) >= len(expected))
    finally:
        fake.close()
    assert [(news.cause, news.address, news.value, news.quality) for news in heard if isinstance(news, Heard)] == [
        answer[1:5] for answer in expected
    ]
