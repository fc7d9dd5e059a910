"""Employees, their absences and deputies."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile
from opora.platform.journal.operations import publish
from opora.platform.names import sort_key
from opora.registry.organization.events import (
    AbsenceCancelled,
    AbsenceRecorded,
    EmployeeChanged,
    EmployeeDismissed,
    EmployeeHired,
)
from opora.registry.organization.models import Absence, Employee


class HeadTaken(BusinessError):
    code = "head_taken"
    status = 409


class DeputyCircle(BusinessError):
    code = "deputy_circle"


class AbsenceOverlaps(BusinessError):
    code = "absence_overlaps"
    status = 409


@transaction.atomic
def hire_employee(
    *,
    division_id: int,
    position_id: int,
    last_name: str,
    first_name: str,
    by: User,
    middle_name: str = "",
    phone: str = "",
    internal_phone: str = "",
    email: str = "",
    duties: str = "",
    is_head: bool = False,
    user_id: int | None = None,
) -> Employee:
    """Add somebody to the directory.

    :raises HeadTaken: when the division already has a head.
    """
    employee = Employee(
        division_id=division_id, position_id=position_id, last_name=last_name, first_name=first_name,
        middle_name=middle_name, phone=phone, internal_phone=internal_phone, email=email, duties=duties,
        is_head=is_head, user_id=user_id,
    )  # fmt: skip
    _save(employee)
    publish(EmployeeHired(employee_id=employee.pk), by=by, about=[employee])
    return employee


@transaction.atomic
def change_employee(*, employee_id: int, version: int, changes: dict[str, Any], by: User) -> Employee:
    """Change fields of the card: names, phones, e-mail, duties, division, position, whether he is the head.

    :param version: of the card the editor has seen.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises HeadTaken: when the division already has a head.
    """
    employee = Employee.objects.select_for_update().get(pk=employee_id)
    if employee.version != version:
        raise ChangedMeanwhile(_("Somebody changed this card meanwhile: look at it again and repeat."))
    changed = sorted(field for field, value in changes.items() if getattr(employee, field) != value)
    if changed:
        for field in changed:
            setattr(employee, field, changes[field])
        employee.version += 1
        _save(employee)
        publish(EmployeeChanged(employee_id=employee.pk, fields=changed), by=by, about=[employee])
    return employee


@transaction.atomic
def dismiss_employee(*, employee_id: int, by: User) -> Employee:
    """Take somebody out of work; his name stays on what he has done, and he can no longer sign in."""
    employee = Employee.objects.select_for_update().get(pk=employee_id)
    if employee.active:
        employee.active = False
        employee.version += 1
        employee.save(update_fields=["active", "version"])
        if employee.user_id:
            User.objects.filter(pk=employee.user_id).update(is_active=False)
        publish(EmployeeDismissed(employee_id=employee.pk), by=by, about=[employee])
    return employee


@transaction.atomic
def set_deputy(*, employee_id: int, deputy_id: int | None, by: User) -> Employee:
    """Name who does the work of an employee while he is away.

    :raises DeputyCircle: when the chain of deputies would lead back to him.
    """
    chain = {row.pk: row.deputy_id for row in Employee.objects.select_for_update().exclude(deputy=None)}
    employee = Employee.objects.select_for_update().get(pk=employee_id)
    step: int | None = deputy_id
    while step is not None:
        if step == employee_id:
            raise DeputyCircle(_("The chain of deputies would lead back to him: choose another."), field="deputy")
        step = chain.get(step)
    employee.deputy_id = deputy_id
    employee.version += 1
    employee.save(update_fields=["deputy", "version"])
    publish(EmployeeChanged(employee_id=employee.pk, fields=["deputy"]), by=by, about=[employee])
    return employee


@transaction.atomic
def record_absence(*, employee_id: int, first: date, last: date, reason: Absence.Reason, by: User) -> Absence:
    """Say that an employee is away from `first` to `last`, both included.

    :raises AbsenceOverlaps: when he is already away on one of these days, or the days are in the wrong order.
    """
    if last < first:
        raise AbsenceOverlaps(_("The last day comes before the first."), field="last")
    employee = Employee.objects.select_for_update().get(pk=employee_id)
    absence = Absence(employee=employee, period=(first, date.fromordinal(last.toordinal() + 1)), reason=reason)
    try:
        with transaction.atomic():
            absence.save()
    except IntegrityError as clash:
        message = _("He is already away on some of these days: change that absence instead.")
        raise AbsenceOverlaps(message, field="first") from clash
    publish(AbsenceRecorded(employee_id=employee.pk, absence_id=absence.pk), by=by, about=[employee])
    return absence


@transaction.atomic
def cancel_absence(*, absence_id: int, by: User) -> None:
    """Take an absence back; cancelling it twice is harmless."""
    absence = Absence.objects.select_for_update().select_related("employee").filter(pk=absence_id).first()
    if absence is not None:
        employee = absence.employee
        absence.delete()
        publish(AbsenceCancelled(employee_id=employee.pk, absence_id=absence_id), by=by, about=[employee])


def _save(employee: Employee) -> None:
    employee.name_key = sort_key(employee.full_name)
    try:
        with transaction.atomic():
            employee.save()
    except IntegrityError as clash:
        if "one_head" in str(clash):
            message = _("The division already has a head: release him first.")
            raise HeadTaken(message, field="is_head") from clash
        raise
