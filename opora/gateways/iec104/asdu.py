"""Single and double points out of frames of IEC 60870-5-104. Pure.

The library decodes frames too, but only into points that it was told of, each of one type: where a station answers an
interrogation without time tags and tells changes with them (as the standard recommends, and as every capture shows),
it throws one of the two away; it knows no time tags of three octets, and does not say when a tag is marked as invalid.
So it carries the frames, and what we need of them is read here: one octet and an optional time for each object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opora.processes.telecontrol.stages import PointKind

#: Type identification: which kind of point, and octets of its time tag (CP24Time2a, CP56Time2a).
TYPES = {
    1: (PointKind.SINGLE, 0),
    2: (PointKind.SINGLE, 3),
    3: (PointKind.DOUBLE, 0),
    4: (PointKind.DOUBLE, 3),
    30: (PointKind.SINGLE, 7),
    31: (PointKind.DOUBLE, 7),
}
INTERROGATION = 100
END_OF_INITIALISATION = 70
ACTIVATION_TERMINATION = 10

_HEADER = 12  # of the frame (APCI, 6) and of the unit in it (type, count, cause, origin, address of the station)
_TEST = 0x80
_NEGATIVE = 0x40
_QUALITY = 0xF0
_INVALID = 0x80


@dataclass(frozen=True, slots=True)
class Unit:
    """The head of an application service data unit."""

    type_id: int
    count: int
    #: Objects follow each other without their addresses.
    is_sequence: bool
    cause: int
    is_test: bool
    is_negative: bool
    common_address: int


@dataclass(frozen=True, slots=True)
class Told:
    """A value of one information object."""

    address: int
    value: int
    quality: int
    tag: bytes


def unit_of(frame: bytes) -> Unit | None:
    """The head of what a frame carries; nothing of a frame that carries nothing, or that is torn."""
    if len(frame) < _HEADER or frame[0] != 0x68 or frame[1] != len(frame) - 2 or frame[2] & 1:
        return None
    return Unit(
        type_id=frame[6],
        count=frame[7] & 0x7F,
        is_sequence=bool(frame[7] & 0x80),
        cause=frame[8] & 0x3F,
        is_test=bool(frame[8] & _TEST),
        is_negative=bool(frame[8] & _NEGATIVE),
        common_address=int.from_bytes(frame[10:12], "little"),
    )


def points_of(unit: Unit, frame: bytes) -> Iterator[Told]:
    """The points of a frame; of one that promises more objects than it holds, those that it holds whole."""
    if unit.type_id not in TYPES:
        return
    kind, tag = TYPES[unit.type_id]
    mask = 0b1 if kind == PointKind.SINGLE else 0b11
    size, place, address = 1 + tag, _HEADER, 0
    for number in range(unit.count):
        if not unit.is_sequence or number == 0:
            address = int.from_bytes(frame[place : place + 3], "little")
            place += 3
        else:
            address += 1
        element = frame[place : place + size]
        place += size
        if len(element) < size:
            return
        yield Told(address, element[0] & mask, element[0] & _QUALITY, element[1:])


def moment_of(tag: bytes, zone: ZoneInfo, received_at: datetime) -> datetime | None:
    """The moment of a time tag by a clock in the zone; nothing without a tag, and of one that is marked as wrong.

    A tag of three octets has minutes only: the hour is that which brings it closest to the reception.
    """
    if not tag or tag[2] & _INVALID:
        return None
    milliseconds, minute = int.from_bytes(tag[:2], "little"), tag[2] & 0x3F
    try:
        if len(tag) == 3:
            near = received_at.astimezone(zone).replace(minute=minute, second=0, microsecond=0)
            moment = near + timedelta(milliseconds=milliseconds)
            return min(
                (moment + timedelta(hours=hours) for hours in (-1, 0, 1)), key=lambda one: abs(one - received_at)
            )
        hour, day, month, year = tag[3] & 0x1F, tag[4] & 0x1F, tag[5] & 0x0F, 2000 + (tag[6] & 0x7F)
        moment = datetime(year, month, day, hour, minute, tzinfo=zone) + timedelta(milliseconds=milliseconds)
    except ValueError:  # a date that does not exist: the clock has never been set
        return None
    return moment if milliseconds < 60_000 else None
