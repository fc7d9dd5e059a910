"""One case: its page, the parts that follow its changes, its printed card, its files."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opora.casework.cases.forms.actions import AnswerForm, FileForm, NoteForm
from opora.casework.cases.operations.attachments import attach_file, detach_file, open_attachment
from opora.casework.cases.operations.reading import read_case
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.actions import Action
from opora.casework.cases.queries.attachments import attachments_of
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.details import CaseDetails, StageDetails, case_details
from opora.casework.cases.queries.repeats import earlier_cases
from opora.casework.cases.stages import OPEN_STATUSES, StageStatus
from opora.casework.cases.views.done import changed
from opora.casework.cases.views.timeline import ALL, timeline
from opora.platform.access.models import User
from opora.platform.files.queries import response_of
from opora.platform.permissions import requires
from opora.registry.customers.models import ContactPoint
from opora.registry.customers.queries import contact_for

_BAR = {
    StageStatus.WAITING: "waiting",
    StageStatus.RUNNING: "current",
    StageStatus.PAUSED: "paused",
    StageStatus.DONE: "done",
    StageStatus.RETURNED: "waiting",
    StageStatus.CANCELLED: "skipped",
}


@require_GET
@requires(CasePermission.VIEW)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case. The journal says who has looked."""
    assert isinstance(request.user, User)
    found = read_case(case_id=case_id, by=request.user)
    context = {**_top(found), **composer_of(found), "happenings": timeline(found), "show": ALL}
    return render(request, "cases/case.html", context)


@require_GET
@requires(CasePermission.VIEW)
def top(request: HttpRequest, case_id: int) -> HttpResponse:
    """What stands above the line of time, as it is now; with the composer when others things may be written now."""
    assert isinstance(request.user, User)
    found = case_details(case_id, reader=request.user)
    context = _top(found)
    if request.GET.get("writes", "") != context["writes"]:
        context |= {**composer_of(found), "composer_changed": True}
    return render(request, "cases/_top.html", context)


@require_GET
@requires(CasePermission.VIEW)
def line_of_time(request: HttpRequest, case_id: int) -> HttpResponse:
    """What has happened to the case."""
    assert isinstance(request.user, User)
    found = case_details(case_id, reader=request.user)
    show = request.GET.get("show", ALL)
    return render(request, "cases/_timeline.html", {"case": found, "happenings": timeline(found, show), "show": show})


@require_GET
@requires(CasePermission.VIEW)
def printed(request: HttpRequest, case_id: int) -> HttpResponse:
    """The card of the case on paper, in the order of the regulator's register (annex 7, 4.9)."""
    assert isinstance(request.user, User)
    found = read_case(case_id=case_id, by=request.user)
    context = {"case": found, "stages": [s for s in found.stages if s.latest], "files": attachments_of(case_id)}
    return render(request, "cases/print.html", {**context, "now": timezone.now()})


@require_POST
@requires(CasePermission.WORK)
def attach(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep the files that were chosen or dropped."""
    assert isinstance(request.user, User)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "cases/_file_form.html", {"case_id": case_id, "file_form": form}, status=422)
    files = request.FILES.getlist("file")
    for file in files:
        attach_file(case_id=case_id, stream=file, name=file.name or "", by=request.user)
    return changed(request, _("The file is attached") if len(files) == 1 else _("The files are attached"))


@require_POST
@requires(CasePermission.WORK)
def detach(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Take a file off the case."""
    assert isinstance(request.user, User)
    detach_file(attachment_id=attachment_id, by=request.user)
    return changed(request, _("The file is removed"))


@require_GET
@requires(CasePermission.VIEW)
def download(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Give a file out; pictures and PDF are shown in the browser."""
    assert isinstance(request.user, User)
    attached = open_attachment(attachment_id=attachment_id, by=request.user)
    return response_of(attached.file, name=attached.name, download="show" not in request.GET)


def composer_of(case: CaseDetails) -> dict[str, Any]:
    """The forms in which one writes to the applicant, and to colleagues."""
    answers = Action.ANSWER in case.actions
    return {
        "case": case,
        "writes": _writes(case),
        "note_form": NoteForm(auto_id="note_%s") if Action.NOTE in case.actions else None,
        "answer_form": AnswerForm(initial={"version": case.version}, kind=case.kind) if answers else None,
        "recipient": recipient_of(case) if answers else "",
        "writing": "answer" if _answer_is_due(case) else "note",
    }


def _answer_is_due(case: CaseDetails) -> bool:
    """Whether the stage that answers the applicant is running: then the answer is what is written next."""
    running = any(stage.answer and stage.status == StageStatus.RUNNING for stage in case.stages if stage.latest)
    return running and Action.ANSWER in case.actions


def recipient_of(case: CaseDetails) -> str:
    """To whom the answer goes: as he asked this time, else as the customer's card says."""
    if case.contact_email:
        return case.contact_email
    if case.customer_id and (email := contact_for(case.customer_id, ContactPoint.Kind.EMAIL)):
        return email
    if case.contact_phone:
        return case.contact_phone
    return contact_for(case.customer_id, ContactPoint.Kind.PHONE) if case.customer_id else ""


def _top(case: CaseDetails) -> dict[str, Any]:
    latest = [stage for stage in case.stages if stage.latest]
    return {
        "case": case,
        "bar": [_in_bar(stage) for stage in latest if not stage.optional or stage.status != StageStatus.WAITING],
        "at_work": [stage for stage in latest if stage.status in OPEN_STATUSES],
        "to_start": [stage for stage in latest if Action.START in stage.actions],
        "edition": catalogue().versions[case.passport_version_id].version,
        "files": attachments_of(case.id),
        "earlier": earlier_cases(
            customer_id=case.customer_id,
            usage_point_id=case.usage_point_id,
            topic_id=case.topic_id,
            before=case.registered_at,
            except_case_id=case.id,
            limit=5,
        )
        if case.customer_id or case.usage_point_id
        else (),
        "writes": _writes(case),
    }


def _writes(case: CaseDetails) -> str:
    return "-".join(action.value for action in (Action.ANSWER, Action.NOTE) if action in case.actions)


def _in_bar(stage: StageDetails) -> dict[str, Any]:
    late = stage.status == StageStatus.RUNNING and stage.overdue
    who = stage.employee or stage.division
    return {
        "title": stage.title,
        "state": "late" if late else _BAR[StageStatus(stage.status)],
        "note": who if stage.status in OPEN_STATUSES or stage.status == StageStatus.DONE else "",
        "due_at": stage.due_at if stage.status in OPEN_STATUSES else stage.finished_at,
    }
