"""Planned works over HTTP."""

from django.http import HttpRequest, HttpResponse
from ninja import Status

from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id
from opora.processes.outages import operations, queries
from opora.processes.outages.api.inputs import BeginningOfWorks, Despite, NewWorks, WhyCancelled, WorksTime
from opora.processes.outages.api.outputs import ConflictOut, NoticeTermOut, Obstacles, OutageOut, whole
from opora.processes.outages.models import Outage
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.notices import obstacles_of

router = Door(tags=["Planned works"])


@router.post(
    "/planned-works", permission=OutagePermission.PLAN, response={201: OutageOut}, summary="Apply for planned works"
)
def apply_for_planned(request: HttpRequest, payload: NewWorks, response: HttpResponse) -> Status[OutageOut]:
    """Ask for a time at which an element is taken out of service, or some usage points are cut off."""
    outage = operations.apply_for_planned(**payload.dict(), by=caller(request))
    response["Location"] = f"/api/v1/outages/{outage.pk}"
    return Status(201, _read(outage))


@router.get(
    "/planned-works/{int:outage_id}/obstacles",
    permission=OutagePermission.VIEW,
    response=Obstacles,
    summary="What stands against the time of works",
)
def get_obstacles(request: HttpRequest, outage_id: Id) -> Obstacles:
    """Tell whom the works would cut off, which other works do so then, and who must be told by when."""
    found = obstacles_of(outage_id)
    return Obstacles(
        points=found.weight.points,
        category_1=found.weight.category_1,
        category_2=found.weight.category_2,
        conflicts=[ConflictOut.from_orm(conflict) for conflict in found.conflicts],
        notices=[NoticeTermOut.from_orm(notice) for notice in found.notices],
    )


@router.post(
    "/planned-works/{int:outage_id}/agree",
    permission=OutagePermission.APPROVE,
    response=OutageOut,
    summary="Agree to planned works",
)
def agree_planned(request: HttpRequest, outage_id: Id) -> OutageOut:
    """Agree on behalf of the district or branch."""
    return _read(operations.agree_planned(outage_id=outage_id, by=caller(request)))


@router.post(
    "/planned-works/{int:outage_id}/approve",
    permission=OutagePermission.APPROVE,
    response=OutageOut,
    summary="Approve planned works",
)
def approve_planned(request: HttpRequest, outage_id: Id, payload: Despite) -> OutageOut:
    """Approve; 409 `in_the_way` names what stands against it."""
    return _read(operations.approve_planned(outage_id=outage_id, despite=payload.despite, by=caller(request)))


@router.post(
    "/planned-works/{int:outage_id}/announce",
    permission=OutagePermission.APPROVE,
    response=OutageOut,
    summary="Announce planned works",
)
def announce_planned(request: HttpRequest, outage_id: Id, payload: Despite) -> OutageOut:
    """Let everybody be told; 409 `too_late` names who can no longer be told in his time."""
    return _read(operations.announce_planned(outage_id=outage_id, despite=payload.despite, by=caller(request)))


@router.post(
    "/planned-works/{int:outage_id}/begin",
    permission=OutagePermission.DISPATCH,
    response=OutageOut,
    summary="Begin planned works",
)
def begin_planned(request: HttpRequest, outage_id: Id, payload: BeginningOfWorks) -> OutageOut:
    """Record that they have begun and everybody below the element is off."""
    return _read(operations.begin_planned(outage_id=outage_id, at=payload.at, by=caller(request)))


@router.post(
    "/planned-works/{int:outage_id}/move",
    permission=OutagePermission.PLAN,
    response=OutageOut,
    summary="Move planned works",
)
def move_planned(request: HttpRequest, outage_id: Id, payload: WorksTime) -> OutageOut:
    """Give them another time; they are agreed, approved and announced anew."""
    return _read(operations.move_planned(outage_id=outage_id, **payload.dict(), by=caller(request)))


@router.post(
    "/planned-works/{int:outage_id}/cancel",
    permission=OutagePermission.PLAN,
    response=OutageOut,
    summary="Cancel planned works",
)
def cancel_planned(request: HttpRequest, outage_id: Id, payload: WhyCancelled) -> OutageOut:
    """Give them up, and say why."""
    return _read(operations.cancel_planned(outage_id=outage_id, reason=payload.reason, by=caller(request)))


def _read(outage: Outage) -> OutageOut:
    return whole(queries.outage_details(outage.pk))
