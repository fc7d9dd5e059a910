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
    "Estimate",
    "ExpectedPoint",
    "NoticeRule",
    "Outage",
    "OutageDocument",
    "OutageReport",
    "PlannedWork",
    "Remark",
    "RestorationStep",
]
