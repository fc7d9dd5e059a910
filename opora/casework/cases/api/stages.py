"""Stages of cases over HTTP."""

from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from opora.casework.cases import operations
from opora.casework.cases.api.inputs import ReasonGiven
from opora.casework.cases.api.outputs import DueLines, StageBrief
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.actions import PERMISSIONS, Action
from opora.casework.cases.queries.explain import explain_due
from opora.casework.cases.stages import PauseReason
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id, Input, Text, codes

router = Door(tags=["Stages"])


class NewHolder(ReasonGiven):
    """Either a person, or a division that finds the person itself."""

    employee_id: Id | None = None
    division_id: Id | None = None


class Standstill(Input):
    reason: Annotated[PauseReason, codes(PauseReason)] = Field(
        description="One of those the passport allows for this stage"
    )
    comment: Text = ""


class StageResult(Input):
    result: Text = ""


@router.get(
    "/stages/{int:stage_id}/due",
    permission=CasePermission.VIEW,
    response=DueLines,
    summary="Explain a stage's due time",
)
def explain_stage_due(request: HttpRequest, stage_id: Id) -> DueLines:
    """Say how the due time of the stage came about; nothing for one that has not begun."""
    return DueLines(lines=list(explain_due(stage_id=stage_id)))


@router.post(
    "/stages/{int:stage_id}/start", permission=PERMISSIONS[Action.START], response=StageBrief, summary="Start a stage"
)
def start_stage(request: HttpRequest, stage_id: Id) -> StageBrief:
    """Begin an optional stage by hand."""
    return StageBrief.from_orm(operations.start_stage(stage_id=stage_id, by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/take", permission=PERMISSIONS[Action.TAKE], response=StageBrief, summary="Take a stage"
)
def take_stage(request: HttpRequest, stage_id: Id) -> StageBrief:
    """Take an open stage onto your own desk."""
    return StageBrief.from_orm(operations.take_stage(stage_id=stage_id, by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/reassign",
    permission=PERMISSIONS[Action.REASSIGN],
    response=StageBrief,
    summary="Give a stage to somebody else",
)
def reassign_stage(request: HttpRequest, stage_id: Id, payload: NewHolder) -> StageBrief:
    """Give an open stage to a person or to a division; the clock runs on."""
    return StageBrief.from_orm(operations.reassign_stage(stage_id=stage_id, **payload.dict(), by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/pause", permission=PERMISSIONS[Action.PAUSE], response=StageBrief, summary="Pause a stage"
)
def pause_stage(request: HttpRequest, stage_id: Id, payload: Standstill) -> StageBrief:
    """Stop the clock of a running stage for a reason its passport allows."""
    return StageBrief.from_orm(operations.pause_stage(stage_id=stage_id, **payload.dict(), by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/resume",
    permission=PERMISSIONS[Action.RESUME],
    response=StageBrief,
    summary="Resume a stage",
)
def resume_stage(request: HttpRequest, stage_id: Id) -> StageBrief:
    """Let the clock of a paused stage run on; the due time moves by as much as it stood."""
    return StageBrief.from_orm(operations.resume_stage(stage_id=stage_id, by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/finish",
    permission=PERMISSIONS[Action.FINISH],
    response=StageBrief,
    summary="Finish a stage",
)
def finish_stage(request: HttpRequest, stage_id: Id, payload: StageResult) -> StageBrief:
    """Finish a running stage; what follows it begins at once."""
    return StageBrief.from_orm(operations.finish_stage(stage_id=stage_id, **payload.dict(), by=caller(request)))


@router.post(
    "/stages/{int:stage_id}/return",
    permission=PERMISSIONS[Action.RETURN],
    response=StageBrief,
    summary="Return a stage for rework",
)
def return_stage(request: HttpRequest, stage_id: Id, payload: ReasonGiven) -> StageBrief:
    """Return the work to the stages before: they run once more, and this one after them."""
    return StageBrief.from_orm(operations.return_stage(stage_id=stage_id, **payload.dict(), by=caller(request)))
