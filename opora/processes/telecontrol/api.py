"""Telecontrol over HTTP: stations, points, the quarantine, the log of signals."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import Field

from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import (
    Cursor,
    FilledLine,
    Flag,
    Id,
    Input,
    Limit,
    Moment,
    Output,
    Page,
    SmallId,
    Value,
    Version,
    Yes,
    codes,
)
from opora.processes.telecontrol import operations, queries
from opora.processes.telecontrol.models import Point, Station, UnknownPoint
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.processes.telecontrol.point_file import HIGHEST_ADDRESS, PointLine
from opora.processes.telecontrol.queries import SignalFilter
from opora.processes.telecontrol.stages import LinkState, Meaning, Outcome, PointKind

router = Door(tags=["Telecontrol"])

KindCode = Annotated[PointKind, codes(PointKind)]
MeaningCode = Annotated[Meaning, codes(Meaning)]
OutcomeCode = Annotated[Outcome, codes(Outcome)]
LinkCode = Annotated[LinkState, codes(LinkState)]


class StationOut(Output):
    id: int
    code: str
    name: str
    branch_id: int
    host: str
    port: int
    common_address: int
    clock_zone: str
    is_followed: bool
    link: LinkCode = Field(description="A station that is LOST says nothing of its switches")
    connected_at: datetime | None
    lost_at: datetime | None
    heard_at: datetime | None
    lag: float | None = Field(description="Seconds from the time tag of the last spontaneous signal to its reception")
    points: int
    unknown_points: int
    version: int


class StationIn(Input):
    code: FilledLine = Field(max_length=20)
    name: FilledLine
    branch_id: SmallId
    host: FilledLine
    port: Value = Field(2404, ge=1, le=65535)
    common_address: Value = Field(ge=1, le=65534, description="Common address of ASDU")
    clock_zone: FilledLine = Field("Europe/Moscow", max_length=50, description="Stations send time without a zone")
    is_followed: Yes = True


class StationChange(StationIn):
    version: Version


class PointOut(Output):
    address: int
    kind: KindCode
    meaning: MeaningCode
    inverted: bool
    element_id: int
    element: str = Field(description="mRID")
    value: int | None
    known_at: datetime | None
    chattering: bool


class PointIn(Input):
    address: Value = Field(ge=1, le=HIGHEST_ADDRESS, description="Address of the information object")
    kind: KindCode
    element: FilledLine = Field(max_length=100, description="mRID")
    meaning: MeaningCode = Meaning.POSITION
    inverted: Yes = False


class PointsIn(Input):
    points: list[PointIn] = Field(min_length=1, max_length=10_000)
    apply: Yes = Field(False, description="Without it, say what would change and change nothing")


class PointsOut(Output):
    created: list[int] = Field(description="Addresses")
    changed: list[int]
    same: int


class UnknownOut(Output):
    id: int
    station_id: int
    address: int
    kind: KindCode
    value: int
    count: int = Field(description="Signals that have come of it")
    first_at: datetime
    last_at: datetime
    ignored: bool


class MappingIn(Input):
    element_id: Id
    meaning: MeaningCode = Meaning.POSITION
    inverted: Yes = False


class SignalOut(Output):
    id: int
    station_id: int
    address: int
    kind: KindCode
    value: int = Field(description="0 and 1; of a double point 1 open, 2 closed, 0 on its way, 3 faulty")
    quality: int = Field(description="0x10 blocked, 0x20 substituted, 0x40 not topical, 0x80 invalid")
    type_id: int = Field(description="As IEC 60870-5-101 numbers them")
    cause: int
    tagged_at: datetime | None
    received_at: datetime
    settled_at: datetime | None
    outcome: str = Field(description="What became of it; empty while it waits")


class SignalQuery(Output):
    """Which signals are listed; what is left out hides nothing."""

    station_id: Id | None = None
    address: Id | None = None
    outcome: OutcomeCode | None = None
    since: Moment | None = None
    until: Moment | None = None

    def wanted(self) -> SignalFilter:
        return SignalFilter(**{**self.dict(), "outcome": self.outcome or ""})


class ReplayIn(Input):
    since: Moment


class SignalsCounted(Output):
    count: int


@router.get(
    "/telecontrol/stations", permission=TelecontrolPermission.VIEW, response=list[StationOut], summary="List stations"
)
def list_stations(request: HttpRequest) -> list[StationOut]:
    """List all stations, and whether each is heard."""
    return [_station(station) for station in queries.stations()]


@router.get(
    "/telecontrol/stations/{int:station_id}",
    permission=TelecontrolPermission.VIEW,
    response=StationOut,
    summary="Show a station",
)
def get_station(request: HttpRequest, station_id: Id) -> StationOut:
    """Show a station, and whether it is heard."""
    return _station(queries.station_of(station_id))


@router.post(
    "/telecontrol/stations",
    permission=TelecontrolPermission.CONFIGURE,
    response={201: StationOut},
    summary="Enter a station",
)
def enter_station(request: HttpRequest, payload: StationIn, response: HttpResponse) -> Status[StationOut]:
    """Enter a station. It is connected with by itself."""
    saved = operations.save_station(**payload.dict(), by=caller(request))
    response["Location"] = f"/api/v1/telecontrol/stations/{saved.pk}"
    return Status(201, _station(queries.station_of(saved.pk)))


@router.put(
    "/telecontrol/stations/{int:station_id}",
    permission=TelecontrolPermission.CONFIGURE,
    response=StationOut,
    summary="Change a station",
)
def change_station(request: HttpRequest, station_id: Id, payload: StationChange) -> StationOut:
    """Change what is known of a station."""
    operations.save_station(station_id=station_id, **payload.dict(), by=caller(request))
    return _station(queries.station_of(station_id))


@router.get(
    "/telecontrol/stations/{int:station_id}/points",
    permission=TelecontrolPermission.VIEW,
    response=Page[PointOut],
    summary="List points of a station",
)
def list_points(request: HttpRequest, station_id: Id, cursor: Cursor = "", limit: Limit = USUAL) -> Page[PointOut]:
    """List what a station's points watch and what was heard of them last."""
    queries.station_of(station_id)
    rows = queries.points_of(station_id)
    return page_of(request, PointOut, rows, by=["address"], cursor=cursor, limit=limit, show=_point)


