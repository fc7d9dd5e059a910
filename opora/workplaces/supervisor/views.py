"""The board of whoever answers for others' terms: what is late or about to be, and on whose desk it lies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries import supervision
from opora.casework.cases.queries.desks import StagePage, StagePlace
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.registry.organization.models import Branch
from opora.workplaces.supervisor.forms import LATE, TODAY, UNASSIGNED, BoardForm, branches_in


@dataclass(frozen=True)
class Wanted:
    """What the board is asked to show."""

    branches: list[Branch]
    branch: Branch | None
    show: str
    after: StagePlace | None

    @property
    def branch_ids(self) -> list[int] | None:
        return [self.branch.pk] if self.branch else None


@require_GET
@requires(CasePermission.SUPERVISE)
def board(request: HttpRequest) -> HttpResponse:
    """Show the board; its parts load themselves and follow what changes."""
    wanted = _wanted(request)
    return render(request, "supervisor/board.html", _context(wanted))


@require_GET
@requires(CasePermission.SUPERVISE)
def counters(request: HttpRequest) -> HttpResponse:
    """Draw the figures; each leads to the list that it counts."""
    wanted = _wanted(request)
    context = {**_context(wanted), "counters": supervision.counters(wanted.branch_ids)}
    return render(request, "supervisor/_counters.html", context)


@require_GET
@requires(CasePermission.SUPERVISE)
def stages(request: HttpRequest) -> HttpResponse:
    """List the stages that are late, become late today, or lie on nobody's desk."""
    wanted = _wanted(request)
    assert isinstance(request.user, User)
    page = _stages(wanted)
    following = encode([page.next.due_at.isoformat(), page.next.id]) if page.next else ""
    may_assign = request.user.holds(CasePermission.ASSIGN)
    context = {**_context(wanted), "rows": page.rows, "next": following, "may_assign": may_assign}
    return render(request, "supervisor/_stages.html", context)


@require_GET
@requires(CasePermission.SUPERVISE)
def load(request: HttpRequest) -> HttpResponse:
    """Draw what lies on every desk of the branch, and how late open cases are."""
    wanted = _wanted(request)
    people = supervision.load_by_person(wanted.branch_ids)
    context = {
        **_context(wanted),
        "people": people,
        "most": max((line.open for line in people), default=0) or 1,
        "divisions": supervision.load_by_division(wanted.branch_ids),
        "ageing": supervision.ageing(wanted.branch_ids),
    }
    return render(request, "supervisor/_load.html", context)


def _stages(wanted: Wanted) -> StagePage:
    asked = supervision.StageFilter(branch_ids=wanted.branch_ids)
    lists = {
        LATE: supervision.overdue_stages,
        TODAY: supervision.breaching_today,
        UNASSIGNED: supervision.unassigned_stages,
    }
    return lists[wanted.show](asked, after=wanted.after)


def _wanted(request: HttpRequest) -> Wanted:
    assert isinstance(request.user, User)
    form = BoardForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    scope = request.user.scope
    branches = branches_in(scope.branches, everything=scope.everything)
    chosen = [branch for branch in branches if branch.pk == given.get("branch")]
    only = branches if len(branches) == 1 else []
    return Wanted(
        branches=branches,
        branch=next(iter(chosen or only), None),
        show=given.get("show") or LATE,
        after=_place(given.get("after", "")),
    )


def _place(cursor: str) -> StagePlace | None:
    if not cursor:
        return None
    due_at, pk = decode(cursor, str, int)
    return StagePlace(datetime.fromisoformat(due_at), pk)


def _context(wanted: Wanted) -> dict[str, Any]:
    topic = f"branch:{wanted.branch.pk}" if wanted.branch else "cases"
    return {"branches": wanted.branches, "branch": wanted.branch, "show": wanted.show, "topic": topic}
