"""What a supervisor watches: counters, overdue work, load of people and divisions, what breaches today.

All of it reads the partial indexes of open rows, so it costs what the open work costs, however many cases are done.
`branch_ids=None` means every branch that the user may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opora.casework.cases.queries.desks import StagePage, StagePlace


@dataclass(frozen=True, kw_only=True)
class Counters:
    """The board's figures; each is the count of a list that can be opened."""

    open: int
    #: Open cases whose term is spent and whose clock runs.
    overdue: int
    #: Open cases whose due time comes later today.
    due_today: int
    #: Open stages that nobody holds.
    unassigned: int
    #: Running stages that have spent four fifths of their term or more, and are not overdue yet.
    warned: int
    registered_today: int
    answered_today: int
    #: Answered late since the first of the month.
    late_this_month: int


@dataclass(frozen=True, kw_only=True)
class StageFilter:
    """Which open stages are meant; an empty part means all."""

    branch_ids: Sequence[int] | None = None
    division_id: int | None = None
    employee_id: int | None = None
    #: Nobody holds them.
    unassigned: bool = False


ALL_STAGES = StageFilter()


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one person, or one division, has to do."""

    branch_id: int
    branch: str
    division_id: int | None
    division: str
    #: None in the rows of divisions, and in the row of what nobody holds.
    employee_id: int | None
    employee: str
    open: int
    overdue: int
    due_today: int
    paused: int
    #: Nobody holds them (rows of divisions only).
    queue: int
    absent_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Age:
    """Open cases by how many days late they are: [from, to), `days_to` empty in the last row; not late in the first."""

    days_from: int | None
    days_to: int | None
    cases: int


def counters(branch_ids: Sequence[int] | None = None) -> Counters:
    """The figures of the board. At most 50 ms on five million cases."""
    raise NotImplementedError


def overdue_stages(wanted: StageFilter = ALL_STAGES, *, after: StagePlace | None = None, limit: int = 50) -> StagePage:
    """Running stages whose term is spent, the longest overdue first."""
    raise NotImplementedError


def breaching_today(wanted: StageFilter = ALL_STAGES, *, after: StagePlace | None = None, limit: int = 50) -> StagePage:
    """Running stages that become overdue before the end of today unless somebody finishes them."""
    raise NotImplementedError


def unassigned_stages(
    wanted: StageFilter = ALL_STAGES, *, after: StagePlace | None = None, limit: int = 50
) -> StagePage:
    """Open stages that nobody holds."""
    raise NotImplementedError


def load_by_person(branch_ids: Sequence[int] | None = None, *, division_id: int | None = None) -> Sequence[Load]:
    """What lies on every desk, also empty ones: by branch, division, name."""
    raise NotImplementedError


def load_by_division(branch_ids: Sequence[int] | None = None) -> Sequence[Load]:
    """What every division has to do, its queue included: by branch and name."""
    raise NotImplementedError


def ageing(branch_ids: Sequence[int] | None = None, *, now: datetime | None = None) -> Sequence[Age]:
    """Open cases by how late they are: not late, up to a day, 3, 7, 30 days, more."""
    raise NotImplementedError
