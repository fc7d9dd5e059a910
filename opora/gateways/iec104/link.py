"""The link with stations over c104: connections, interrogations, and frames on their way to the inbox.

c104 calls back from threads of its own. Those calls only put what has come into a queue; everything else happens in
the thread that listens. The library acknowledges frames by itself, before we have kept them: what a killed process had
not kept comes again as the answer to the interrogation with which every connection begins.
"""

import logging
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

import c104

from opora.gateways.iec104.asdu import (
    ACTIVATION_TERMINATION,
    END_OF_INITIALISATION,
    INTERROGATION,
    TYPES,
    moment_of,
    points_of,
    unit_of,
)
from opora.processes.telecontrol.transports import Heard, LinkChanged, StationAddress

logger = logging.getLogger(__name__)

#: Seconds without a word before the peer is asked whether it lives (t3), and for its answer (t1).
SILENCE = 10
PATIENCE = 10
#: Seconds after which an interrogation that did not come to its end is asked for again.
INTERROGATION_TIME = 20.0
_COMMAND_MS = 10_000
_TICK_MS = 100


@dataclass
class _Peer:
    """One TCP connection; several stations may answer through it."""

    host: str
    port: int
    connection: c104.Connection
    stations: dict[int, StationAddress] = field(default_factory=dict)
    #: Whether the stations can be heard; None while that is not known yet.
    is_open: bool | None = None
    #: Common addresses whose interrogation has not come to its end, and when it is asked for (again).
    asking: dict[int, float] = field(default_factory=dict)
    strangers: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Frame:
    peer: _Peer
    octets: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class _State:
    peer: _Peer
    state: c104.ConnectionState
    at: datetime


