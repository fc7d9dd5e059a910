"""Stations and whether they are heard, points, the quarantine, the log of signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, When
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.processes.telecontrol.models import Point, Signal, Station, UnknownPoint
from opora.processes.telecontrol.stages import LinkState
from opora.processes.telecontrol.transports import StationAddress
from opora.registry.grid.models import Element
from opora.registry.grid.queries import ElementLine, find_elements, lines_of
from opora.registry.grid.stages import SWITCHES

#: The advisory lock that the listening process holds: it falls with the process, however that ends.
GATEWAY_LOCK = 7_314
#: How many of the nearest addresses say where an unknown point may belong.
NEAR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFilter:
    """Which signals of the log are wanted."""

    station_id: int | None = None
    address: int | None = None
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkHealth:
    """How telecontrol does as a whole."""

    listening: bool
    followed: int
    lost: Sequence[str]
    oldest_unsettled: datetime | None
    unknown_points: int


def followed_stations() -> list[StationAddress]:
    """Where the stations are that are to be listened to."""
    return [
        StationAddress(
            station_id=station.pk, host=station.host, port=station.port,
            common_address=station.common_address, clock_zone=station.clock_zone,
        )
        for station in Station.objects.filter(is_followed=True).order_by("pk")
    ]  # fmt: skip


def anybody_followed() -> bool:
    """Whether there is a station to listen to."""
    return Station.objects.filter(is_followed=True).exists()


def is_listening() -> bool:
    """Whether a process listens to the stations."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where locktype = 'advisory' and objid = %s and granted"
            " and database = (select oid from pg_database where datname = current_database()))",
            [GATEWAY_LOCK],
        )
        listening: bool = cursor.fetchone()[0]
    return listening


def stations() -> QuerySet[Station]:
    """All stations, those that cannot be heard first, with how many points they have, mapped and unknown."""
    return (
        Station.objects.select_related("branch")
        .annotate(
            point_count=Count("points", distinct=True),
            unknown_count=Count("unknown_points", filter=Q(unknown_points__ignored=False), distinct=True),
        )
        .order_by("-is_followed", "-lost_at", "code")
    )


def station_of(station_id: int) -> Station:
    """:raises NotVisible: when there is none."""
    station = stations().filter(pk=station_id).first()
    if station is None:
        raise NotVisible(_("There is no such station."))
    return station


def points_of(station_id: int) -> QuerySet[Point]:
    """What a station's points watch."""
    points = Point.objects.filter(station_id=station_id).select_related("element", "element__container")
    return points.order_by("address")


def quarantine(*, ignored: bool = False) -> QuerySet[UnknownPoint]:
    """Points nobody has mapped, the latest first."""
    return UnknownPoint.objects.filter(ignored=ignored).select_related("station").order_by("-last_at", "pk")


def unknown_point(unknown_id: int) -> UnknownPoint:
    """:raises NotVisible: when it is not in the quarantine (any more)."""
    unknown = UnknownPoint.objects.select_related("station").filter(pk=unknown_id).first()
    if unknown is None:
        raise NotVisible(_("This point is not in the quarantine."))
    return unknown


def proposed_elements(unknown: UnknownPoint, text: str = "", *, limit: int = 12) -> Sequence[ElementLine]:
    """Say what an unknown point may watch: what the text finds; without one, switches that nobody watches and that
    stand beside what the nearest addresses of its station watch, for addresses are given bay by bay.
    """
    if text.strip():
        return find_elements(text, limit=limit)
    distance = Abs(F("address") - unknown.address)
    near = Point.objects.filter(station_id=unknown.station_id).order_by(distance, "address")
    near = near.filter(element__container_id__isnull=False)
    places = list(dict.fromkeys(near.values_list("element__container_id", flat=True)[:NEAR]))
    free = Element.objects.filter(
        ~Exists(Point.objects.filter(element_id=OuterRef("pk"))),
        container_id__in=places, kind__in=SWITCHES, removed_at=None,
    )  # fmt: skip
    rank = Case(*(When(container_id=place, then=number) for number, place in enumerate(places)), default=len(places))
    return lines_of(free.order_by(rank, "name", "pk").values_list("pk", flat=True)[:limit] if places else [])


def signals(wanted: SignalFilter) -> QuerySet[Signal]:
    """The log of signals, the latest received first."""
    found = Signal.objects.select_related("station")
    if wanted.station_id:
        found = found.filter(station_id=wanted.station_id)
    if wanted.address:
        found = found.filter(address=wanted.address)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    if wanted.since:
        found = found.filter(received_at__gte=wanted.since)
    if wanted.until:
        found = found.filter(received_at__lt=wanted.until)
    return found.order_by("-received_at", "-pk")


def link_health() -> LinkHealth:
    """Stations lost, how long the oldest signal waits, unknown points."""
    followed = list(Station.objects.filter(is_followed=True).order_by("code"))
    lost = [station.code for station in followed if station.link_state != LinkState.CONNECTED]
    oldest = Signal.objects.filter(settled_at=None).aggregate(at=Min("received_at"))["at"]
    return LinkHealth(is_listening(), len(followed), lost, oldest, quarantine().count())
