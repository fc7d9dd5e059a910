"""What happens to cases. Ids and codes only, never personal data; words are in the case and its notes."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseRegistered(Event):
    label: ClassVar[Promise | str] = _("Case registered")

    case_id: int
    number: str
    kind: str
    channel: str
    passport: str


@dataclass(frozen=True, kw_only=True)
class AcknowledgementDue(Event):
    """The applicant has left an e-mail and is to be told of the registration; most calls leave none and need no job."""

    label: ClassVar[Promise | str] = _("A notice of the registration is due")

    case_id: int


@dataclass(frozen=True, kw_only=True)
class CaseChanged(Event):
    """`changes` names the fields; for codes and ids, with their values before and after."""

    label: ClassVar[Promise | str] = _("Case changed")

    case_id: int
    changes: dict[str, list[str | int | None]]


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(Event):
    label: ClassVar[Promise | str] = _("Applicant answered")

    case_id: int
    result: str
    justified: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class AnswerRecorded(Event):
    """The applicant had his answer before the case was saved, at once or from another system: nothing is sent."""

    label: ClassVar[Promise | str] = _("Answer recorded")

    case_id: int
    result: str
    justified: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class CaseExtended(Event):
    label: ClassVar[Promise | str] = _("Term extended")

    case_id: int
    days: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    label: ClassVar[Promise | str] = _("Case closed")

    case_id: int


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    label: ClassVar[Promise | str] = _("Case reopened")

    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class CaseCancelled(Event):
    label: ClassVar[Promise | str] = _("Case cancelled")

    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    label: ClassVar[Promise | str] = _("Note added")

    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class FileAttached(Event):
    label: ClassVar[Promise | str] = _("File attached")

    case_id: int
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class FileDetached(Event):
    label: ClassVar[Promise | str] = _("File detached")

    case_id: int
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class StageStarted(Event):
    label: ClassVar[Promise | str] = _("Stage begun")

    case_id: int
    stage_id: int
    code: str
    division_id: int | None
    employee_id: int | None


@dataclass(frozen=True, kw_only=True)
class StageQueued(Event):
    """A stage began and no person was free for it: it waits in the division's queue, or for a supervisor."""

    label: ClassVar[Promise | str] = _("Stage waits in a queue")

    case_id: int
    stage_id: int
    code: str
    division_id: int | None


@dataclass(frozen=True, kw_only=True)
class StageAssigned(Event):
    """A stage was given to somebody by name, or to another division."""

    label: ClassVar[Promise | str] = _("Stage assigned")

    case_id: int
    stage_id: int
    code: str
    division_id: int | None
    employee_id: int | None


@dataclass(frozen=True, kw_only=True)
class StagePaused(Event):
    label: ClassVar[Promise | str] = _("Stage paused")

    case_id: int
    stage_id: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StageResumed(Event):
    label: ClassVar[Promise | str] = _("Stage resumed")

    case_id: int
    stage_id: int
    code: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class StageFinished(Event):
    label: ClassVar[Promise | str] = _("Stage done")

    case_id: int
    stage_id: int
    code: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class StageReturned(Event):
    label: ClassVar[Promise | str] = _("Work returned")

    case_id: int
    stage_id: int
    code: str
    to: list[str]


@dataclass(frozen=True, kw_only=True)
class StageWarned(Event):
    """A half, four fifths or the whole of a stage's term is spent."""

    label: ClassVar[Promise | str] = _("Term of a stage is running out")

    case_id: int
    stage_id: int
    code: str
    share: int
    due_at: str
    branch_id: int


@dataclass(frozen=True, kw_only=True)
class CaseWarned(Event):
    """A half, four fifths or the whole of a case's term is spent."""

    label: ClassVar[Promise | str] = _("Term of the case is running out")

    case_id: int
    share: int
    due_at: str
    branch_id: int


@dataclass(frozen=True, kw_only=True)
class PassportLoaded(Event):
    label: ClassVar[Promise | str] = _("Passport loaded")

    passport: str
    version: int
    valid_from: str


@dataclass(frozen=True, kw_only=True)
class TopicsLoaded(Event):
    label: ClassVar[Promise | str] = _("Topics loaded")

    added: list[str]


@dataclass(frozen=True, kw_only=True)
class TopicChanged(Event):
    label: ClassVar[Promise | str] = _("Topic changed")

    topic_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class RoutingRuleSet(Event):
    label: ClassVar[Promise | str] = _("Routing rule set")

    rule_id: int
    role: str
    topic_id: int | None
    branch_id: int | None
    district_id: int | None
    division_id: int


@dataclass(frozen=True, kw_only=True)
class RoutingRuleRemoved(Event):
    label: ClassVar[Promise | str] = _("Routing rule removed")

    rule_id: int
    role: str
    division_id: int
