"""What is done with a case: noted, answered, extended, closed, cancelled, reopened, changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from opora.casework.cases.forms.actions import AnswerForm, ExtensionForm, NoteForm, ReasonForm, ReopenForm
from opora.casework.cases.forms.changes import ChangeForm
from opora.casework.cases.operations import (
    add_note,
    answer_case,
    cancel_case,
    change_case,
    close_case,
    extend_case,
    reopen_case,
)
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.details import CaseDetails, case_details
from opora.casework.cases.views.case import composer_of, recipient_of
from opora.casework.cases.views.done import CHANGED, changed, dialog
from opora.casework.cases.views.timeline import changes_since
from opora.platform.access.models import User
from opora.platform.errors import ChangedMeanwhile
from opora.platform.permissions import requires
from opora.platform.scope import current_scope


@require_POST
@requires(CasePermission.WORK)
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write an internal note."""
    assert isinstance(request.user, User)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        context = {**composer_of(_case(request, case_id)), "note_form": form, "writing": "note"}
        return render(request, "cases/_composer.html", context, status=422)
    add_note(case_id=case_id, text=form.cleaned_data["text"], by=request.user)
    return _composed(request, case_id, _("The note is written"))


@require_POST
@requires(CasePermission.WORK)
def answer(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer the applicant."""
    assert isinstance(request.user, User)
    case = _case(request, case_id)
    form = AnswerForm(request.POST, kind=case.kind)
    if not form.is_valid():
        context = {**composer_of(case), "answer_form": form, "writing": "answer"}
        return render(request, "cases/_composer.html", context, status=422)
    given = form.cleaned_data
    answer_case(
        case_id=case_id,
        result=given["result"],
        answer=given["answer"],
        justified=given.get("justified", ""),
        version=given["version"],
        by=request.user,
    )
    return _composed(request, case_id, _("The answer is given"))


@require_POST
@requires(CasePermission.WORK)
def answer_preview(request: HttpRequest, case_id: int) -> HttpResponse:
    """The answer as the applicant will read it. Nothing is saved."""
    case = _case(request, case_id)
    form = AnswerForm(request.POST, kind=case.kind)
    form.is_valid()
    context = {"case": case, "answer": form.cleaned_data.get("answer", ""), "recipient": recipient_of(case)}
    return render(request, "cases/_answer_preview.html", {**context, "now": timezone.now()})


@require_http_methods(["GET", "POST"])
@requires(CasePermission.SUPERVISE)
def extend(request: HttpRequest, case_id: int) -> HttpResponse:
    """Move the due date; the applicant is told."""
    assert isinstance(request.user, User)
    form = ExtensionForm(request.POST or None)
    if form.is_valid():
        extend_case(case_id=case_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The term is extended; the applicant is told"))
    says = _("Once, by at most 30 days (59-ФЗ, art. 12). The applicant gets a notice with the new date.")
    return _asked(request, form, title=_("Extend the term"), button=_("Extend and tell the applicant"), says=says)


@require_POST
@requires(CasePermission.WORK)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    """Close an answered case."""
    assert isinstance(request.user, User)
    close_case(case_id=case_id, by=request.user)
    return changed(request, _("The case is closed"))


@require_http_methods(["GET", "POST"])
@requires(CasePermission.SUPERVISE)
def cancel(request: HttpRequest, case_id: int) -> HttpResponse:
    """Stop a case that needs no answer."""
    assert isinstance(request.user, User)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        cancel_case(case_id=case_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The case is cancelled"))
    says = _("For a contact registered by mistake or withdrawn by the applicant. This cannot be undone.")
    return _asked(request, form, title=_("Cancel the case"), button=_("Cancel the case"), says=says, danger=True)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.WORK)
def reopen(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take an answered case up again."""
    assert isinstance(request.user, User)
    case = _case(request, case_id)
    stages = [(stage.code, stage.title) for stage in case.stages if stage.latest and not stage.optional]
    form = ReopenForm(request.POST or None, stages=stages)
    if form.is_valid():
        reopen_case(case_id=case_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The case is at work again"))
    says = _("The chosen stage and all after it run once more, and the term begins anew. The earlier answer is kept.")
    return _asked(request, form, title=_("Reopen the case"), button=_("Reopen"), says=says)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.WORK)
def change(request: HttpRequest, case_id: int) -> HttpResponse:
    """Change what is known of the case; a save over somebody else's shows first what he has changed."""
    assert isinstance(request.user, User)
    case = _case(request, case_id)
    scope = current_scope()
    branch_ids = None if scope.everything else scope.branches
    if request.method == "GET":
        initial = {**ChangeForm.values_of(case), "opened_at": timezone.now().isoformat()}
        form = ChangeForm(initial=initial, branch_ids=branch_ids, auto_id="change_%s")
        return render(request, "cases/_change_form.html", {"case": case, "form": form})
    form = ChangeForm(request.POST, branch_ids=branch_ids, auto_id="change_%s")
    context: dict[str, object] = {"case": case, "form": form}
    if not form.is_valid():
        return render(request, "cases/_change_form.html", context, status=422)
    try:
        version = form.cleaned_data["version"]
        change_case(case_id=case_id, version=version, change=form.change(), by=request.user)
    except ChangedMeanwhile:
        form.data = {**request.POST.dict(), "version": case.version, "opened_at": timezone.now().isoformat()}
        context["meanwhile"] = changes_since(case, form.cleaned_data["opened_at"])
        return render(request, "cases/_change_form.html", context, status=422)
    return changed(request, _("The changes are saved"))


def _case(request: HttpRequest, case_id: int) -> CaseDetails:
    assert isinstance(request.user, User)
    return case_details(case_id, reader=request.user)


def _asked(request: HttpRequest, form: ReasonForm, **context: object) -> HttpResponse:
    return dialog(request, form=form, status=422 if form.is_bound else 200, **context)


def _composed(request: HttpRequest, case_id: int, said: str) -> HttpResponse:
    """The composer, empty again; the rest of the page follows by itself."""
    messages.success(request, said)
    response = render(request, "cases/_composer.html", composer_of(_case(request, case_id)))
    response["HX-Trigger"] = CHANGED
    return response