@router.put(
    "/telecontrol/stations/{int:station_id}/points",
    permission=TelecontrolPermission.CONFIGURE,
    response=PointsOut,
    summary="Bring points to a list",
)
def import_points(request: HttpRequest, station_id: Id, payload: PointsIn) -> PointsOut:
    """Bring points to this list; those it does not name stay as they are. Every faulty one is named in a refusal."""
    queries.station_of(station_id)
    lines = [PointLine(row=row, **point.dict()) for row, point in enumerate(payload.points, start=1)]
    told = Counter(line.address for line in lines)
    if repeated := [address for address, times in told.items() if times > 1]:
        raise operations.PointsFaulty([_("address %d stands there more than once") % address for address in repeated])
    if payload.apply:
        found = operations.import_points(station_id=station_id, lines=lines, by=caller(request))
    else:
        found = operations.foresee_points(station_id=station_id, lines=lines)
    return PointsOut(
        created=[line.address for line in found.created],
        changed=[line.address for line in found.changed],
        same=found.same,
    )


@router.post(
    "/telecontrol/stations/{int:station_id}/replay",
    permission=TelecontrolPermission.CONFIGURE,
    response=SignalsCounted,
    summary="Judge signals anew",
)
def replay(request: HttpRequest, station_id: Id, payload: ReplayIn) -> SignalsCounted:
    """Put the signals of a station back to be judged anew. What the network knows already changes nothing."""
    queries.station_of(station_id)
    return SignalsCounted(count=operations.replay(station_id=station_id, since=payload.since, by=caller(request)))


@router.get(
    "/telecontrol/unknown-points",
    permission=TelecontrolPermission.VIEW,
    response=Page[UnknownOut],
    summary="List unknown points",
)
def list_unknown(
    request: HttpRequest, ignored: Flag = False, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[UnknownOut]:
    """List addresses of which signals come and that nobody has mapped."""
    rows = queries.quarantine(ignored=ignored)
    return page_of(request, UnknownOut, rows, by=["station_id", "address"], cursor=cursor, limit=limit)


@router.post(
    "/telecontrol/unknown-points/{int:unknown_id}/map",
    permission=TelecontrolPermission.CONFIGURE,
    response={201: PointOut},
    summary="Map an unknown point",
)
def map_point(request: HttpRequest, unknown_id: Id, payload: MappingIn) -> Status[PointOut]:
    """Say which element an unknown point watches; what it has told is judged anew."""
    unknown = queries.unknown_point(unknown_id)
    point = operations.map_point(
        station_id=unknown.station_id, address=unknown.address, **payload.dict(), by=caller(request)
    )
    return Status(201, _point(point))


@router.post(
    "/telecontrol/unknown-points/{int:unknown_id}/ignore",
    permission=TelecontrolPermission.CONFIGURE,
    response=UnknownOut,
    summary="Ignore an unknown point",
)
def ignore_point(request: HttpRequest, unknown_id: Id) -> UnknownPoint:
    """Say that it concerns nobody."""
    unknown = queries.unknown_point(unknown_id)
    operations.ignore_point(station_id=unknown.station_id, address=unknown.address, by=caller(request))
    return queries.unknown_point(unknown_id)


@router.get(
    "/telecontrol/signals", permission=TelecontrolPermission.VIEW, response=Page[SignalOut], summary="List signals"
)
def list_signals(
    request: HttpRequest, filters: Query[SignalQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[SignalOut]:
    """List what stations have told, the latest received first, and what became of it."""
    rows = queries.signals(filters.wanted())
    return page_of(request, SignalOut, rows, by=["-received_at", "-pk"], cursor=cursor, limit=limit)


def _station(station: Station) -> StationOut:
    counted = {"points": station.point_count, "unknown_points": station.unknown_count}  # type: ignore[attr-defined]
    own = StationOut.model_fields.keys() - counted.keys() - {"link"}
    return StationOut(link=station.link_state, **counted, **{name: getattr(station, name) for name in own})


def _point(point: Point) -> PointOut:
    own = PointOut.model_fields.keys() - {"element"}
    return PointOut(element=point.element.mrid, **{name: getattr(point, name) for name in own})
