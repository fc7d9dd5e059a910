"""Limits of interruptions: which outages come near them now, and whose year is spent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.processes.outages.forms import LimitForm
from opora.processes.outages.operations.limits import read_years
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.limits import running_limits, statutory

PAGE = 50


@require_GET
@requires(OutagePermission.VIEW)
def limits(request: HttpRequest) -> HttpResponse:
    """Show outages that come near a limit, and usage points by how long they were off in the year."""
    form = LimitForm(request.GET)
    wanted = form.wanted()
    cursor = request.GET.get("after", "")
    seconds, point = decode(cursor, int, int) if cursor else (0, 0)
    assert isinstance(request.user, User)
    rows = read_years(wanted=wanted, after=(seconds, point) if cursor else None, limit=PAGE + 1, by=request.user)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = {
        "form": form,
        "running": running_limits(now=timezone.now(), branch_id=wanted.branch_id),
        "allowed": sorted(statutory(timezone.localdate()).items()),
        "rows": rows[:PAGE],
        "next": encode([int(last.spent.total_seconds()), last.usage_point_id]) if last else "",
        "year": wanted.year,
        "built_at": timezone.now(),
    }
    return render(request, "outages/limits.html", context)
