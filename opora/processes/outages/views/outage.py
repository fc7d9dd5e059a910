"""One outage, and what is done with it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.journal.queries import history_of
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.processes.outages import operations, queries
from opora.processes.outages.forms import EstimateForm, MoveForm, OutageForm, ReasonForm, RemarkForm, RestoreForm
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.stages import OFF_NOW, TO_COME, OutageKind, Stage

PAGE = 50
#: What a planned outage may do next, and what that is called on its button.
_STEPS: Mapping[Stage, tuple[str, Callable[..., Any]]] = {
    Stage.APPLIED: ("agree", operations.agree_planned),
    Stage.AGREED: ("approve", operations.approve_planned),
    Stage.APPROVED: ("announce", operations.announce_planned),
    Stage.ANNOUNCED: ("begin", operations.begin_planned),
}


@require_GET
@requires(OutagePermission.VIEW)
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show an outage whole."""
    return render(request, "outages/outage.html", _context(request, outage_id))


@require_GET
@requires(OutagePermission.VIEW)
def top(request: HttpRequest, outage_id: int) -> HttpResponse:
    """The living part of the page."""
    return render(request, "outages/_top.html", _context(request, outage_id))


@require_GET
@requires(OutagePermission.VIEW)
def affected(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Who is, or was, off because of it: those that the user may see."""
    queries.outage_details(outage_id)
    cursor = request.GET.get("after")
    after = int(decode(cursor)[0]) if cursor else 0
    assert isinstance(request.user, User)
    rows = operations.read_affected(outage_id=outage_id, after=after, limit=PAGE + 1, by=request.user)
    following = encode([rows[PAGE - 1].pk]) if len(rows) > PAGE else ""
    context = {"rows": rows[:PAGE], "next": following, "outage_id": outage_id}
    return render(request, "outages/_affected.html", context)


@require_http_methods(["GET", "POST"])
@requires(OutagePermission.DISPATCH)
def act(request: HttpRequest, outage_id: int, action: str) -> HttpResponse:
    """Fill in and do one of the things that dispatchers do."""
    about = queries.outage_details(outage_id)
    if action not in _ACTIONS:
        raise Http404
    title, form_class, do = _ACTIONS[action]
    extra = {"outage": about} if form_class is OutageForm else {}
    context = {"outage": about, "title": title, "action": request.path}
    if request.method == "GET":
        return render(request, "outages/_action.html", {**context, "form": form_class(**extra)})
    form = form_class(request.POST, **extra)
    if not form.is_valid():
        return render(request, "outages/_action.html", {**context, "form": form}, status=422)
    assert isinstance(request.user, User)
    do(outage_id, form, request.user)
    messages.success(request, _("Saved"))
    return HttpResponse(status=204)


@require_POST
@requires(OutagePermission.DISPATCH)
def step(request: HttpRequest, outage_id: int, name: str) -> HttpResponse:
    """Take an outage to its next stage."""
    assert isinstance(request.user, User)
    if name == "close":
        operations.close_outage(outage_id=outage_id, by=request.user)
    elif name == "withdraw":
        operations.withdraw_outage(outage_id=outage_id, by=request.user)
    else:
        steps = dict(_STEPS.values())
        if name not in steps:
            raise Http404
        despite = {"despite": True} if request.POST.get("despite") and name in ("approve", "announce") else {}
        steps[name](outage_id=outage_id, by=request.user, **despite)
    messages.success(request, _("Saved"))
    return HttpResponse(status=204)


def _restore(outage_id: int, form: RestoreForm, by: User) -> None:
    operations.restore_supply(outage_id=outage_id, by=by, **form.cleaned_data)


def _estimate(outage_id: int, form: EstimateForm, by: User) -> None:
    operations.set_estimate(outage_id=outage_id, by=by, **form.cleaned_data)


def _change(outage_id: int, form: OutageForm, by: User) -> None:
    version = form.cleaned_data["version"]
    operations.change_outage(outage_id=outage_id, version=version, changes=form.changes(), by=by)


def _say(outage_id: int, form: RemarkForm, by: User) -> None:
    operations.say(outage_id=outage_id, text=form.cleaned_data["text"], by=by)


def _move(outage_id: int, form: MoveForm, by: User) -> None:
    operations.move_planned(outage_id=outage_id, by=by, **form.cleaned_data)


def _cancel(outage_id: int, form: ReasonForm, by: User) -> None:
    operations.cancel_planned(outage_id=outage_id, reason=form.cleaned_data["reason"], by=by)


_ACTIONS: Mapping[str, tuple[str | Promise, Any, Callable[[int, Any, User], None]]] = {
    "estimate": (gettext_lazy("Estimated restoration"), EstimateForm, _estimate),
    "restore": (gettext_lazy("Supply is back"), RestoreForm, _restore),
    "change": (gettext_lazy("Cause, brigade, place"), OutageForm, _change),
    "say": (gettext_lazy("Message"), RemarkForm, _say),
    "move": (gettext_lazy("Another time"), MoveForm, _move),
    "cancel": (gettext_lazy("Cancel the works"), ReasonForm, _cancel),
}


def _context(request: HttpRequest, outage_id: int) -> dict[str, Any]:
    about = queries.outage_details(outage_id)
    is_planned = about.kind == OutageKind.PLANNED
    next_step = _STEPS.get(Stage(about.stage))
    return {
        "outage": about,
        "work": about.work if is_planned else None,
        "is_off": about.stage in OFF_NOW,
        "is_to_come": about.stage in TO_COME,
        "is_restored": about.stage == Stage.RESTORED,
        "next_step": next_step[0] if next_step else "",
        "estimates": about.estimates.select_related("by").order_by("-pk"),
        "steps": about.steps.select_related("element", "by").order_by("at", "pk"),
        "remarks": about.remarks.select_related("by").order_by("-pk")[:50],
        "reports": queries.reports_of(outage_id),
        "conflicts": queries.conflicts_of(outage_id) if about.stage in TO_COME else [],
        "weight": queries.weight_of(outage_id) if about.stage in TO_COME else None,
        "history": [{"at": line.at, "actor": line.by, "title": line.label} for line in history_of(about, limit=50)],
        "may_dispatch": isinstance(request.user, User) and request.user.holds(OutagePermission.DISPATCH),
    }
