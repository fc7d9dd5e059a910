"""Outages over HTTP: found, registered, read, taken through their stages."""

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Query, Status, UploadedFile

from opora.casework.cases.operations.export import TableForm
from opora.platform.files.queries import response_of
from opora.platform.journal.queries import history_of
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address, page_of
from opora.platform.rest.schemas import Cursor, Id, Limit, Page, SmallId
from opora.processes.outages import operations, queries
from opora.processes.outages.api.inputs import (
    NewBrigade,
    NewEmergency,
    NewEstimate,
    OutageChangeIn,
    OutageQuery,
    RemarkIn,
    Restoration,
)
from opora.processes.outages.api.outputs import (
    AffectedOut,
    BrigadeOut,
    CauseOut,
    DocumentOut,
    EstimateOut,
    OutageHistoryEntry,
    OutageLine,
    OutageOut,
    RemarkOut,
    ReportOut,
    affected_of,
    line_of,
    whole,
)
from opora.processes.outages.models import Outage
from opora.processes.outages.operations.export import export_affected
from opora.processes.outages.permissions import OutagePermission

router = Door(tags=["Outages"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABLES = {
    "responses": {200: {"description": "The file", "content": {"text/csv": _BINARY, _WORKBOOK: _BINARY}}},
}
_FILE = {"responses": {200: {"description": "The file", "content": {"application/octet-stream": _BINARY}}}}


@router.get("/outages", permission=OutagePermission.VIEW, response=Page[OutageLine], summary="List outages")
def list_outages(
    request: HttpRequest, filters: Query[OutageQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[OutageLine]:
    """List emergency and planned outages, the newest first."""
    wanted = queries.BoardFilter(
        branch_id=filters.branch_id, kind=filters.kind or "", text=filters.text, current=filters.current
    )
    rows = queries.outage_list(wanted, after=_row(cursor), limit=limit + 1)
    return Page[OutageLine](
        items=[line_of(row) for row in rows[:limit]], next=_next(request, [row.pk for row in rows], limit)
    )


@router.get(
    "/outages/{int:outage_id}", permission=OutagePermission.VIEW, response=OutageOut, summary="Read an outage"
)  # fmt: skip
def get_outage(request: HttpRequest, outage_id: Id) -> OutageOut:
    """Read an outage with its estimates, restorations, messages and papers."""
    return whole(queries.outage_details(outage_id))


@router.get(
    "/outages/{int:outage_id}/history",
    permission=OutagePermission.VIEW,
    response=list[OutageHistoryEntry],
    summary="What happened to an outage",
)
def get_outage_history(request: HttpRequest, outage_id: Id, limit: Limit = USUAL) -> list[OutageHistoryEntry]:
    """List what was done with the outage and by whom, the last first."""
    lines = history_of(queries.outage_details(outage_id), limit=limit)
    return [OutageHistoryEntry.from_orm(line) for line in lines]


@router.get(
    "/outages/{int:outage_id}/affected",
    permission=OutagePermission.VIEW,
    response=Page[AffectedOut],
    summary="List whom an outage cuts off",
)
def list_affected(
    request: HttpRequest, outage_id: Id, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[AffectedOut]:  # fmt: skip
    """List the usage points it cuts off, or has cut off, that you may see. The journal says who has read them."""
    queries.outage_details(outage_id)
    rows = operations.read_affected(
        outage_id=outage_id, after=_row(cursor) or 0, limit=limit + 1, by=caller(request)
    )  # fmt: skip
    return Page[AffectedOut](
        items=[affected_of(row) for row in rows[:limit]], next=_next(request, [row.pk for row in rows], limit)
    )


@router.get(
    "/outages/{int:outage_id}/affected/export",
    permission=OutagePermission.VIEW,
    summary="Take the list of affected away as a table",
    openapi_extra=_TABLES,
)
def export_all_affected(request: HttpRequest, outage_id: Id, form: TableForm = TableForm.CSV) -> FileResponse:
    """Write everybody the outage cuts off, as far as you may see them. The journal says who took them."""
    file = export_affected(outage_id=outage_id, form=form, by=caller(request))
    return FileResponse(file, as_attachment=True, filename=f"affected.{form}", content_type=form.media_type)


@router.get(
    "/outages/{int:outage_id}/reports",
    permission=OutagePermission.VIEW,
    response=Page[ReportOut],
    summary="List reports of an outage",
)
def list_reports(request: HttpRequest, outage_id: Id, cursor: Cursor = "", limit: Limit = USUAL) -> Page[ReportOut]:
    """List what customers have reported of it and you may see, the newest first."""
    queries.outage_details(outage_id)
    rows = queries.reports_of(outage_id)
    return page_of(request, ReportOut, rows, by=["-reported_at", "-case_id"], cursor=cursor, limit=limit)


@router.post(
    "/outages", permission=OutagePermission.DISPATCH, response={201: OutageOut}, summary="Register an emergency outage"
)
def register_emergency(request: HttpRequest, payload: NewEmergency, response: HttpResponse) -> Status[OutageOut]:
    """Register an outage that telecontrol has not seen: of everybody below an element, or of some usage points."""
    outage = operations.register_emergency(**payload.dict(), by=caller(request))
    response["Location"] = f"/api/v1/outages/{outage.pk}"
    return Status(201, _read(outage))


@router.patch(
    "/outages/{int:outage_id}", permission=OutagePermission.DISPATCH, response=OutageOut, summary="Change an outage"
)
def change_outage(request: HttpRequest, outage_id: Id, payload: OutageChangeIn) -> OutageOut:
    """Change its cause, brigade, place or comment."""
    given = payload.dict(exclude_unset=True)
    version = given.pop("version")
    return _read(
        operations.change_outage(outage_id=outage_id, version=version, changes=given, by=caller(request))
    )  # fmt: skip


@router.post(
    "/outages/{int:outage_id}/estimates",
    permission=OutagePermission.DISPATCH,
    response={201: EstimateOut},
    summary="Say when supply is expected back",
)
def set_estimate(request: HttpRequest, outage_id: Id, payload: NewEstimate) -> Status[EstimateOut]:
    """Say when supply is expected back, who says so, and why it has changed. Those who reported it are told."""
    estimate = operations.set_estimate(outage_id=outage_id, **payload.dict(), by=caller(request))
    return Status(201, EstimateOut.from_orm(estimate))


@router.post(
    "/outages/{int:outage_id}/restorations",
    permission=OutagePermission.DISPATCH,
    response=OutageOut,
    summary="Record that supply is back",
)
def restore_supply(request: HttpRequest, outage_id: Id, payload: Restoration) -> OutageOut:
    """Record that all, or some, have supply again. The last ones end the outage."""
    return _read(operations.restore_supply(outage_id=outage_id, **payload.dict(), by=caller(request)))


@router.post(
    "/outages/{int:outage_id}/close",
    permission=OutagePermission.DISPATCH,
    response=OutageOut,
    summary="Close an outage",
)
def close_outage(request: HttpRequest, outage_id: Id) -> OutageOut:
    """Close an outage that is over and whose cause is known."""
    return _read(operations.close_outage(outage_id=outage_id, by=caller(request)))


@router.post(
    "/outages/{int:outage_id}/withdraw",
    permission=OutagePermission.DISPATCH,
    response=OutageOut,
    summary="Take an outage back",
)
def withdraw_outage(request: HttpRequest, outage_id: Id) -> OutageOut:
    """Take back an emergency that was registered by mistake: nobody was off because of it."""
    return _read(operations.withdraw_outage(outage_id=outage_id, by=caller(request)))


@router.post(
    "/outages/{int:outage_id}/remarks",
    permission=OutagePermission.REPORT,
    response={201: RemarkOut},
    summary="Write to everybody who works on an outage",
)
def say(request: HttpRequest, outage_id: Id, payload: RemarkIn) -> Status[RemarkOut]:
    """Leave a message between dispatchers and the call centre."""
    return Status(201, RemarkOut.from_orm(operations.say(outage_id=outage_id, text=payload.text, by=caller(request))))


@router.post(
    "/outages/{int:outage_id}/documents",
    permission=OutagePermission.DISPATCH,
    response={201: DocumentOut},
    summary="Attach a paper",
)
def attach_document(request: HttpRequest, outage_id: Id, file: File[UploadedFile]) -> Status[DocumentOut]:
    """Attach a paper, sent as `multipart/form-data`: an act of investigation, a photo."""
    kept = operations.attach_document(outage_id=outage_id, stream=file, name=file.name or "", by=caller(request))
    shown = DocumentOut(id=kept.pk, name=kept.name, size=kept.file.size, at=kept.at, by_id=kept.by_id)
    return Status(201, shown)


@router.get(
    "/outage-documents/{int:document_id}",
    permission=OutagePermission.VIEW,
    summary="Download a paper",
    openapi_extra=_FILE,
)
def download_document(request: HttpRequest, document_id: Id) -> FileResponse:
    """Download a paper of an outage. The journal says who has taken it."""
    document = operations.open_document(document_id=document_id, by=caller(request))
    return response_of(document.file, name=document.name, download=True)


@router.delete(
    "/outage-documents/{int:document_id}",
    permission=OutagePermission.DISPATCH,
    response={204: None},
    summary="Take a paper off its outage",
)
def remove_document(request: HttpRequest, document_id: Id) -> HttpResponse:
    """Take a paper off its outage; the history keeps that it was there."""
    operations.detach_document(document_id=document_id, by=caller(request))
    return HttpResponse(status=204)


@router.get("/outage-causes", permission=OutagePermission.VIEW, response=list[CauseOut], summary="List causes")
def list_causes(request: HttpRequest) -> list[CauseOut]:
    """List the causes that may be chosen, by code; a tree."""
    return [CauseOut.from_orm(cause) for cause in queries.causes()]


@router.get("/brigades", permission=OutagePermission.VIEW, response=list[BrigadeOut], summary="List brigades")
def list_brigades(request: HttpRequest, branch_id: SmallId) -> list[BrigadeOut]:
    """List the field crews of a branch."""
    return [BrigadeOut.from_orm(brigade) for brigade in queries.brigades(branch_id=branch_id)]


@router.post(
    "/brigades", permission=OutagePermission.DISPATCH, response={201: BrigadeOut}, summary="Add a brigade"
)  # fmt: skip
def add_brigade(request: HttpRequest, payload: NewBrigade) -> Status[BrigadeOut]:
    """Add a field crew to a branch."""
    return Status(201, BrigadeOut.from_orm(operations.add_brigade(**payload.dict(), by=caller(request))))


def _read(outage: Outage) -> OutageOut:
    return whole(queries.outage_details(outage.pk))


def _row(cursor: str) -> int | None:
    return int(decode(cursor, int)[0]) if cursor else None


def _next(request: HttpRequest, ids: list[int], limit: int) -> str | None:
    return next_address(request, encode([ids[limit - 1]]) if len(ids) > limit else "")
