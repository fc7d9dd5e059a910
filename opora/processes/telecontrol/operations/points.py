"""Points: which element each watches; entered one by one from the quarantine, or from a file."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.telecontrol.events import PointMapped, PointsImported
from opora.processes.telecontrol.models import Point, Signal, Station, UnknownPoint
from opora.processes.telecontrol.operations.settling import hold_settling
from opora.processes.telecontrol.point_file import PointLine
from opora.processes.telecontrol.stages import Meaning, Outcome, PointKind
from opora.registry.grid.models import Element


class PointTaken(BusinessError):
    """The address is mapped already."""

    code = "point_taken"
    status = 409


class ElementTaken(BusinessError):
    """There is no such element any more."""

    code = "element_missing"
    status = 404


class PointsFaulty(BusinessError):
    """A file of points cannot be taken; every faulty row is named."""

    code = "points_faulty"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join([_("The file is refused; nothing has been changed. What to mend:"), *faults]))
        self.faults = [{"message": fault} for fault in faults]


@dataclass(frozen=True, slots=True)
class ForeseenPoints:
    """What an import would do: addresses that are new, that change, and that stay as they are."""

    created: Sequence[PointLine]
    changed: Sequence[PointLine]
    same: int


@transaction.atomic
def map_point(
    *, station_id: int, address: int, element_id: int, by: User, kind: PointKind | None = None,
    meaning: Meaning = Meaning.POSITION, inverted: bool = False,
) -> Point:  # fmt: skip
    """Say which element a point watches; what has been heard of it meanwhile is judged anew.

    :param kind: as the quarantine knows it when left out.
    :raises PointTaken: when the address is mapped already.
    :raises ElementTaken: when the element is not in the network.
    """
    hold_settling()
    station = _locked(station_id)
    unknown = UnknownPoint.objects.filter(station=station, address=address).first()
    if Point.objects.filter(station=station, address=address).exists():
        raise PointTaken(_("Address %d is mapped already.") % address, field="address")
    if not Element.objects.filter(pk=element_id, removed_at=None).exists():
        raise ElementTaken(_("The network has no such element."), field="element_id")
    point = Point.objects.create(
        station=station, address=address, element_id=element_id, meaning=meaning, inverted=inverted,
        kind=kind or (PointKind(unknown.kind) if unknown else PointKind.SINGLE),
    )  # fmt: skip
    _judge_anew(station, [address])
    about = [point, station, Element(pk=element_id)]
    publish(PointMapped(point_id=point.pk, address=address), by=by, about=about)
    announce("telecontrol")
    return point


@transaction.atomic
def ignore_point(*, station_id: int, address: int, by: User) -> None:
    """Say that an unknown point concerns nobody: the quarantine shows it no more.

    :raises NotVisible: when it is not in the quarantine.
    """
    if not UnknownPoint.objects.filter(station_id=station_id, address=address).update(ignored=True):
        raise NotVisible(_("This point is not in the quarantine."))
    announce("telecontrol")


def foresee_points(*, station_id: int, lines: Sequence[PointLine]) -> ForeseenPoints:
    """Say what an import would do, without doing it.

    :raises PointsFaulty: when rows name elements that the network does not have.
    """
    found = _compare(station_id, lines)
    return ForeseenPoints([line for line, _p in found.created], [line for line, _p in found.changed], found.same)


@transaction.atomic
def import_points(*, station_id: int, lines: Sequence[PointLine], by: User) -> ForeseenPoints:
    """Bring a station's points to what a file says; what the file does not name is left as it is.

    :raises PointsFaulty: when rows name elements that the network does not have; nothing is changed then.
    """
    hold_settling()
    station = _locked(station_id)
    found = _compare(station_id, lines)
    Point.objects.bulk_create([point for _line, point in found.created])
    Point.objects.bulk_update(
        [point for _line, point in found.changed], ["kind", "meaning", "element", "inverted"], batch_size=1_000
    )
    _judge_anew(station, [point.address for _line, point in found.created])
    counts = {"created": len(found.created), "changed": len(found.changed)}
    publish(PointsImported(station_id=station_id, **counts), by=by, about=[station])
    announce("telecontrol")
    return ForeseenPoints([line for line, _p in found.created], [line for line, _p in found.changed], found.same)


@dataclass(frozen=True, slots=True)
class _Compared:
    created: Sequence[tuple[PointLine, Point]]
    changed: Sequence[tuple[PointLine, Point]]
    same: int


def _compare(station_id: int, lines: Sequence[PointLine]) -> _Compared:
    named = {line.element for line in lines}
    elements = dict(Element.objects.filter(mrid__in=named, removed_at=None).values_list("mrid", "pk"))
    if unknown := [line for line in lines if line.element not in elements]:
        text = _("row %(row)d: the network has no element “%(element)s”")
        raise PointsFaulty([text % {"row": line.row, "element": line.element} for line in unknown])
    known = {point.address: point for point in Point.objects.filter(station_id=station_id)}
    created, changed = [], []
    for line in lines:
        wanted = (line.kind, line.meaning, elements[line.element], line.inverted)
        point = known.get(line.address)
        if point is None:
            point = Point(station_id=station_id, address=line.address)
            created.append((line, point))
        elif (point.kind, point.meaning, point.element_id, point.inverted) != wanted:
            changed.append((line, point))
        point.kind, point.meaning, point.element_id, point.inverted = wanted
    return _Compared(created, changed, len(lines) - len(created) - len(changed))


def _judge_anew(station: Station, addresses: Sequence[int]) -> None:
    UnknownPoint.objects.filter(station=station, address__in=addresses).delete()
    Signal.objects.filter(station=station, address__in=addresses, outcome=Outcome.UNKNOWN).update(
        settled_at=None, outcome=""
    )


def _locked(station_id: int) -> Station:
    """:raises NotVisible: when there is no such station."""
    station = Station.objects.select_for_update().filter(pk=station_id).first()
    if station is None:
        raise NotVisible(_("There is no such station."))
    return station
