"""Elements and containers: found, shown as a tree, on the map, and each whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.registry.grid.models import Container, Element, Position
from opora.registry.grid.queries.live import LiveTracer, current_tracer
from opora.registry.grid.stages import SWITCHES, ContainerKind, ElementKind

#: Elements of one container on a page of the tree.
IN_CONTAINER = 500
#: How many elements of a path, or around, a card shows.
AROUND = 200


@dataclass(frozen=True, slots=True)
class ElementLine:
    """An element in a list: what it is, where it stands, how it stands."""

    id: int
    mrid: str
    kind: ElementKind
    name: str
    container_id: int | None
    container: str
    voltage_kv: Decimal | None
    is_switch: bool
    normally_open: bool
    is_open: bool
    energised: bool

    @property
    def is_unusual(self) -> bool:
        return self.is_open != self.normally_open


@dataclass(frozen=True, slots=True)
class ContainerLine:
    """A container in the tree: how much is in it, and how much of that is dead."""

    id: int
    mrid: str
    kind: ContainerKind
    name: str
    voltage_kv: Decimal | None
    children: int
    elements: int
    dead: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Tree:
    """One level of the tree: the way to it, and what stands there."""

    path: Sequence[Container]
    containers: Sequence[ContainerLine]
    elements: Sequence[ElementLine]
    more: int


@dataclass(frozen=True, slots=True)
class ElementCard:
    """An element whole: how it stands, what feeds it, what it feeds."""

    element: Element
    line: ElementLine
    path: Sequence[Container]
    sources: Sequence[ElementLine]
    feeding: Sequence[ElementLine]
    neighbours: Sequence[ElementLine]
    #: How many elements, and consumers among them, would lose supply with it.
    below: int
    consumers_below: int
    positions: Sequence[Position]


def element_of(key: int | str) -> Element:
    """Find an element by its id or its mRID.

    :raises NotVisible: when it is not in the network, or no more.
    """
    wanted = Q(pk=key) if isinstance(key, int) else Q(mrid=key)
    element = Element.objects.select_related("container").filter(wanted, removed_at=None).first()
    if element is None:
        raise NotVisible(_("There is no such element in the network."))
    return element


def find_elements(text: str, *, limit: int = 20) -> Sequence[ElementLine]:
    """Find elements by mRID or by words of their names and of where they stand, misspellings forgiven."""
    text = text.strip()
    if not text:
        return []
    known = Element.objects.filter(removed_at=None)
    exact = list(known.filter(Q(mrid=text) | Q(name__iexact=text)).order_by("name", "id")[:limit])
    found = [
        *exact,
        *known.filter(name__trigram_word_similar=text)
        .exclude(pk__in=[element.pk for element in exact])
        .annotate(likeness=TrigramWordSimilarity(text, "name"))
        .order_by("-likeness", "name", "id")[: limit - len(exact)],
    ]
    return lines_of([element.pk for element in found])


def lines_of(element_ids: Iterable[int], *, tracer: LiveTracer | None = None) -> Sequence[ElementLine]:
    """Give elements as lines, in the order of their ids as they are given."""
    ids = list(element_ids)
    tracer = tracer or current_tracer()
    energised = tracer.energised(ids)
    found = Element.objects.select_related("container").in_bulk(ids)
    return [_line(found[pk], pk in energised) for pk in ids if pk in found]


def element_tree(container_id: int | None = None) -> Tree:
    """Give what stands in a container, or at the top of the network.

    :raises NotVisible: when there is no such container.
    """
    path = _path_of(container_id) if container_id is not None else []
    inside = Container.objects.filter(parent=container_id, removed_at=None)
    standing = Element.objects.filter(container=container_id, removed_at=None)
    ids = list(standing.order_by("name", "id").values_list("id", flat=True)[: IN_CONTAINER + 1])
    more = standing.count() - IN_CONTAINER if len(ids) > IN_CONTAINER else 0
    return Tree(
        path=path,
        containers=_container_lines(inside.order_by("name", "id")),
        elements=lines_of(ids[:IN_CONTAINER]),
        more=more,
    )


def containers_on_map(
    *, south: float, west: float, north: float, east: float, limit: int = 5000
) -> Sequence[ContainerLine]:
    """Give the containers that stand within bounds, substations before what they feed."""
    within = Container.objects.filter(removed_at=None, latitude__range=(south, north), longitude__range=(west, east))
    return _container_lines(within.order_by("-voltage_kv", "name", "id")[:limit])


def element_card(element_id: int) -> ElementCard:
    """Give an element with all that its page shows.

    :raises NotVisible: when it is not in the network, or no more.
    """
    element = element_of(element_id)
    tracer = current_tracer()
    lost = tracer.lost_by_opening(element.pk)
    (line,) = lines_of([element.pk], tracer=tracer)
    return ElementCard(
        element=element,
        line=line,
        path=_path_of(element.container_id) if element.container_id else [],
        sources=lines_of(tracer.sources_of(element.pk).tolist()[:AROUND], tracer=tracer),
        feeding=lines_of(tracer.feeding_path(element.pk).tolist()[-AROUND:], tracer=tracer),
        neighbours=lines_of(tracer.neighbours(element.pk).tolist()[:AROUND], tracer=tracer),
        below=len(lost),
        consumers_below=len(tracer.consumers_among(lost)),
        positions=list(Position.objects.filter(element=element).select_related("by").order_by("-at", "-id")[:50]),
    )


def branch_of(element_id: int) -> tuple[int | None, int | None]:
    """Say which branch and district an element is of: those of its container."""
    found = Element.objects.filter(pk=element_id).values_list("container__branch_id", "container__district_id").first()
    return found or (None, None)


def _line(element: Element, energised: bool) -> ElementLine:
    return ElementLine(
        id=element.pk,
        mrid=element.mrid,
        kind=ElementKind(element.kind),
        name=element.name,
        container_id=element.container_id,
        container=element.container.name if element.container else "",
        voltage_kv=element.voltage_kv,
        is_switch=element.kind in SWITCHES,
        normally_open=element.normally_open,
        is_open=element.is_open,
        energised=energised,
    )


def _container_lines(containers: QuerySet[Container]) -> Sequence[ContainerLine]:
    found = list(containers.annotate(inside=Count("children", filter=Q(children__removed_at=None))))
    counts = current_tracer().counts_in([container.pk for container in found])
    return [
        ContainerLine(
            id=c.pk,
            mrid=c.mrid,
            kind=ContainerKind(c.kind),
            name=c.name,
            voltage_kv=c.voltage_kv,
            children=c.inside,
            elements=counts[c.pk][0],
            dead=counts[c.pk][1],
            latitude=c.latitude,
            longitude=c.longitude,
        )
        for c in found
    ]


def _path_of(container_id: int) -> list[Container]:
    """The container and all it stands in, outermost first."""
    path: list[Container] = []
    wanted: int | None = container_id
    while wanted is not None:
        container = Container.objects.filter(pk=wanted).first()
        if container is None or container in path:
            break
        path.insert(0, container)
        wanted = container.parent_id
    if not path:
        raise NotVisible(_("There is no such part of the network."))
    return path
