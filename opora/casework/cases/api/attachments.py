"""Files of cases over HTTP."""

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Status, UploadedFile

from opora.casework.cases.api.outputs import Attachment
from opora.casework.cases.operations.attachments import attach_file, detach_file, open_attachment
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.actions import PERMISSIONS, Action
from opora.casework.cases.queries.attachments import attachments_of, line_of
from opora.platform.files.queries import response_of
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id

router = Door(tags=["Attachments"])

_CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/cases/{int:case_id}/attachments",
    permission=CasePermission.VIEW,
    response=list[Attachment],
    summary="List the files of a case",
)
def list_attachments(request: HttpRequest, case_id: Id) -> list[Attachment]:
    """List the files of a case; none where you may not see the case."""
    return [Attachment.from_orm(line) for line in attachments_of(case_id)]


@router.post(
    "/cases/{int:case_id}/attachments",
    permission=PERMISSIONS[Action.ATTACH],
    response={201: Attachment},
    summary="Attach a file",
)
def add_attachment(request: HttpRequest, case_id: Id, file: File[UploadedFile]) -> Status[Attachment]:
    """Attach a file, sent as `multipart/form-data`. Programs and empty files are refused, whatever their names."""
    attached = attach_file(case_id=case_id, stream=file, name=file.name or "", by=caller(request))
    return Status(201, Attachment.from_orm(line_of(attached)))


@router.get(
    "/attachments/{int:attachment_id}",
    permission=CasePermission.VIEW,
    summary="Download a file",
    openapi_extra={"responses": {200: {"description": "The file", "content": _CONTENT}}},
)
def download_attachment(request: HttpRequest, attachment_id: Id) -> FileResponse:
    """Download a file of a case. The journal says who has taken it."""
    attached = open_attachment(attachment_id=attachment_id, by=caller(request))
    return response_of(attached.file, name=attached.name, download=True)


@router.delete(
    "/attachments/{int:attachment_id}",
    permission=PERMISSIONS[Action.ATTACH],
    response={204: None},
    summary="Take a file off its case",
)
def remove_attachment(request: HttpRequest, attachment_id: Id) -> HttpResponse:
    """Take a file off its case; the history keeps that it was there."""
    detach_file(attachment_id=attachment_id, by=caller(request))
    return HttpResponse(status=204)
