from opora.processes.outages.models.interruptions import Interruption, InterruptionPart, PointCount
from opora.processes.outages.models.limits import ContractLimit, LimitWarning, PointYear, ReliabilityLimit
from opora.processes.outages.models.outages import (
    Affected,
    Brigade,
    Cause,
    Estimate,
    Outage,
    OutageDocument,
    Remark,
    RestorationStep,
)
from opora.processes.outages.models.planned import ExpectedPoint, NoticeRule, PlannedWork
from opora.processes.outages.models.reports import OutageReport

__all__ = [
    "Affected",
    "Brigade",
    "Cause",
    "ContractLimit",
    "Estimate",
    "ExpectedPoint",
    "Interruption",
    "InterruptionPart",
    "LimitWarning",
    "NoticeRule",
    "Outage",
    "OutageDocument",
    "OutageReport",
    "PlannedWork",
    "PointCount",
    "PointYear",
    "ReliabilityLimit",
    "Remark",
    "RestorationStep",
]
