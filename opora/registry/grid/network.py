"""A network as values: what readers of files fill in, and what the tracer and the import take. No database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from opora.registry.grid.stages import ContainerKind, ElementKind, PositionSource


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A substation, feeder, line…, inside its parent."""

    mrid: str
    kind: ContainerKind
    name: str
    parent: str | None = None
    voltage_kv: Decimal | None = None
    #: Latitude and longitude.
    position: tuple[float, float] | None = None
    #: Codes or names of the company's structure, where the model tells.
    branch: str | None = None
    district: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """A piece of equipment and the nodes it joins; terminals that are not connected are left out."""

    mrid: str
    kind: ElementKind
    name: str
    nodes: tuple[str, ...]
    normally_open: bool = False
    #: The position the model was given in; nothing when it knows only the normal one.
    open: bool | None = None
    voltage_kv: Decimal | None = None
    container: str | None = None
    position: tuple[float, float] | None = None
    #: What the file calls it: a class of CIM.
    class_name: str = ""

    @property
    def is_open(self) -> bool:
        return self.normally_open if self.open is None else self.open


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePointLink:
    """Which element supplies a usage point, by the number of the point."""

    number: str
    element: str


@dataclass(frozen=True, kw_only=True)
class Network:
    """All that was read, whole and without dangling references."""

    elements: Sequence[Element]
    containers: Sequence[Container] = ()
    usage_points: Sequence[UsagePointLink] = ()
    #: What is odd but harmless: shown, never a refusal.
    warnings: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionChange:
    """A switch was found, or put, open or closed."""

    element_id: int
    is_open: bool
    at: datetime
    source: PositionSource
