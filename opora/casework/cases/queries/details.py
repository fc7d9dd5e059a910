"""One case with everything that its page and the API show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opora.casework.cases.queries.actions import Action
from opora.platform.access.models import User


@dataclass(frozen=True, kw_only=True)
class PauseLine:
    """While the clock of a stage stood; without an end it stands still."""

    reason: str
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class StageDetails:
    """One run of a stage. Those of earlier rounds were returned or repeated."""

    id: int
    code: str
    title: str
    ordinal: int
    round: int
    #: The last run of this stage: only such are worked on.
    latest: bool
    role: str
    status: str
    optional: bool
    #: It ends with the answer to the applicant: `answer_case` finishes it.
    answer: bool
    #: Codes of stages and events that it follows.
    after: Sequence[str]
    content: str
    form: str
    expected_result: str
    legal_reference: str
    verified: bool
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    started_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    result: str
    overdue: bool
    #: Working time left until the due time, negative when it has passed; None when nothing runs or the clock stands.
    remaining: timedelta | None
    #: Per cent of the term of which warning was given: 0, 50, 80, 100.
    warned: int
    pauses: Sequence[PauseLine]
    pause_reasons: Sequence[str]
    actions: frozenset[Action]


@dataclass(frozen=True, kw_only=True)
class NoteLine:
    """An internal note."""

    id: int
    kind: str
    text: str
    stage: str
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExtensionLine:
    """The one extension of the case."""

    days: int
    due_before: datetime
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseDetails:
    """A case, whole. Attachments are asked of `queries.attachments`, history of the journal."""

    id: int
    number: str
    #: Give it back with a change: somebody else's save meanwhile is then noticed.
    version: int
    state: str
    kind: str
    channel: str
    source: str
    topic_id: int
    #: With the topics above it: “Передача электрической энергии / Отключение электроэнергии”.
    topic: str
    #: The row of the regulator's form 4.1 that counts it.
    form_row: str
    passport: str
    passport_title: str
    passport_version_id: int
    passport_verified: bool
    branch_id: int
    branch: str
    district_id: int | None
    district: str
    group_id: int
    group: str
    customer_id: int | None
    customer: str
    usage_point_id: int | None
    usage_point: str
    usage_point_address: str
    addressee: str
    text: str
    contact_name: str
    contact_phone: str
    contact_email: str
    received_at: datetime
    registered_at: datetime
    registered_by_id: int
    registered_by: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    due_at: datetime
    due_is_given: bool
    stands_since: datetime | None
    overdue: bool
    #: Working time left, negative when late; None when answered or while the clock stands.
    remaining: timedelta | None
    warned: int
    justified: str
    result: str
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None
    #: Until when an answered case may be reopened.
    reopening_ends: datetime | None
    extension: ExtensionLine | None
    stages: Sequence[StageDetails]
    notes: Sequence[NoteLine]
    #: Whether the reader's scope lets him change the case at all.
    editable: bool
    #: What the reader may do now: by permission, scope and state.
    actions: frozenset[Action]


def case_details(case_id: int, *, reader: User) -> CaseDetails:
    """One case as the reader sees it.

    :raises NotVisible: when there is no such case, or not for him.
    """
    raise NotImplementedError
