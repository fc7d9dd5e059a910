"""Stations for the tests: one of c104 and one that puts on the wire whatever a test wants, torn and doubled too."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from opora.gateways.iec104.link import Iec104Link
from opora.gateways.iec104.outstation import Outstation, Script
from opora.processes.telecontrol.stages import PointKind
from opora.processes.telecontrol.transports import Heard, LinkChanged, StationAddress

STATION = 5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def address_of(port: int, *, station_id: int = 1, common_address: int = STATION, zone: str = "UTC") -> StationAddress:
    return StationAddress(
        station_id=station_id, host="127.0.0.1", port=port, common_address=common_address, clock_zone=zone
    )


def outstation(port: int, *, points: dict[int, tuple[PointKind, str]], zone: str = "UTC") -> Outstation:
    """A station of the library, on the real protocol."""
    made = Outstation(
        Script(name="", host="127.0.0.1", port=port, common_address=STATION, clock_zone=zone, points=points, steps=())
    )
    made.start()
    return made


def hear(link: Iec104Link, *, until: Callable[[list[Heard | LinkChanged]], bool], within: float = 15.0):
    """Listen until enough has come; everything that came."""
    heard: list[Heard | LinkChanged] = []
    ends = time.monotonic() + within
    while not until(heard):
        assert time.monotonic() < ends, f"only this came: {heard[-20:]} of {len(heard)}"
        heard += link.listen(timeout=0.1, limit=5_000)
    return heard


def values(heard: Iterable[Heard | LinkChanged]) -> list[tuple[int, int]]:
    return [(news.address, news.value) for news in heard if isinstance(news, Heard)]


def links(heard: Iterable[Heard | LinkChanged]) -> list[bool]:
    return [news.connected for news in heard if isinstance(news, LinkChanged)]


def unit(type_id: int, objects: Iterable[tuple[int, bytes]], *, cause: int = 3, station: int = STATION) -> bytes:
    """An application service data unit."""
    listed = list(objects)
    body = b"".join(struct.pack("<I", address)[:3] + element for address, element in listed)
    return bytes([type_id, len(listed), cause, 0]) + struct.pack("<H", station) + body


def tag(moment: datetime) -> bytes:
    """CP56Time2a of the moment's wall clock."""
    milliseconds = moment.second * 1000 + moment.microsecond // 1000
    return struct.pack(
        "<HBBBBB", milliseconds, moment.minute, moment.hour, moment.day, moment.month, moment.year - 2000
    )


class FakeStation:
    """Answers on the real protocol, and sends what it is told to: units, or octets that are no frames at all."""

    def __init__(self, port: int, *, ends_interrogation: bool = True) -> None:
        self.interrogations = 0
        self.ends_interrogation = ends_interrogation
        #: What an interrogation is answered with, and where in the answer the station dies.
        self.state: list[bytes] = []
        self.dies_after: int | None = None
        self._server = socket.create_server(("127.0.0.1", port))
        self._peer: socket.socket | None = None
        self._sent = self._received = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Tear the TCP connection, in the middle of whatever it carries."""
        if self._peer is not None:
            with suppress(OSError):
                self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._peer.close()

    def frame(self, asdu: bytes) -> bytes:
        """The next frame that carries the unit."""
        made = struct.pack("<BBHH", 0x68, len(asdu) + 4, self._sent << 1, self._received << 1) + asdu
        self._sent += 1
        return made

    def send(self, *units: bytes) -> None:
        for asdu in units:
            with self._lock:
                self.raw(self.frame(asdu))

    def raw(self, octets: bytes) -> None:
        assert self._peer is not None
        self._peer.sendall(octets)

    def _serve(self) -> None:
        while True:
            try:
                self._peer, _from = self._server.accept()
            except OSError:
                return
            self._sent = self._received = 0
            with suppress(OSError):
                self._converse(self._peer)

    def _converse(self, peer: socket.socket) -> None:
        came = b""
        while octets := peer.recv(4096):
            came += octets
            while len(came) >= 2 and len(came) >= came[1] + 2:
                frame, came = came[: came[1] + 2], came[came[1] + 2 :]
                if frame[2] == 0x07:
                    self.raw(bytes.fromhex("68040b000000"))
                elif frame[2] == 0x43:
                    self.raw(bytes.fromhex("680483000000"))
                elif not frame[2] & 1:
                    self._received += 1
                    if frame[6] == 100:
                        self._answer(frame[6:])

    def _answer(self, asked: bytes) -> None:
        self.interrogations += 1
        self.send(asked[:2] + b"\x07" + asked[3:])
        for number, asdu in enumerate(self.state):
            if self.dies_after == number:
                self.dies_after = None
                self.hang_up()
                return
            self.send(asdu)
        if self.ends_interrogation:
            self.send(asked[:2] + b"\x0a" + asked[3:])
