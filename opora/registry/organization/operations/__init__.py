"""How the company's structure and staff change."""

from opora.registry.organization.operations.employees import (
    AbsenceOverlaps,
    DeputyCircle,
    HeadTaken,
    cancel_absence,
    change_employee,
    dismiss_employee,
    hire_employee,
    record_absence,
    set_deputy,
)
from opora.registry.organization.operations.structure import (
    CodeTaken,
    StillInUse,
    close_division,
    create_branch,
    create_district,
    create_division,
    create_office,
    create_position,
)

__all__ = [
    "AbsenceOverlaps",
    "CodeTaken",
    "DeputyCircle",
    "HeadTaken",
    "StillInUse",
    "cancel_absence",
    "change_employee",
    "close_division",
    "create_branch",
    "create_district",
    "create_division",
    "create_office",
    "create_position",
    "dismiss_employee",
    "hire_employee",
    "record_absence",
    "set_deputy",
]
