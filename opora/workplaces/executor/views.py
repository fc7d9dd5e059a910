"""The desk of whoever does the work: his stages by due time, and what waits in his division's queue."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.desks import StagePage, StagePlace, desk_counts, desk_of, queue_of
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.registry.organization.models import Employee
from opora.registry.organization.queries import employee_of

QUEUE = "queue"


@require_GET
@requires(CasePermission.WORK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show my stages, or with `?show=queue` those of my division that nobody holds, the nearest due time first."""
    employee = _employee(request)
    if employee is None:
        return render(request, "executor/desk.html", {"employee": None})
    show = QUEUE if request.GET.get("show") == QUEUE else "mine"
    page = _page(employee, show, request.GET.get("after", ""))
    context = {
        "employee": employee,
        "show": show,
        "counts": desk_counts(employee.pk, division_ids=[employee.division_id]),
        "rows": page.rows,
        "next": encode([page.next.due_at.isoformat(), page.next.id]) if page.next else "",
        "topics": f"user:{employee.user_id} division:{employee.division_id}",
    }
    return render(request, "executor/desk.html", context)


@require_GET
@requires(CasePermission.WORK)
def count(request: HttpRequest) -> HttpResponse:
    """How many stages lie on my desk, for the menu; nothing when it is empty."""
    employee = _employee(request)
    mine = desk_counts(employee.pk).mine if employee else 0
    return HttpResponse(str(mine) if mine else "")


def _page(employee: Employee, show: str, cursor: str) -> StagePage:
    after = None
    if cursor:
        due_at, pk = decode(cursor, str, int)
        after = StagePlace(datetime.fromisoformat(due_at), pk)
    if show == QUEUE:
        return queue_of([employee.division_id], after=after)
    return desk_of(employee.pk, after=after)


def _employee(request: HttpRequest) -> Employee | None:
    assert isinstance(request.user, User)
    return employee_of(request.user)
