"""What may be done with a case or a stage as it stands, and the permission each action needs."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import StagePlan, VersionPlan
from opora.casework.cases.rules import undone
from opora.casework.cases.stages import OPEN_STATES, OPEN_STATUSES, ClockStart, StageStatus, State
from opora.platform.access.models import User


class Action(StrEnum):
    """Each is an operation of this module."""

    CHANGE = "change"
    NOTE = "note"
    ATTACH = "attach"
    ANSWER = "answer"
    EXTEND = "extend"
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"
    START = "start"
    TAKE = "take"
    REASSIGN = "reassign"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    RETURN = "return"


#: A term is extended, a case dropped and work handed over by those who answer for it (59-ФЗ, ст. 12: the head extends).
PERMISSIONS: Mapping[Action, CasePermission] = {
    **dict.fromkeys(Action, CasePermission.WORK),
    Action.EXTEND: CasePermission.SUPERVISE,
    Action.CANCEL: CasePermission.SUPERVISE,
    Action.REASSIGN: CasePermission.ASSIGN,
}


def allowed(actions: Iterable[Action], reader: User) -> frozenset[Action]:
    """Those of the actions that the reader's roles let him do."""
    return frozenset(action for action in actions if reader.holds(PERMISSIONS[action]))


def actions_of_case(
    case: Case, plan: VersionPlan, stages: Mapping[str, CaseStage], *, reopening_ends: datetime | None, now: datetime
) -> set[Action]:
    """What the state of the case allows.

    :param stages: the last run of every stage, by code.
    """
    found = {Action.NOTE, Action.ATTACH}
    if case.state in OPEN_STATES:
        found |= {Action.CHANGE, Action.CANCEL}
        statuses = {code: stage.status for code, stage in stages.items()}
        stands = any(s.status == StageStatus.PAUSED for code, s in stages.items() if _is_answer(plan, code))
        if not undone(plan.stages, statuses) and not stands:
            found.add(Action.ANSWER)
        if not case.due_is_given and getattr(case, "extension", None) is None:
            found.add(Action.EXTEND)
    if case.state == State.ANSWERED:
        found.add(Action.CLOSE)
    if reopening_ends is not None and now <= reopening_ends:
        found.add(Action.REOPEN)
    return found


def actions_of_stage(
    stage: CaseStage, planned: StagePlan, stages: Mapping[str, CaseStage], *, employee_id: int | None
) -> set[Action]:
    """What the status of a stage of an open case allows.

    :param employee_id: the reader as an employee, who may take it onto his desk.
    """
    found = set()
    if stage.status == StageStatus.WAITING and all(_happened(name, stages) for name in planned.after):
        found.add(Action.START)
    if stage.status in OPEN_STATUSES:
        found.add(Action.REASSIGN)
        if employee_id is not None and stage.employee_id != employee_id:
            found.add(Action.TAKE)
    if stage.status == StageStatus.PAUSED:
        found.add(Action.RESUME)
    if stage.status == StageStatus.RUNNING:
        if not planned.answer:
            found.add(Action.FINISH)
        if planned.pause_reasons:
            found.add(Action.PAUSE)
        if any(name in stages for name in planned.after):
            found.add(Action.RETURN)
    return found


def _happened(name: str, stages: Mapping[str, CaseStage]) -> bool:
    return name in ClockStart.values or (name in stages and stages[name].status == StageStatus.DONE)


def _is_answer(plan: VersionPlan, code: str) -> bool:
    planned = plan.stage(code)
    return planned is not None and planned.answer
