from dataclasses import dataclass

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class StructureChanged(Event):
    """A branch, district, office or division was created, changed or closed."""

    what: str
    id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeHired(Event):
    employee_id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeChanged(Event):
    employee_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class EmployeeDismissed(Event):
    employee_id: int


@dataclass(frozen=True, kw_only=True)
class AbsenceRecorded(Event):
    employee_id: int
    absence_id: int


@dataclass(frozen=True, kw_only=True)
class AbsenceCancelled(Event):
    employee_id: int
    absence_id: int
