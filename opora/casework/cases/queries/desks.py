"""Work to be done: whose desk each open stage lies on, by due time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


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
    raise NotImplementedError


def queue_of(division_ids: Sequence[int], *, after: StagePlace | None = None, limit: int = 50) -> StagePage:
    """A page of the stages that wait in the divisions' queues: nobody holds them yet."""
    raise NotImplementedError


def desk_counts(employee_id: int, *, division_ids: Sequence[int] = ()) -> DeskCounts:
    """How much lies on somebody's desk and waits in the queues of his divisions. One statement."""
    raise NotImplementedError
