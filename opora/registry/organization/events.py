from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class StructureChanged(Event):
    """A branch, district, office or division was created, changed or closed."""

    label: ClassVar[Promise | str] = _("Structure changed")

    what: str
    id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeHired(Event):
    label: ClassVar[Promise | str] = _("Employee hired")

    employee_id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeChanged(Event):
    label: ClassVar[Promise | str] = _("Employee changed")

    employee_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class EmployeeDismissed(Event):
    label: ClassVar[Promise | str] = _("Employee dismissed")

    employee_id: int


@dataclass(frozen=True, kw_only=True)
class AbsenceRecorded(Event):
    label: ClassVar[Promise | str] = _("Absence recorded")

    employee_id: int
    absence_id: int


@dataclass(frozen=True, kw_only=True)
class AbsenceCancelled(Event):
    label: ClassVar[Promise | str] = _("Absence cancelled")

    employee_id: int
    absence_id: int
