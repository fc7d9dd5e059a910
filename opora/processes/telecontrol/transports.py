"""What telecontrol needs of a link with its stations; a gateway implements it for each protocol.

Named in `settings.TELECONTROL_LINK` by its dotted path, as Django does with e-mail backends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opora.processes.telecontrol.stages import PointKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAddress:
    """Where a station is found."""

    station_id: int
    host: str
    port: int
    common_address: int
    #: The zone in which its clock runs: protocols send the time without one.
    clock_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A value of one point as a station has told it."""

    station_id: int
    address: int
    kind: PointKind
    #: Type identification and cause of transmission, as IEC 60870-5-101 numbers them.
    type_id: int
    cause: int
    #: 0 and 1 of a single point; of a double one 1 is off, 2 is on, 0 on its way and 3 faulty.
    value: int
    #: Bits of the quality descriptor: 0x10 blocked, 0x20 substituted, 0x40 not topical, 0x80 invalid.
    quality: int
    #: When it happened by the station's clock; nothing where no time was sent, or one that is marked as wrong.
    tagged_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """A station can be heard from now on, or no more."""

    station_id: int
    connected: bool
    at: datetime


class Link(Protocol):
    """Keeps connected with stations, asks for everything at each new connection, and hands on what they tell.

    Connecting again is its own business. It may hand a signal on twice, and out of order; it may lose what came
    shortly before it was killed, and then learns the state that came of it at the next connection.
    """

    def follow(self, stations: Sequence[StationAddress]) -> None:
        """Be connected with these from now on, and with no others."""
        ...

    def listen(self, *, timeout: float, limit: int) -> Sequence[Heard | LinkChanged]:
        """Hand over what has come since, in the order of arrival; wait for the first of it at most so many seconds."""
        ...

    def interrogate(self, station_id: int) -> bool:
        """Ask a station for the state of all its points; whether it could be asked."""
        ...

    def close(self) -> None:
        """Leave all stations."""
        ...
