"""The network of the demo region: a substation for each district, feeders with ties, transformer points."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import cos, radians, sin
from typing import Any

from opora.platform.access.models import User
from opora.registry.customers.models import UsagePoint
from opora.registry.customers.operations import bind_usage_points
from opora.registry.grid.network import Container, Element, Network
from opora.registry.grid.operations import import_network
from opora.registry.grid.stages import ContainerKind, ElementKind
from opora.registry.organization.models import District

#: Usage points below one transformer point, about as many as in a settlement.
BELOW_A_POINT = 40
POINTS_OF_A_FEEDER = 5
HIGH, MEDIUM, LOW = Decimal("110"), Decimal("10"), Decimal("0.4")

#: Where the seats of the branches are; their districts lie around them.
SEATS: Mapping[str, tuple[float, float]] = {
    "01": (45.04, 38.98),
    "02": (43.60, 39.73),
    "03": (44.99, 41.12),
    "04": (44.61, 40.10),
    "05": (45.61, 38.94),
    "06": (45.85, 40.13),
    "07": (46.32, 39.39),
    "08": (45.26, 38.13),
    "09": (44.72, 37.77),
    "10": (44.63, 40.73),
    "11": (45.21, 39.69),
}


@dataclass(frozen=True)
class _Part:
    """The network of one district, and which usage points each of its consumers supplies."""

    containers: Sequence[Container]
    elements: Sequence[Element]
    supplied: Mapping[str, str]


def build_network(*, by: User) -> None:
    """Draw the network for the usage points that are there, and hang them on it; the same points give the same one."""
    parts = list(_parts())
    network = Network(
        containers=[container for part in parts for container in part.containers],
        elements=[element for part in parts for element in part.elements],
    )
    import_network(network=network, by=by)
    bind_usage_points(pairs={number: mrid for part in parts for number, mrid in part.supplied.items()}, by=by)


def _parts() -> Iterator[_Part]:
    for place, district in enumerate(District.objects.select_related("branch").order_by("code")):
        points = UsagePoint.objects.filter(district=district).order_by("address", "number")
        numbers = list(points.values_list("number", flat=True))
        if numbers:
            yield _part(district, place, numbers)


def _part(district: District, place: int, numbers: Sequence[str]) -> _Part:
    """A substation whose feeders reach all transformer points; neighbouring feeders may be joined at their ends."""
    at = _around(SEATS.get(district.branch.code, SEATS["01"]), place, radius=0.35)
    key, name = f"d{district.code}", district.name.removesuffix(f" {district.branch.short_name}")
    station = f"{key}-ps"
    own: dict[str, Any] = {"branch": district.branch.code, "district": district.code}
    containers = [
        Container(
            mrid=station,
            kind=ContainerKind.SUBSTATION,
            name=f"ПС 110/10 кВ {name}",
            voltage_kv=HIGH,
            position=at,
            **own,
        )
    ]

    def element(mrid: str, kind: ElementKind, title: str, *nodes: str, inside: str = station, **more: Any) -> Element:
        joined = tuple(f"{key}-{node}" for node in nodes)
        voltage = more.pop("voltage_kv", MEDIUM)
        return Element(
            mrid=f"{key}-{mrid}",
            kind=kind,
            name=title,
            nodes=joined,
            container=inside,
            voltage_kv=voltage,
            **more,
        )

    elements = [
        element("source", ElementKind.SOURCE, f"Система 110 кВ {name}", "s", voltage_kv=HIGH),
        element("in", ElementKind.BREAKER, f"В-110 {name}", "s", "h", voltage_kv=HIGH),
        element("t1", ElementKind.TRANSFORMER, f"Т-1 {name}", "h", "t", voltage_kv=HIGH),
        element("main", ElementKind.BREAKER, f"В-10 Т-1 {name}", "t", "bus"),
        element("bus", ElementKind.BUS_SECTION, f"1 СШ 10 кВ {name}", "bus"),
    ]
    supplied: dict[str, str] = {}
    count = max(2, -(-len(numbers) // BELOW_A_POINT))
    feeders = -(-count // POINTS_OF_A_FEEDER)
    each = -(-len(numbers) // count)
    ends: list[str] = []
    for feeder in range(1, feeders + 1):
        line = f"{key}-f{feeder}"
        title = f"Ф-{feeder} {name}"
        containers.append(
            Container(mrid=line, kind=ContainerKind.FEEDER, name=title, parent=station, voltage_kv=MEDIUM, **own)
        )
        elements.append(
            element(f"f{feeder}-q", ElementKind.BREAKER, f"В-10 {title}", "bus", f"f{feeder}-0", inside=line)
        )
        first = (feeder - 1) * POINTS_OF_A_FEEDER
        last = min(count, first + POINTS_OF_A_FEEDER)
        here = f"f{feeder}-0"
        for number in range(first, last):
            step, tp = number - first + 1, f"{key}-tp{number + 1}"
            there = f"f{feeder}-{step}"
            if step == 3:  # half of a feeder can be taken out
                elements.append(
                    element(f"f{feeder}-r", ElementKind.RECLOSER, f"Реклоузер {title}", here, f"{here}r", inside=line)
                )
                here = f"{here}r"
            where = _around(_around(at, feeder, radius=0.02 + 0.03 * step), number, radius=0.008)
            label = f"ТП-{district.code.replace('-', '')}{number + 1:02d}"
            containers.append(
                Container(
                    mrid=tp,
                    kind=ContainerKind.TRANSFORMER_POINT,
                    name=label,
                    parent=line,
                    voltage_kv=MEDIUM,
                    position=where,
                    **own,
                )
            )
            elements += [
                element(
                    f"f{feeder}-l{step}",
                    ElementKind.LINE_SEGMENT,
                    f"ВЛ 10 кВ {title}, участок {step}",
                    here,
                    there,
                    inside=line,
                ),
                element(f"tp{number + 1}-fu", ElementKind.FUSE, f"ПК {label}", there, f"tp{number + 1}", inside=tp),
                element(
                    f"tp{number + 1}-t",
                    ElementKind.TRANSFORMER,
                    f"Т {label}",
                    f"tp{number + 1}",
                    f"lv{number + 1}",
                    inside=tp,
                ),
                element(
                    f"tp{number + 1}-c",
                    ElementKind.CONSUMER,
                    f"{label}, 0,4 кВ",
                    f"lv{number + 1}",
                    inside=tp,
                    voltage_kv=LOW,
                ),
            ]
            for point in numbers[number * each : (number + 1) * each]:
                supplied[point] = f"{key}-tp{number + 1}-c"
            here = there
        ends.append(here)
    for left, (here, there) in enumerate(pairwise(ends), start=1):
        title = f"ЛР Ф-{left} — Ф-{left + 1} {name}"
        elements.append(element(f"tie{left}", ElementKind.LOAD_SWITCH, title, here, there, normally_open=True))
    return _Part(containers, elements, supplied)


def _around(centre: tuple[float, float], number: int, *, radius: float) -> tuple[float, float]:
    """The number-th place on a circle; the golden angle keeps neighbours apart."""
    angle = radians(137.508 * number)
    return centre[0] + radius * sin(angle), centre[1] + radius * cos(angle) / cos(radians(centre[0]))
