from enum import StrEnum


class OutagePermission(StrEnum):
    VIEW = "outages.view"
    REPORT = "outages.report"
    DISPATCH = "outages.dispatch"
    PLAN = "outages.plan"
    APPROVE = "outages.approve"