class Iec104Link:
    """Implements `telecontrol.transports.Link`. To be used by one thread."""

    def __init__(self) -> None:
        self._client = c104.Client(tick_rate_ms=_TICK_MS, command_timeout_ms=_COMMAND_MS)
        self._peers: dict[tuple[str, int], _Peer] = {}
        self._came: SimpleQueue[_Frame | _State] = SimpleQueue()
        self._news: list[LinkChanged] = []
        self._client.start()

    def follow(self, stations: Sequence[StationAddress]) -> None:
        wanted: dict[tuple[str, int], dict[int, StationAddress]] = {}
        for station in stations:
            wanted.setdefault((station.host, station.port), {})[station.common_address] = station
        for place in wanted.keys() - self._peers.keys():
            if peer := self._meet(*place):
                self._peers[place] = peer
        for place, peer in self._peers.items():
            self._follow(peer, wanted.get(place, {}))

    def listen(self, *, timeout: float, limit: int) -> Sequence[Heard | LinkChanged]:
        heard: list[Heard | LinkChanged] = [*self._news]
        self._news.clear()
        for came in self._arrivals(timeout, limit):
            heard += self._changed(came) if isinstance(came, _State) else self._read(came)
        self._ask_overdue()
        return heard

    def interrogate(self, station_id: int) -> bool:
        for peer in self._peers.values():
            for address, station in peer.stations.items():
                if station.station_id == station_id:
                    return self._ask(peer, address)
        return False

    def close(self) -> None:
        self._client.stop()

    def _meet(self, host: str, port: int) -> _Peer | None:
        """Begin to connect; c104 goes on trying by itself, and again after a break."""
        try:
            ip = socket.gethostbyname(host)
        except OSError as error:
            logger.warning("%s has no address: %s", host, error)
            return None
        connection = self._client.get_connection(ip=ip, port=port) or self._client.add_connection(
            ip=ip, port=port, init=c104.Init.NONE
        )
        if connection is None:
            logger.warning("%s:%d is another station's address already", host, port)
            return None
        times = connection.protocol_parameters
        times.keep_alive_interval, times.message_timeout = SILENCE, PATIENCE
        peer = _Peer(host, port, connection)
        connection.on_receive_raw(callable=self._frame_arrives(peer))
        connection.on_state_change(callable=self._state_arrives(peer))
        return peer

    def _follow(self, peer: _Peer, wanted: dict[int, StationAddress]) -> None:
        added = wanted.keys() - peer.stations.keys()
        was_followed = bool(peer.stations)
        for address in added:
            peer.connection.add_station(common_address=address)
        for address in peer.stations.keys() - wanted.keys():
            peer.connection.remove_station(common_address=address)
            peer.asking.pop(address, None)
        peer.stations = wanted
        if wanted and not was_followed:
            peer.connection.connect()
        elif was_followed and not wanted:
            peer.connection.disconnect()
            peer.is_open = None
        elif peer.is_open:
            # through a connection that stands already: nothing else would tell of them
            now = datetime.now(UTC)
            for address in added:
                self._news.append(LinkChanged(station_id=wanted[address].station_id, connected=True, at=now))
                self._ask(peer, address)

    def _frame_arrives(self, peer: _Peer) -> Callable[[c104.Connection, bytes], None]:
        def frame_arrives(connection: c104.Connection, data: bytes) -> None:
            self._came.put(_Frame(peer, data, datetime.now(UTC)))

        return frame_arrives

    def _state_arrives(self, peer: _Peer) -> Callable[[c104.Connection, c104.ConnectionState], None]:
        def state_arrives(connection: c104.Connection, state: c104.ConnectionState) -> None:
            self._came.put(_State(peer, state, datetime.now(UTC)))

        return state_arrives

    def _arrivals(self, timeout: float, limit: int) -> Iterator[_Frame | _State]:
        try:
            yield self._came.get(timeout=timeout)
            for _number in range(limit - 1):
                yield self._came.get_nowait()
        except Empty:
            return

    def _changed(self, state: _State) -> list[LinkChanged]:
        peer = state.peer
        if state.state == c104.ConnectionState.OPEN_MUTED:
            # a connection that was added to a running client is left mute until it is told otherwise
            if peer.stations and peer.connection.is_muted:
                peer.connection.unmute()
            return []
        is_open = state.state == c104.ConnectionState.OPEN
        if state.state == c104.ConnectionState.CLOSED_AWAIT_OPEN or is_open == peer.is_open:
            return []
        peer.is_open = is_open
        peer.asking.clear()
        if is_open:
            for address in peer.stations:
                self._ask(peer, address)
        return [
            LinkChanged(station_id=station.station_id, connected=is_open, at=state.at)
            for station in peer.stations.values()
        ]

    def _read(self, frame: _Frame) -> Iterator[Heard]:
        unit = unit_of(frame.octets)
        if unit is None or unit.is_test:
            return
        station = frame.peer.stations.get(unit.common_address)
        if station is None:
            self._wonder(frame.peer, unit.common_address)
            return
        if unit.type_id == INTERROGATION and unit.cause == ACTIVATION_TERMINATION:
            frame.peer.asking.pop(unit.common_address, None)
        elif unit.type_id == END_OF_INITIALISATION:
            self._ask(frame.peer, unit.common_address)
        if unit.type_id not in TYPES:
            return
        kind, _size = TYPES[unit.type_id]
        zone = ZoneInfo(station.clock_zone)
        for told in points_of(unit, frame.octets):
            yield Heard(
                station_id=station.station_id, address=told.address, kind=kind, type_id=unit.type_id,
                cause=unit.cause, value=told.value, quality=told.quality,
                tagged_at=moment_of(told.tag, zone, frame.at), received_at=frame.at,
            )  # fmt: skip

    def _ask(self, peer: _Peer, address: int) -> bool:
        peer.asking[address] = time.monotonic() + INTERROGATION_TIME
        return peer.connection.interrogation(common_address=address, wait_for_response=False)

    def _ask_overdue(self) -> None:
        now = time.monotonic()
        for peer in self._peers.values():
            if peer.is_open:
                for address in [address for address, due in peer.asking.items() if due <= now]:
                    logger.warning("%s:%d: interrogation of station %d is asked for again",
                                   peer.host, peer.port, address)  # fmt: skip
                    self._ask(peer, address)

    def _wonder(self, peer: _Peer, address: int) -> None:
        if address not in peer.strangers:
            peer.strangers.add(address)
            logger.warning("%s:%d speaks for station %d, which is not followed", peer.host, peer.port, address)
