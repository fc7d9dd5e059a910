"""A network as values: what readers of files fill in, and what the tracer and the import take. No database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError
from opora.registry.grid.stages import ContainerKind, ElementKind, PositionSource


class NetworkFaulty(BusinessError):
    """What was read is not a whole network; every faulty object is named."""

    code = "network_faulty"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join([_("The network is refused; nothing has been changed. What to mend:"), *faults]))
        self.faults = [{"message": fault} for fault in faults]


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


def faults_of(network: Network) -> list[str]:
    """Name everything that keeps a network from being whole: repeated mRIDs, references to nothing, circles."""
    containers = {container.mrid: container for container in network.containers}
    elements = {element.mrid for element in network.elements}
    repeated = Counter([*(e.mrid for e in network.elements), *(c.mrid for c in network.containers)])
    faults = [_("%s is the mRID of several objects.") % mrid for mrid, count in repeated.items() if count > 1]
    dangling = _("%(title)s refers to %(reference)s, which is not in the network.")
    faults += [
        dangling % {"title": f"{element.kind.label} «{element.name}» ({element.mrid})", "reference": element.container}
        for element in network.elements
        if element.container and element.container not in containers
    ]
    faults += [
        dangling % {"title": f"{container.kind.label} «{container.name}» ({container.mrid})", "reference": parent}
        for container in network.containers
        if (parent := container.parent) and parent not in containers
    ]
    faults += [
        dangling % {"title": _("Usage point %s") % link.number, "reference": link.element}
        for link in network.usage_points
        if link.element not in elements
    ]
    for container in network.containers:
        if _is_in_itself(container, containers):
            faults.append(_("%(name)s (%(mrid)s) stands inside itself.")
                          % {"name": container.name, "mrid": container.mrid})  # fmt: skip
    return faults


def _is_in_itself(container: Container, containers: dict[str, Container]) -> bool:
    above, seen = container.parent, set()
    while above in containers and above not in seen and above != container.mrid:
        seen.add(above)
        above = containers[above].parent
    return above == container.mrid


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionChange:
    """A switch was found, or put, open or closed."""

    element_id: int
    is_open: bool
    at: datetime
    source: PositionSource
