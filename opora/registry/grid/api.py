"""The network over HTTP: what stands where, how it stands, who is supplied through what; positions of switches."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from pydantic import Field

from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import FilledLine, Id, Input, Limit, Moment, Output, Yes
from opora.registry.grid import queries
from opora.registry.grid.network import PositionChange
from opora.registry.grid.permissions import GridPermission
from opora.registry.grid.stages import PositionSource

router = Door(tags=["Network"])

#: Consumers an answer names; all are counted.
NAMED = 10_000

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class ElementOut(Output):
    id: int
    mrid: str
    kind: str
    name: str
    container_id: int | None
    container: str = Field(description="Name of what it stands in")
    voltage_kv: Decimal | None
    normally_open: bool
    is_open: bool = Field(description="Open, or out of service")
    energised: bool = Field(description="Has supply now")


class ContainerOut(Output):
    id: int
    mrid: str
    kind: str
    name: str
    voltage_kv: Decimal | None
    children: int = Field(description="Containers that stand in it")
    elements: int = Field(description="Elements in it and in all it holds")
    dead: int = Field(description="Consumers among them without supply")
    latitude: float | None
    longitude: float | None


class PlaceOut(Output):
    id: int
    name: str


class TreeOut(Output):
    path: list[PlaceOut] = Field(description="From the top of the network to this container")
    containers: list[ContainerOut]
    elements: list[ElementOut]
    more: int = Field(description="Elements of this container that are not in the list")


class PositionOut(Output):
    is_open: bool
    at: datetime
    source: str


class ElementCardOut(ElementOut):
    path: list[PlaceOut]
    sources: list[ElementOut] = Field(description="What feeds it")
    feeding: list[ElementOut] = Field(description="The way from the nearest source")
    neighbours: list[ElementOut]
    below: int = Field(description="Elements that would lose supply with it")
    consumers_below: int
    positions: list[PositionOut] = Field(description="The last ones first")


class Trace(Input):
    """A question: what if these were opened and those closed? Nothing is changed."""

    open: list[Id] = Field([], max_length=1000, description="Ids of elements")
    close: list[Id] = Field([], max_length=1000)


class TraceOut(Output):
    lost: int = Field(description="Elements that would lose supply")
    lost_consumers: int
    restored: int = Field(description="Elements that would get it back")
    restored_consumers: int
    consumers: list[int] = Field(description=f"Ids of consumers that would lose supply, at most {NAMED}")


class PositionIn(Input):
    element_id: Id
    is_open: Yes
    at: Moment


class Positions(Input):
    positions: list[PositionIn] = Field(min_length=1, max_length=1000)


@router.get("/grid/elements", permission=GridPermission.VIEW, response=list[ElementOut], summary="Find elements")
def find_elements(request: HttpRequest, text: FilledLine, limit: Limit = 20) -> list[ElementOut]:
    """Find elements by mRID or by name, misspellings forgiven; the likest first."""
    return [ElementOut.from_orm(line) for line in queries.find_elements(text, limit=limit)]


@router.get(
    "/grid/elements/{int:element_id}",
    permission=GridPermission.VIEW,
    response=ElementCardOut,
    summary="Show an element",
)
def get_element(request: HttpRequest, element_id: Id) -> ElementCardOut:
    """Show an element: how it stands, what feeds it, what it feeds."""
    card = queries.element_card(element_id)
    return ElementCardOut(
        **ElementOut.from_orm(card.line).dict(),
        path=[PlaceOut.from_orm(container) for container in card.path],
        sources=[ElementOut.from_orm(line) for line in card.sources],
        feeding=[ElementOut.from_orm(line) for line in card.feeding],
        neighbours=[ElementOut.from_orm(line) for line in card.neighbours],
        below=card.below,
        consumers_below=card.consumers_below,
        positions=[PositionOut.from_orm(position) for position in card.positions],
    )


@router.get("/grid/tree", permission=GridPermission.VIEW, response=TreeOut, summary="Show a level of the network")
def get_tree(request: HttpRequest, container_id: Id | None = None) -> TreeOut:
    """Show what stands in a container, or at the top of the network."""
    tree = queries.element_tree(container_id)
    return TreeOut(
        path=[PlaceOut.from_orm(container) for container in tree.path],
        containers=[ContainerOut.from_orm(line) for line in tree.containers],
        elements=[ElementOut.from_orm(line) for line in tree.elements],
        more=tree.more,
    )


@router.get(
    "/grid/containers", permission=GridPermission.VIEW, response=list[ContainerOut], summary="List containers on a map"
)
def list_containers(
    request: HttpRequest, south: Latitude = -90, west: Longitude = -180, north: Latitude = 90, east: Longitude = 180
) -> list[ContainerOut]:
    """List what stands within bounds, highest voltage first; at most 5 000."""
    found = queries.containers_on_map(south=south, west=west, north=north, east=east)
    return [ContainerOut.from_orm(line) for line in found]


@router.post("/grid/trace", permission=GridPermission.VIEW, response=TraceOut, summary="Trace supply")
def trace_supply(request: HttpRequest, payload: Trace) -> TraceOut:
    """Say who would lose supply, and who would get it back. Nothing is changed."""
    tracer = queries.current_tracer()
    effect = tracer.effect_of(open_=payload.open, close=payload.close)
    lost, restored = tracer.consumers_among(effect.lost), tracer.consumers_among(effect.restored)
    return TraceOut(
        lost=len(effect.lost),
        lost_consumers=len(lost),
        restored=len(effect.restored),
        restored_consumers=len(restored),
        consumers=lost[:NAMED].tolist(),
    )


@router.post(
    "/grid/positions",
    permission=GridPermission.OPERATE,
    response=list[ElementOut],
    summary="Enter positions of switches",
)
def enter_positions(request: HttpRequest, payload: Positions) -> list[ElementOut]:
    """Enter how switches stand, as a dispatcher does; outages begin and end by it. What is known already is no news."""
    changes = [PositionChange(**position.dict(), source=PositionSource.DISPATCHER) for position in payload.positions]
    import_string(settings.APPLY_POSITIONS)(changes=changes, by=caller(request))
    ids = dict.fromkeys(change.element_id for change in changes)
    return [ElementOut.from_orm(line) for line in queries.lines_of(ids)]
