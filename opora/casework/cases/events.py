"""What happens to cases. Ids and codes only, never personal data; words are in the case and its notes."""

from dataclasses import dataclass

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseRegistered(Event):
    case_id: int
    number: str
    kind: str
    channel: str
    passport: str


@dataclass(frozen=True, kw_only=True)
class CaseChanged(Event):
    """`changes` names the fields; for codes and ids, with their values before and after."""

    case_id: int
    changes: dict[str, list[str | int | None]]


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(Event):
    case_id: int
    result: str
    justified: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class CaseExtended(Event):
    case_id: int
    days: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    case_id: int


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class CaseCancelled(Event):
    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class FileAttached(Event):
    case_id: int
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class FileDetached(Event):
    case_id: int
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class StageStarted(Event):
    case_id: int
    stage_id: int
    code: str
    division_id: int | None
    employee_id: int | None


@dataclass(frozen=True, kw_only=True)
class StageQueued(Event):
    """A stage began and no person was free for it: it waits in the division's queue, or for a supervisor."""

    case_id: int
    stage_id: int
    code: str
    division_id: int | None


@dataclass(frozen=True, kw_only=True)
class StageAssigned(Event):
    """A stage was given to somebody by name, or to another division."""

    case_id: int
    stage_id: int
    code: str
    division_id: int | None
    employee_id: int | None


@dataclass(frozen=True, kw_only=True)
class StagePaused(Event):
    case_id: int
    stage_id: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StageResumed(Event):
    case_id: int
    stage_id: int
    code: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class StageFinished(Event):
    case_id: int
    stage_id: int
    code: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class StageReturned(Event):
    case_id: int
    stage_id: int
    code: str
    to: list[str]


@dataclass(frozen=True, kw_only=True)
class StageWarned(Event):
    """A half, four fifths or the whole of a stage's term is spent."""

    case_id: int
    stage_id: int
    code: str
    share: int
    due_at: str
    branch_id: int


@dataclass(frozen=True, kw_only=True)
class CaseWarned(Event):
    """A half, four fifths or the whole of a case's term is spent."""

    case_id: int
    share: int
    due_at: str
    branch_id: int


@dataclass(frozen=True, kw_only=True)
class PassportLoaded(Event):
    passport: str
    version: int
    valid_from: str


@dataclass(frozen=True, kw_only=True)
class TopicsLoaded(Event):
    added: list[str]


@dataclass(frozen=True, kw_only=True)
class TopicChanged(Event):
    topic_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class RoutingRuleSet(Event):
    rule_id: int
    role: str
    topic_id: int | None
    branch_id: int | None
    district_id: int | None
    division_id: int


@dataclass(frozen=True, kw_only=True)
class RoutingRuleRemoved(Event):
    rule_id: int
    role: str
    division_id: int
