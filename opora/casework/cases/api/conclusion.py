"""How a case ends and comes back: answered, extended, closed, cancelled, reopened; and notes on the way."""

from django.http import HttpRequest
from ninja import Status

from opora.casework.cases import operations
from opora.casework.cases.api.inputs import Answer, Days, NewNote, ReasonGiven, Reopening
from opora.casework.cases.api.outputs import CaseBrief, NoteBrief
from opora.casework.cases.queries.actions import PERMISSIONS, Action
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id

router = Door(tags=["Cases"])


@router.post(
    "/cases/{int:case_id}/answer", permission=PERMISSIONS[Action.ANSWER], response=CaseBrief, summary="Answer a case"
)
def answer_case(request: HttpRequest, case_id: Id, payload: Answer) -> CaseBrief:
    """Answer the applicant: the answering stage ends, and the answer goes out."""
    given = payload.dict(exclude_none=True)
    return CaseBrief.from_orm(operations.answer_case(case_id=case_id, **given, by=caller(request)))


@router.post(
    "/cases/{int:case_id}/extend", permission=PERMISSIONS[Action.EXTEND], response=CaseBrief, summary="Extend a case"
)
def extend_case(request: HttpRequest, case_id: Id, payload: Days) -> CaseBrief:
    """Move the due time by up to 30 days, once; the applicant is told."""
    return CaseBrief.from_orm(operations.extend_case(case_id=case_id, **payload.dict(), by=caller(request)))


@router.post(
    "/cases/{int:case_id}/close", permission=PERMISSIONS[Action.CLOSE], response=CaseBrief, summary="Close a case"
)
def close_case(request: HttpRequest, case_id: Id) -> CaseBrief:
    """Close an answered case."""
    return CaseBrief.from_orm(operations.close_case(case_id=case_id, by=caller(request)))


@router.post(
    "/cases/{int:case_id}/cancel", permission=PERMISSIONS[Action.CANCEL], response=CaseBrief, summary="Cancel a case"
)
def cancel_case(request: HttpRequest, case_id: Id, payload: ReasonGiven) -> CaseBrief:
    """Stop a case that needs no answer: registered by mistake, or withdrawn."""
    return CaseBrief.from_orm(operations.cancel_case(case_id=case_id, **payload.dict(), by=caller(request)))


@router.post(
    "/cases/{int:case_id}/reopen", permission=PERMISSIONS[Action.REOPEN], response=CaseBrief, summary="Reopen a case"
)
def reopen_case(request: HttpRequest, case_id: Id, payload: Reopening) -> CaseBrief:
    """Take up an answered case again within 30 working days."""
    given = payload.dict(exclude_none=True)
    return CaseBrief.from_orm(operations.reopen_case(case_id=case_id, **given, by=caller(request)))


@router.post(
    "/cases/{int:case_id}/notes",
    permission=PERMISSIONS[Action.NOTE],
    response={201: NoteBrief},
    summary="Write an internal note",
)
def add_note(request: HttpRequest, case_id: Id, payload: NewNote) -> Status[NoteBrief]:
    """Write a note that the consumer never sees."""
    return Status(201, NoteBrief.from_orm(operations.add_note(case_id=case_id, **payload.dict(), by=caller(request))))
