"""The board of outages: what is off now, what is planned, who has reported."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.processes.outages import operations, queries
from opora.processes.outages.forms import EmergencyForm, OutageFilter, PlannedForm
from opora.processes.outages.permissions import OutagePermission
from opora.registry.grid.queries import find_elements

PAGE = 50


@require_GET
@requires(OutagePermission.VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Show the board; its parts follow what happens by themselves."""
    return render(request, "outages/board.html", {"form": OutageFilter(request.GET), **_now(request)})


@require_GET
@requires(OutagePermission.VIEW)
def now(request: HttpRequest) -> HttpResponse:
    """The living part of the board."""
    return render(request, "outages/_now.html", _now(request))


@require_GET
@requires(OutagePermission.VIEW)
def listing(request: HttpRequest) -> HttpResponse:
    """All outages under the filter of the address, the newest first."""
    form = OutageFilter(request.GET)
    form.is_valid()
    given = form.cleaned_data
    wanted = queries.BoardFilter(
        branch_id=given["branch"].pk if given.get("branch") else None,
        kind=given.get("kind", ""),
        text=given.get("text", ""),
    )
    cursor = request.GET.get("after")
    after = int(decode(cursor)[0]) if cursor else None
    rows = queries.outage_list(wanted, after=after, limit=PAGE + 1)
    following = encode([rows[PAGE - 1].pk]) if len(rows) > PAGE else ""
    context = {"form": form, "outages": rows[:PAGE], "next": following, "narrowed": any(request.GET.values())}
    return render(request, "outages/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(OutagePermission.DISPATCH)
def emergency(request: HttpRequest) -> HttpResponse:
    """Register an outage that telecontrol has not seen."""
    return _new(request, planned=False)


@require_http_methods(["GET", "POST"])
@requires(OutagePermission.PLAN)
def planned(request: HttpRequest) -> HttpResponse:
    """Apply for planned works."""
    return _new(request, planned=True)


def _new(request: HttpRequest, *, planned: bool) -> HttpResponse:
    """First the element is found, then the rest is said."""
    assert isinstance(request.user, User)
    chosen = request.GET.get("element", "")
    element = queries.element_named(int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None
    text = request.GET.get("q", "").strip()[:100]
    context = {
        "planned": planned, "element": element, "text": text,
        "found": find_elements(text, limit=20) if text and element is None else [],
        "weight": queries.weight_below(element.pk) if element else None,
    }  # fmt: skip
    form_class = PlannedForm if planned else EmergencyForm
    if request.method == "GET" or element is None:
        return render(request, "outages/new.html", {**context, "form": form_class()})
    form = form_class(request.POST)
    if not form.is_valid():
        return render(request, "outages/_new_form.html", {**context, "form": form}, status=422)
    given = form.cleaned_data
    if planned:
        outage = operations.apply_for_planned(element_id=element.pk, by=request.user, **given)
    else:
        cause = given.pop("cause")
        outage = operations.register_emergency(
            element_id=element.pk, cause_id=cause.pk if cause else None, by=request.user, **given
        )
    target = redirect("outages:outage", outage.pk).headers["Location"]
    return HttpResponse(headers={"HX-Redirect": target})


def _now(request: HttpRequest) -> dict[str, object]:
    branch = request.GET.get("branch", "")
    branch_id = int(branch) if branch.isdecimal() and len(branch) < 6 else None
    current = list(queries.current_outages(branch_id=branch_id)[:200])
    planned = list(queries.planned_outages(branch_id=branch_id)[:50])
    reports = queries.single_reports(branch_id=branch_id)
    late = [outage for outage in current if outage.estimated_at and outage.estimated_at < timezone.now()]
    return {
        "current": current,
        "planned": planned,
        "reports": reports,
        "devices": queries.reports_by_device(reports),
        "points_off": sum(outage.points_off for outage in current),
        "late": late,
        "address": f"?{request.GET.urlencode()}" if request.GET else "",
    }
