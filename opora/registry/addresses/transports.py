"""What a source of the address register offers, and what travels through it. Gateways implement it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from opora.platform.errors import BusinessError

#: Bytes of a file that are read at once.
BATCH = 1 << 18


class UnreadableDelivery(BusinessError):
    """The delivery, or a file of it, cannot be read: says which file, after which object, and how to mend it."""

    code = "unreadable_delivery"

    def __init__(self, message: object, *, file: str = "", object_id: str = "") -> None:
        super().__init__(message)
        self.file, self.object_id = file, object_id


class Version(NamedTuple):
    """One version of an object: which, and from when to when it holds."""

    object_id: int
    record_id: int
    valid_from: date
    valid_to: date
    updated_on: date
    is_current: bool


class ObjectRecord(NamedTuple):
    version: Version
    guid: UUID
    region: int
    level: int
    type: str
    name: str


class HouseRecord(NamedTuple):
    version: Version
    guid: UUID
    region: int
    #: A house, or a plot of land.
    is_stead: bool
    type: int
    number: str
    #: Additions to the number: type and text.
    first: tuple[int, str] | None
    second: tuple[int, str] | None


class PlaceRecord(NamedTuple):
    """Where an object stands: ids from the region down to itself."""

    version: Version
    municipal: bool
    path: tuple[int, ...]


Record = ObjectRecord | HouseRecord | PlaceRecord


@dataclass(frozen=True)
class SourceFile:
    """A file of the delivery that the register is built from."""

    name: str
    region: int
    size: int
    fingerprint: str


class Source(Protocol):
    """A delivery that can be read file by file."""

    name: str
    is_delta: bool

    @property
    def as_of(self) -> date:
        """The day whose state it tells."""

    @property
    def files(self) -> Sequence[SourceFile]:
        """What is needed of it, in the order in which it is to be read.

        :raises UnreadableDelivery: when there is a file of an unknown kind.
        """

    def records(self, file: SourceFile) -> Iterator[Sequence[Record]]:
        """The records of a file, one batch for each `BATCH` bytes of it, in memory that does not grow with the file.

        :raises UnreadableDelivery: when the file is torn, in another encoding, or has an object at fault.
        """
