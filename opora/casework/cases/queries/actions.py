"""What may be done with a case or a stage as it stands, and the permission each action needs."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import StagePlan
from opora.casework.cases.stages import MOVES, OPEN_STATES, OPEN_STATUSES, StageStatus, State


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
