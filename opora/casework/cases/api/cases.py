"""Cases over HTTP: found, registered, read, changed."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Query, Status

from opora.casework.cases import operations
from opora.casework.cases.api.inputs import CarriedCase, CaseChangeIn, CaseQuery, NewCase
from opora.casework.cases.api.outputs import Attachment, CaseBrief, CaseLine, CaseOut, Counted, DueLines, HistoryEntry
from opora.casework.cases.models import Case
from opora.casework.cases.operations.export import TableForm, export_cases
from opora.casework.cases.operations.reading import read_case
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.actions import PERMISSIONS, Action
from opora.casework.cases.queries.attachments import attachments_of
from opora.casework.cases.queries.explain import explain_due
from opora.casework.cases.queries.history import case_history
from opora.casework.cases.queries.lists import CasePage, Place, case_list, count_cases, search_cases
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address
from opora.platform.rest.schemas import Cursor, FilledLine, Id, Limit, Page

router = Door(tags=["Cases"])

_TABLE = {"schema": {"type": "string", "format": "binary"}}


@router.get("/cases", permission=CasePermission.VIEW, response=Page[CaseLine], summary="List cases")
def list_cases(
    request: HttpRequest, filters: Query[CaseQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[CaseLine]:
    """List the cases you may see, the newest first."""
    return _page(request, case_list(filters.wanted(), after=_place(cursor), limit=limit))


@router.get("/cases/count", permission=CasePermission.VIEW, response=Counted, summary="Count cases")
def count_all_cases(request: HttpRequest, filters: Query[CaseQuery]) -> Counted:
    """Count what the list would show: exactly up to five thousand, about so many beyond."""
    return Counted.from_orm(count_cases(filters.wanted()))


@router.get("/cases/search", permission=CasePermission.VIEW, response=Page[CaseLine], summary="Search cases")
def find_cases(request: HttpRequest, text: FilledLine, cursor: Cursor = "", limit: Limit = USUAL) -> Page[CaseLine]:
    """Find by number (zeros may be left out), or by words of the contact in any form."""
    return _page(request, search_cases(text, after=_place(cursor), limit=limit))


@router.get(
    "/cases/export",
    permission=CasePermission.EXPORT,
    summary="Take cases away as a table",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {
                    "text/csv": _TABLE,
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _TABLE,
                },
            }
        }
    },
)
def export_all_cases(request: HttpRequest, filters: Query[CaseQuery], form: TableForm = TableForm.CSV) -> FileResponse:
    """Write every case the filter finds to a table for people. The journal says who took it."""
    file = export_cases(wanted=filters.wanted(), form=form, by=caller(request))
    return FileResponse(file, as_attachment=True, filename=f"cases.{form}", content_type=form.media_type)


@router.post("/cases", permission=CasePermission.REGISTER, response={201: CaseBrief}, summary="Register a case")
def register_case(request: HttpRequest, payload: NewCase, response: HttpResponse) -> Status[CaseBrief]:
    """Register a contact. Its passport, stages, due times and people follow from topic, kind, channel and place.

    Seeing the customer is enough. The same `once` again answers with the case registered before.
    """
    return _registered(operations.register_case(**_told(payload), by=caller(request)), response)


@router.post(
    "/cases/carried-over",
    permission=CasePermission.SUPERVISE,
    response={201: CaseBrief},
    summary="Carry over a case from another system",
)
def carry_case_over(request: HttpRequest, payload: CarriedCase, response: HttpResponse) -> Status[CaseBrief]:
    """Register a case at the moment it was registered elsewhere; with `answered_at`, it is closed with its answer.

    Its clock is counted from its own moments, so this is for those who answer for terms.
    """
    return _registered(operations.register_case(**_told(payload), by=caller(request)), response)


@router.get("/cases/{int:case_id}", permission=CasePermission.VIEW, response=CaseOut, summary="Read a case")
def get_case(request: HttpRequest, case_id: Id) -> CaseOut:
    """Read a case with its stages, notes and files. The journal says who has read it."""
    return _whole(request, case_id)


@router.get(
    "/cases/{int:case_id}/history",
    permission=CasePermission.VIEW,
    response=list[HistoryEntry],
    summary="What happened to a case",
)
def get_case_history(request: HttpRequest, case_id: Id, limit: Limit = USUAL) -> list[HistoryEntry]:
    """List what was done with the case and by whom, the last first."""
    return [HistoryEntry.from_orm(line) for line in case_history(case_id, limit=limit)]


@router.get(
    "/cases/{int:case_id}/due", permission=CasePermission.VIEW, response=DueLines, summary="Explain a case's due time"
)
def explain_case_due(request: HttpRequest, case_id: Id) -> DueLines:
    """Say how the due time of the case came about."""
    return DueLines(lines=list(explain_due(case_id=case_id)))


@router.patch("/cases/{int:case_id}", permission=PERMISSIONS[Action.CHANGE], response=CaseOut, summary="Change a case")
def change_case(request: HttpRequest, case_id: Id, payload: CaseChangeIn) -> CaseOut:
    """Change what is given. Another topic, kind or channel may lead to another passport; stages both know go on."""
    given = payload.dict(exclude_unset=True)
    version = given.pop("version")
    if "contact" in given:
        given["contact"] = operations.Contact(**given["contact"])
    change = operations.CaseChange(**given)
    operations.change_case(case_id=case_id, version=version, change=change, by=caller(request))
    return _whole(request, case_id)


def _told(payload: NewCase) -> dict[str, Any]:
    told = payload.dict(exclude_none=True)
    return {**told, "contact": operations.Contact(**told["contact"])}


def _registered(case: Case, response: HttpResponse) -> Status[CaseBrief]:
    response["Location"] = f"/api/v1/cases/{case.pk}"
    return Status(201, CaseBrief.from_orm(case))


def _whole(request: HttpRequest, case_id: int) -> CaseOut:
    shown = CaseOut.from_orm(read_case(case_id=case_id, by=caller(request)))
    shown.attachments = [Attachment.from_orm(line) for line in attachments_of(case_id)]
    return shown


def _place(cursor: str) -> Place | None:
    return Place(*decode(cursor, datetime, int)) if cursor else None


def _page(request: HttpRequest, page: CasePage) -> Page[CaseLine]:
    after = encode([page.next.registered_at, page.next.id]) if page.next else ""
    return Page[CaseLine](items=[CaseLine.from_orm(row) for row in page.rows], next=next_address(request, after))
