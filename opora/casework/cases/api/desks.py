"""Work to be done, and what a supervisor watches, over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from opora.casework.cases.api.inputs import ChannelCode, KindCode
from opora.casework.cases.api.outputs import StageLine
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.desks import (
    DeskCounts,
    StagePage,
    StagePlace,
    desk_counts,
    desk_of,
    queue_of,
)
from opora.casework.cases.queries.lists import CaseFilter
from opora.casework.cases.queries.statistics import Dimension, form_rows, statistics
from opora.casework.cases.queries.supervision import (
    StageFilter,
    breaching_today,
    counters,
    load_by_division,
    load_by_person,
    overdue_stages,
    unassigned_stages,
)
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address
from opora.platform.rest.schemas import Cursor, Flag, Id, Limit, Moment, Output, Page, SmallId
from opora.registry.organization.queries import employee_of

router = Door(tags=["Desks and control"])


class DeskSummary(Output):
    mine: int
    overdue: int
    due_today: int
    paused: int
    queue: int = Field(description="Waits in the queue of your division")


class CountersOut(Output):
    open: int
    overdue: int
    due_today: int
    unassigned: int = Field(description="Open stages that nobody holds")
    warned: int = Field(description="Running stages that have spent four fifths of their term")
    registered_today: int
    answered_today: int
    late_this_month: int = Field(description="Answered late since the first of the month")


class LoadLine(Output):
    branch_id: int
    branch: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    open: int
    overdue: int
    due_today: int
    paused: int
    queue: int = Field(description="Nobody holds them")
    absent_until: date | None


class ShareLine(Output):
    key: str = Field(description="Fits the filter of the list")
    title: str
    cases: int
    answered: int
    late: int = Field(description="Answered after the due time, or still open after it")


class FormLine(Output):
    row: str
    visit: int
    phone: int
    electronic: int
    post: int
    other: int
    total: int


class Stages(Output):
    """Which open stages are meant."""

    branch_id: SmallId | None = None
    division_id: Id | None = None
    employee_id: Id | None = None

    def wanted(self) -> StageFilter:
        """The filter of the module's own queries."""
        return StageFilter(branch_ids=_one(self.branch_id), division_id=self.division_id, employee_id=self.employee_id)


class Period(Output):
    """When the counted cases were registered."""

    registered_from: Moment
    registered_to: Moment = Field(description="Not included")


@router.get("/desk", permission=CasePermission.WORK, response=Page[StageLine], summary="My desk")
def list_my_stages(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Page[StageLine]:
    """List the open stages on your desk, the nearest due time first; none for who is nobody's employee."""
    employee = employee_of(caller(request))
    if employee is None:
        return Page[StageLine](items=[], next=None)
    return _page(request, desk_of(employee.pk, after=_place(cursor), limit=limit))


@router.get("/desk/queue", permission=CasePermission.WORK, response=Page[StageLine], summary="My division's queue")
def list_my_queue(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Page[StageLine]:
    """List the stages of your division that nobody holds yet: take one with `POST /stages/{id}/take`."""
    employee = employee_of(caller(request))
    if employee is None:
        return Page[StageLine](items=[], next=None)
    return _page(request, queue_of([employee.division_id], after=_place(cursor), limit=limit))


@router.get("/desk/counts", permission=CasePermission.WORK, response=DeskSummary, summary="How much I have to do")
def count_my_stages(request: HttpRequest) -> DeskSummary:
    """Count what lies on your desk and in your division's queue."""
    employee = employee_of(caller(request))
    if employee is None:
        return DeskSummary.from_orm(DeskCounts(mine=0, overdue=0, due_today=0, paused=0, queue=0))
    return DeskSummary.from_orm(desk_counts(employee.pk, division_ids=[employee.division_id]))


@router.get(
    "/control/counters", permission=CasePermission.SUPERVISE, response=CountersOut, summary="Counters of open work"
)
def get_counters(request: HttpRequest, branch_id: SmallId | None = None) -> CountersOut:
    """Count open, overdue and unassigned work, and what today has brought, in a branch or in all you see."""
    return CountersOut.from_orm(counters(_one(branch_id)))


@router.get("/control/overdue", permission=CasePermission.SUPERVISE, response=Page[StageLine], summary="Overdue stages")
def list_overdue_stages(
    request: HttpRequest, filters: Query[Stages], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[StageLine]:
    """List running stages whose term is spent, the longest overdue first."""
    return _page(request, overdue_stages(filters.wanted(), after=_place(cursor), limit=limit))


@router.get(
    "/control/due-today",
    permission=CasePermission.SUPERVISE,
    response=Page[StageLine],
    summary="Stages that become overdue today",
)
def list_breaching_stages(
    request: HttpRequest, filters: Query[Stages], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[StageLine]:
    """List running stages that become overdue today unless somebody finishes them."""
    return _page(request, breaching_today(filters.wanted(), after=_place(cursor), limit=limit))


@router.get(
    "/control/unassigned",
    permission=CasePermission.SUPERVISE,
    response=Page[StageLine],
    summary="Stages that nobody holds",
)
def list_unassigned_stages(
    request: HttpRequest, filters: Query[Stages], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[StageLine]:
    """List open stages that nobody holds."""
    return _page(request, unassigned_stages(filters.wanted(), after=_place(cursor), limit=limit))


@router.get("/control/load", permission=CasePermission.SUPERVISE, response=list[LoadLine], summary="Load of people")
def get_load(request: HttpRequest, branch_id: SmallId | None = None, by_division: Flag = False) -> list[LoadLine]:
    """Show what lies on every desk, also empty ones; or on all desks of each division together."""
    found = load_by_division(_one(branch_id)) if by_division else load_by_person(_one(branch_id))
    return [LoadLine.from_orm(line) for line in found]


@router.get("/statistics", permission=CasePermission.VIEW, response=list[ShareLine], summary="Statistics of cases")
def get_statistics(
    request: HttpRequest,
    period: Query[Period],
    by: Dimension,
    branch_id: SmallId | None = None,
    kind: KindCode | None = None,
    channel: ChannelCode | None = None,
    topic_id: Id | None = None,
) -> list[ShareLine]:
    """Count cases registered in a period by one dimension, the most first."""
    within = CaseFilter(branch_id=branch_id, kind=kind or "", channel=channel or "", topic_id=topic_id)
    found = statistics(by, registered_from=period.registered_from, registered_to=period.registered_to, within=within)
    return [ShareLine.from_orm(line) for line in found]


@router.get(
    "/statistics/form-4-1", permission=CasePermission.VIEW, response=list[FormLine], summary="The regulator's form 4.1"
)
def get_form_rows(request: HttpRequest, period: Query[Period], branch_id: SmallId | None = None) -> list[FormLine]:
    """Count cases by the rows of form 4.1 (order 186, annex 7)."""
    found = form_rows(registered_from=period.registered_from, registered_to=period.registered_to, branch_id=branch_id)
    return [FormLine.from_orm(line) for line in found]


def _one(branch_id: int | None) -> Sequence[int] | None:
    return None if branch_id is None else [branch_id]


def _place(cursor: str) -> StagePlace | None:
    return StagePlace(*decode(cursor, datetime, int)) if cursor else None


def _page(request: HttpRequest, page: StagePage) -> Page[StageLine]:
    after = encode([page.next.due_at, page.next.id]) if page.next else ""
    return Page[StageLine](items=[StageLine.from_orm(row) for row in page.rows], next=next_address(request, after))
