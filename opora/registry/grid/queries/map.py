"""The network as a drawing: where its places are, what joins them, and which of it is dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from django.db import connection

from opora.registry.grid.queries.live import current_tracer
from opora.registry.grid.stages import ContainerKind

#: The drawing is so wide; its height follows from the land.
WIDTH = 1000.0
#: What may be drawn before a district has to be chosen.
MOST_PLACES = 4_000
_MARGIN = 0.04


@dataclass(frozen=True, slots=True)
class Place:
    """A substation or transformer point on the drawing."""

    container_id: int
    kind: ContainerKind
    name: str
    x: float
    y: float
    is_dead: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A line between two places."""

    element_id: int
    name: str
    x1: float
    y1: float
    x2: float
    y2: float
    is_dead: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """A drawing of `WIDTH` × `height`."""

    places: Sequence[Place]
    spans: Sequence[Span]
    height: float


_PLACES = """
select container.id, container.kind, container.name, container.latitude, container.longitude,
    array(select element.id from grid_element element where element.container_id = container.id
        and element.kind in ('CONSUMER', 'BUS_SECTION') and element.removed_at is null)
from grid_container container
where container.removed_at is null and container.latitude is not null and container.branch_id = %(branch)s
    and (%(district)s::bigint is null or container.district_id = %(district)s::bigint)
order by container.id limit %(limit)s
"""

#: A line joins the places whose equipment stands at its two nodes; a feeder's own equipment stands in its substation.
_SPANS = """
with placed as materialized (
    select element.id, unnest(element.nodes) as node,
        coalesce(own.latitude, above.latitude) as latitude, coalesce(own.longitude, above.longitude) as longitude
    from grid_element element
    join grid_container own on own.id = element.container_id
    left join grid_container above on above.id = own.parent_id
    where element.removed_at is null and own.branch_id = %(branch)s
        and element.kind not in ('LINE_SEGMENT', 'CONSUMER')
        and (%(district)s::bigint is null or own.district_id = %(district)s::bigint)
),
node as (
    select distinct on (node) node, latitude, longitude from placed where latitude is not null
    order by node, id desc
)
select line.id, line.name, line.is_open, one.latitude, one.longitude, other.latitude, other.longitude
from grid_element line
join grid_container container on container.id = line.container_id and container.branch_id = %(branch)s
join node one on one.node = line.nodes[1] join node other on other.node = line.nodes[2]
where line.removed_at is null and cardinality(line.nodes) = 2
    and (line.kind = 'LINE_SEGMENT' or (line.kind = 'LOAD_SWITCH' and line.normally_open))
    and (%(district)s::bigint is null or container.district_id = %(district)s::bigint)
order by line.id
"""


def network_map(*, branch_id: int, district_id: int | None = None) -> NetworkMap:
    """Draw the network of a branch, or of one of its districts."""
    asked = {"branch": branch_id, "district": district_id, "limit": MOST_PLACES}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, asked)
        places = cursor.fetchall()
        cursor.execute(_SPANS, asked)
        spans = cursor.fetchall()
    if not places:
        return NetworkMap((), (), 0)
    tracer = current_tracer()
    alive = tracer.energised([*(pk for row in places for pk in row[5]), *(row[0] for row in spans)])
    land = _Land([(row[3], row[4]) for row in places])
    return NetworkMap(
        places=[
            Place(pk, ContainerKind(kind), name, *land.at(latitude, longitude), bool(inside) and not alive & {*inside})
            for pk, kind, name, latitude, longitude, inside in places
        ],
        spans=[
            Span(pk, name, *land.at(*here), *land.at(*there), pk not in alive, is_open)
            for pk, name, is_open, *ends in spans
            for here, there in [(ends[:2], ends[2:])]
        ],
        height=land.height,
    )


class _Land:
    """Degrees to the drawing's units, true in shape at its middle."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        latitudes, longitudes = zip(*points, strict=True)
        self.north, self.west = max(latitudes), min(longitudes)
        self.narrow = cos(radians((self.north + min(latitudes)) / 2))
        wide = max((max(longitudes) - self.west) * self.narrow, 0.01)
        tall = max(self.north - min(latitudes), 0.01)
        self.scale = WIDTH * (1 - 2 * _MARGIN) / wide
        self.height = tall * self.scale + 2 * _MARGIN * WIDTH

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * self.narrow * self.scale + _MARGIN * WIDTH
        y = (self.north - latitude) * self.scale + _MARGIN * WIDTH
        return round(x, 1), round(y, 1)
