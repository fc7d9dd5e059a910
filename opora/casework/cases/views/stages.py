"""What is done with one stage of a case: begun, taken, given, paused, resumed, finished, returned."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from opora.casework.cases.forms.actions import FinishForm, PauseForm, ReasonForm, ReassignForm
from opora.casework.cases.operations import (
    finish_stage,
    pause_stage,
    reassign_stage,
    resume_stage,
    return_stage,
    start_stage,
    take_stage,
)
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.stages import planned_stage
from opora.casework.cases.views.done import changed, dialog
from opora.platform.access.models import User
from opora.platform.permissions import requires


@require_POST
@requires(CasePermission.WORK)
def start(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Begin an optional stage."""
    assert isinstance(request.user, User)
    start_stage(stage_id=stage_id, by=request.user)
    return changed(request, _("The stage has begun"))


@require_POST
@requires(CasePermission.WORK)
def take(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Take a stage onto one's own desk."""
    assert isinstance(request.user, User)
    take_stage(stage_id=stage_id, by=request.user)
    return changed(request, _("The stage is yours"))


@require_http_methods(["GET", "POST"])
@requires(CasePermission.ASSIGN)
def reassign(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Give a stage to a person or a division."""
    assert isinstance(request.user, User)
    plan = planned_stage(stage_id).plan
    form = ReassignForm(request.POST or None, source=reverse("cases:assignees_found", args=[stage_id]))
    if form.is_valid():
        employee_id, division_id = form.cleaned_data["employee_id"]
        reassign_stage(
            stage_id=stage_id,
            employee_id=employee_id,
            division_id=division_id,
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        return changed(request, _("The stage is handed over"))
    says = _("The division of the stage stands first, the least busy at the top. The clock runs on.")
    return _asked(request, form, title=_("Hand over: %s") % plan.title, button=_("Hand over"), says=says)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.WORK)
def pause(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Stop the clock of a stage."""
    assert isinstance(request.user, User)
    plan = planned_stage(stage_id).plan
    form = PauseForm(request.POST or None, reasons=plan.pause_reasons)
    if form.is_valid():
        pause_stage(stage_id=stage_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The clock stands"), undo=reverse("cases:resume", args=[stage_id]))
    return _asked(request, form, title=_("Pause: %s") % plan.title, button=_("Stop the clock"))


@require_POST
@requires(CasePermission.WORK)
def resume(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Let the clock of a stage run on."""
    assert isinstance(request.user, User)
    resume_stage(stage_id=stage_id, by=request.user)
    return changed(request, _("The clock runs on"))


@require_http_methods(["GET", "POST"])
@requires(CasePermission.WORK)
def finish(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Finish a stage; those that follow begin at once."""
    assert isinstance(request.user, User)
    plan = planned_stage(stage_id).plan
    form = FinishForm(request.POST or None, use_required_attribute=False)
    if request.method == "POST" and form.is_valid():
        finish_stage(stage_id=stage_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The stage is finished"))
    says = _("The passport expects: %s.") % plan.result if plan.result else ""
    return _asked(request, form, title=_("Finish: %s") % plan.title, button=_("Finish the stage"), says=says)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.WORK)
def send_back(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Return the work to the stages before."""
    assert isinstance(request.user, User)
    plan = planned_stage(stage_id).plan
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        return_stage(stage_id=stage_id, by=request.user, **form.cleaned_data)
        return changed(request, _("The work is returned"))
    says = _("The stages before it run once more, and this one after them.")
    return _asked(request, form, title=_("Return for rework: %s") % plan.title, button=_("Return"), says=says)


def _asked(request: HttpRequest, form: forms.Form, **context: object) -> HttpResponse:
    return dialog(request, form=form, status=422 if form.is_bound else 200, **context)
