"""Work to be done: whose desk each open stage lies on, by due time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from opora.casework.cases.models import CaseStage, StagePause
from opora.casework.cases.queries.catalogue import Catalogue, catalogue
from opora.casework.cases.queries.clock import clock_of, end_of_today
from opora.casework.cases.stages import OPEN_STATUSES, StageStatus


@dataclass(frozen=True)
class StagePlace:
    """After which row the next page begins."""

    due_at: datetime
    id: int


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """An open stage on a desk or in a queue."""

    id: int
    case_id: int
    number: str
    code: str
    title: str
    role: str
    status: str
    answer: bool
    started_at: datetime
    due_at: datetime
    overdue: bool
    #: Working time left, negative when late; None while the clock stands.
    remaining: timedelta | None
    warned: int
    #: Why and since when the clock stands.
    pause_reason: str
    paused_since: datetime | None
    kind: str
    channel: str
    topic_id: int
    topic: str
    text: str
    customer_id: int | None
    customer: str
    contact_name: str
    contact_phone: str
    case_due_at: datetime
    case_overdue: bool
    branch_id: int
    branch: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str


@dataclass(frozen=True)
class StagePage:
    """Stages by due time, the nearest first, and where the next page begins, if there is one."""

    rows: Sequence[StageRow]
    next: StagePlace | None


@dataclass(frozen=True, kw_only=True)
class DeskCounts:
    """What lies on one desk, and beside it."""

    mine: int
    overdue: int
    due_today: int
    paused: int
    #: Waits in the queues of the divisions for somebody to take it.
    queue: int


def desk_of(employee_id: int, *, after: StagePlace | None = None, limit: int = 50) -> StagePage:
    """A page of the stages that somebody holds, the nearest due time first."""
    return stage_page(open_stages().filter(employee_id=employee_id), after=after, limit=limit)


def queue_of(division_ids: Sequence[int], *, after: StagePlace | None = None, limit: int = 50) -> StagePage:
    """A page of the stages that wait in the divisions' queues: nobody holds them yet."""
    waiting = open_stages().filter(division_id__in=list(division_ids), employee=None)
    return stage_page(waiting, after=after, limit=limit)


def desk_counts(employee_id: int, *, division_ids: Sequence[int] = ()) -> DeskCounts:
    """How much lies on somebody's desk and waits in the queues of his divisions. Two statements."""
    now = timezone.now()
    running = Q(status=StageStatus.RUNNING)
    mine = open_stages().filter(employee_id=employee_id).order_by().aggregate(
        mine=Count("pk"),
        overdue=Count("pk", filter=running & Q(due_at__lt=now)),
        due_today=Count("pk", filter=running & Q(due_at__gte=now, due_at__lt=end_of_today(now))),
        paused=Count("pk", filter=Q(status=StageStatus.PAUSED)),
    )  # fmt: skip
    queue = open_stages().filter(division_id__in=list(division_ids), employee=None).order_by().count()
    return DeskCounts(queue=queue, **mine)


def open_stages() -> QuerySet[CaseStage]:
    """Stages that run or stand still, of every case the user may see."""
    return CaseStage.objects.filter(status__in=OPEN_STATUSES)


def stage_page(found: QuerySet[CaseStage], *, after: StagePlace | None, limit: int) -> StagePage:
    """A page of open stages by due time. One query, and one for the catalogue's stamp."""
    everything, now = catalogue(), timezone.now()
    if after is not None:
        found = found.filter(Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, pk__gt=after.id)).filter(
            due_at__gte=after.due_at
        )
    pause = StagePause.objects.filter(stage=OuterRef("pk"), to_at=None)
    values = list(
        found.annotate(pause_reason=Subquery(pause.values("reason")), paused_since=Subquery(pause.values("from_at")))
        .order_by("due_at", "pk")
        .values_list(*_COLUMNS, named=True)[: limit + 1]
    )
    rows = [_row(value, everything, now) for value in values[:limit]]
    last = rows[-1] if len(values) > limit else None
    return StagePage(rows, StagePlace(last.due_at, last.id) if last else None)


_COLUMNS = (
    "id",
    "case_id",
    "case__number",
    "code",
    "role",
    "status",
    "started_at",
    "due_at",
    "warned",
    "pause_reason",
    "paused_since",
    "case__kind",
    "case__channel",
    "case__topic_id",
    "case__passport_version_id",
    "case__text",
    "case__customer_id",
    "case__customer__name",
    "case__contact_name",
    "case__contact_phone",
    "case__due_at",
    "case__stands_since",
    "branch_id",
    "branch__short_name",
    "division_id",
    "division__name",
    "employee_id",
    "employee__last_name",
    "employee__first_name",
    "employee__middle_name",
)


def _row(value: Any, everything: Catalogue, now: datetime) -> StageRow:
    planned = everything.versions[value.case__passport_version_id].stage(value.code)
    running = value.status == StageStatus.RUNNING
    return StageRow(
        id=value.id,
        case_id=value.case_id,
        number=value.case__number,
        code=value.code,
        title=planned.title if planned else value.code,
        role=value.role,
        status=value.status,
        answer=planned.answer if planned else False,
        started_at=value.started_at,
        due_at=value.due_at,
        overdue=running and value.due_at < now,
        remaining=clock_of(value.branch_id).left(now, value.due_at) if running else None,
        warned=value.warned,
        pause_reason=value.pause_reason or "",
        paused_since=value.paused_since,
        kind=value.case__kind,
        channel=value.case__channel,
        topic_id=value.case__topic_id,
        topic=everything.topics[value.case__topic_id].title,
        text=value.case__text,
        customer_id=value.case__customer_id,
        customer=value.case__customer__name or "",
        contact_name=value.case__contact_name,
        contact_phone=value.case__contact_phone,
        case_due_at=value.case__due_at,
        case_overdue=value.case__due_at < now and value.case__stands_since is None,
        branch_id=value.branch_id,
        branch=value.branch__short_name,
        division_id=value.division_id,
        division=value.division__name or "",
        employee_id=value.employee_id,
        employee=short_name(value.employee__last_name, value.employee__first_name, value.employee__middle_name),
    )


def short_name(last: str | None, first: str | None, middle: str | None) -> str:
    """Иванов И. И.; empty when nobody is meant."""
    return " ".join([last, *(f"{name[0]}." for name in (first, middle) if name)]) if last else ""
