"""What answers about cases are made of."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from opora.casework.cases.queries.details import CaseDetails, StageDetails
from opora.platform.rest.schemas import Output


def _seconds(value: Any) -> Any:
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


#: A span of working time.
Seconds = Annotated[int | None, BeforeValidator(_seconds)]


class CaseLine(Output):
    id: int
    number: str
    state: str
    kind: str
    channel: str
    source: str
    topic_id: int
    topic: str = Field(description="With the topics above it")
    branch_id: int
    branch: str
    group_id: int
    customer_id: int | None
    customer: str
    contact_name: str
    contact_phone: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    text: str
    received_at: datetime
    registered_at: datetime
    due_at: datetime
    overdue: bool
    justified: str
    result: str
    answered_at: datetime | None
    closed_at: datetime | None


class Counted(Output):
    value: int
    exact: bool = Field(description="False: an estimate, there are more than five thousand")


class CaseBrief(Output):
    """Where a case stands."""

    id: int
    number: str
    version: int
    state: str
    kind: str
    channel: str
    topic_id: int
    branch_id: int
    district_id: int | None
    customer_id: int | None
    division_id: int | None
    employee_id: int | None
    passport_version_id: int
    registered_at: datetime
    due_at: datetime
    justified: str
    result: str
    answered_at: datetime | None
    closed_at: datetime | None


class Pause(Output):
    reason: str
    from_at: datetime
    to_at: datetime | None


class Stage(Output):
    id: int
    code: str
    title: str
    ordinal: int
    round: int = Field(description="Work returned for rework is run again in the next round")
    latest: bool
    role: str
    status: str
    optional: bool
    answer: bool = Field(description="Ends with the answer to the applicant")
    after: list[str]
    content: str
    form: str
    expected_result: str
    legal_reference: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    started_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    result: str
    overdue: bool
    remaining: Seconds = Field(description="Seconds of working time; negative when late; null when nothing runs")
    warned: int
    pauses: list[Pause]
    pause_reasons: list[str]
    actions: list[str] = Field(description="What you may do with it now")

    @staticmethod
    def resolve_actions(stage: StageDetails) -> list[str]:
        return sorted(stage.actions)


class Note(Output):
    id: int
    kind: str
    text: str
    stage: str
    by_id: int
    by: str
    at: datetime


class Extension(Output):
    days: int
    due_before: datetime
    by_id: int
    by: str
    at: datetime


class Attachment(Output):
    id: int
    case_id: int
    name: str
    content_type: str
    size: int = Field(description="Bytes")
    by_id: int
    by: str
    at: datetime


class HistoryEntry(Output):
    at: datetime
    by: str
    via: str
    event: str
    label: str
    facts: dict[str, Any]


class CaseOut(Output):
    id: int
    number: str
    version: int = Field(description="Give it back with a change")
    state: str
    kind: str
    channel: str
    source: str
    topic_id: int
    topic: str
    form_row: str = Field(description="Row of the regulator's form 4.1 (order 186, annex 7)")
    passport: str
    passport_title: str
    passport_version_id: int
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
    remaining: Seconds = Field(description="Seconds of working time; negative when late; null when nothing runs")
    warned: int
    justified: str
    result: str
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None
    reopening_ends: datetime | None
    extension: Extension | None
    stages: list[Stage]
    notes: list[Note]
    attachments: list[Attachment] = []
    editable: bool
    actions: list[str] = Field(description="What you may do with it now")

    @staticmethod
    def resolve_actions(case: CaseDetails) -> list[str]:
        return sorted(case.actions)


class StageBrief(Output):
    """Where a stage stands after what was done with it."""

    id: int
    case_id: int
    code: str
    round: int
    status: str
    division_id: int | None
    employee_id: int | None
    started_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    result: str


class StageLine(Output):
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
    remaining: Seconds = Field(description="Seconds of working time; negative when late; null while the clock stands")
    warned: int
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


class DueLines(Output):
    """The arithmetic of a due date, sentence by sentence, in the language of the request."""

    lines: list[str]


class NoteBrief(Output):
    id: int
    case_id: int
    kind: str
    text: str
    at: datetime
