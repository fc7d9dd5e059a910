from opora.processes.outages.models.outages import (
    Affected,
    Brigade,
    Cause,
    Estimate,
    Outage,
    Remark,
    RestorationStep,
)
from opora.processes.outages.models.planned import ExpectedPoint, PlannedWork
from opora.processes.outages.models.reports import OutageReport

__all__ = [
    "Affected",
    "Brigade",
    "Cause",
    "Estimate",
    "ExpectedPoint",
    "Outage",
    "OutageReport",
    "PlannedWork",
    "Remark",
    "RestorationStep",
]
