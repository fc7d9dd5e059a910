"""The structure of the company and its employees' directory, open to everyone signed in."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import Field

from opora.platform.permissions import SIGNED_IN
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address, page_of
from opora.platform.rest.schemas import (
    Cursor,
    Day,
    Email,
    FilledLine,
    Id,
    Input,
    Limit,
    Line,
    Output,
    Page,
    Phone,
    SmallId,
    Text,
    Version,
    Yes,
)
from opora.registry.organization import operations, queries
from opora.registry.organization.models import Absence, Employee, Office
from opora.registry.organization.permissions import OrganizationPermission

router = Door(tags=["Organization"])


class BranchOut(Output):
    id: int
    code: str
    name: str
    short_name: str
    is_head: bool


class DistrictOut(Output):
    id: int
    branch_id: int
    code: str
    name: str


class OfficeOut(Output):
    id: int
    branch_id: int
    district_id: int | None
    kind: str
    name: str
    address: str
    phones: list[str]
    email: str


class DivisionOut(Output):
    id: int
    branch_id: int
    district_id: int | None
    parent_id: int | None
    code: str
    name: str
    people: int = Field(0, description="How many work there")


class EmployeeOut(Output):
    id: int
    user_id: int | None
    name: str = Field(description="Last, first, middle")
    last_name: str
    first_name: str
    middle_name: str
    position: str
    division_id: int
    division: str
    branch_id: int
    branch: str
    phone: str
    internal_phone: str
    email: str
    duties: str
    is_head: bool
    deputy_id: int | None
    absent_until: date | None = Field(None, description="The first day back, if away today")
    version: int


class NewDivision(Input):
    branch_id: SmallId
    code: FilledLine = Field(max_length=30)
    name: FilledLine
    district_id: Id | None = None
    parent_id: Id | None = None


class NewOffice(Input):
    branch_id: SmallId
    kind: Office.Kind
    name: FilledLine
    address: FilledLine
    district_id: Id | None = None
    phones: list[Phone] = Field([], max_length=20)
    email: Email = ""


class NewEmployee(Input):
    division_id: Id
    position: FilledLine = Field(description="Title; made if there is none", examples=["диспетчер"])
    last_name: FilledLine = Field(max_length=100)
    first_name: FilledLine = Field(max_length=100)
    middle_name: Line = Field("", max_length=100)
    phone: Phone = ""
    internal_phone: Line = Field("", max_length=10)
    email: Email = ""
    duties: Text = ""
    is_head: Yes = False
    user_id: Id | None = None


class EmployeeChange(Input):
    """Fields left out stay as they are."""

    version: Version
    division_id: Id = Field(default_factory=int)
    last_name: FilledLine = Field(default_factory=str, max_length=100)
    first_name: FilledLine = Field(default_factory=str, max_length=100)
    middle_name: Line = Field(default_factory=str, max_length=100)
    phone: Phone = Field(default_factory=str)
    internal_phone: Line = Field(default_factory=str, max_length=10)
    email: Email = Field(default_factory=str)
    duties: Text = Field(default_factory=str)
    is_head: Yes = Field(default_factory=bool)


class Deputy(Input):
    employee_id: Id | None = Field(description="Null: nobody stands in")


class NewAbsence(Input):
    first: Day
    last: Day = Field(description="Included")
    reason: Absence.Reason


class AbsenceOut(Output):
    id: int
    first: date
    last: date
    reason: str


@router.get("/branches", permission=SIGNED_IN, response=list[BranchOut], summary="List branches")
def list_branches(request: HttpRequest) -> list[BranchOut]:
    """List open branches, the head office first."""
    return [BranchOut.from_orm(branch) for branch in queries.branches()]


@router.get("/districts", permission=SIGNED_IN, response=list[DistrictOut], summary="List districts")
def list_districts(request: HttpRequest, branch_id: SmallId | None = None) -> list[DistrictOut]:
    """List open districts (РЭС)."""
    return [DistrictOut.from_orm(district) for district in queries.districts(branch_id=branch_id)]


@router.get("/offices", permission=SIGNED_IN, response=list[OfficeOut], summary="List customer offices")
def list_offices(request: HttpRequest) -> list[OfficeOut]:
    """List open customer offices."""
    return [OfficeOut.from_orm(office) for office in queries.offices()]


@router.post(
    "/offices",
    permission=OrganizationPermission.EDIT_STRUCTURE,
    response={201: OfficeOut},
    summary="Open a customer office",
)
def create_office(request: HttpRequest, payload: NewOffice) -> Status[OfficeOut]:
    """Open a customer office of a branch or of one of its districts."""
    office = operations.create_office(**payload.dict(), by=caller(request))
    return Status(201, OfficeOut.from_orm(office))


@router.get("/divisions", permission=SIGNED_IN, response=list[DivisionOut], summary="List divisions")
def list_divisions(request: HttpRequest, branch_id: SmallId | None = None) -> list[DivisionOut]:
    """List open divisions with the number of people in each."""
    return [DivisionOut.from_orm(division) for division in queries.divisions(branch_id=branch_id)]


@router.post(
    "/divisions",
    permission=OrganizationPermission.EDIT_STRUCTURE,
    response={201: DivisionOut},
    summary="Add a division",
)
def create_division(request: HttpRequest, payload: NewDivision) -> Status[DivisionOut]:
    """Add a division to a branch, under another one of the same branch if there is a parent."""
    division = operations.create_division(**payload.dict(), by=caller(request))
    return Status(201, DivisionOut.from_orm(division))


@router.post(
    "/divisions/{int:division_id}/close",
    permission=OrganizationPermission.EDIT_STRUCTURE,
    response=DivisionOut,
    summary="Close a division",
)
def close_division(request: HttpRequest, division_id: Id) -> DivisionOut:
    """Close a division in which nobody works any more."""
    return DivisionOut.from_orm(operations.close_division(division_id=division_id, by=caller(request)))


@router.get("/employees", permission=SIGNED_IN, response=Page[EmployeeOut], summary="Search the employees' directory")
def search_employees(
    request: HttpRequest, text: Line = "", branch_id: SmallId | None = None, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[EmployeeOut]:
    """Find people by name (in any order, misspelt too), phone, e-mail, position, division or duties."""
    after, after_id = decode(cursor, str, int) if cursor else ("", None)
    found = queries.search_directory(text, branch_id=branch_id, after=after, after_id=after_id, limit=limit + 1)
    last = found[limit - 1].employee if len(found) > limit else None
    return Page[EmployeeOut](
        items=[_employee(line.employee, line.absent_until) for line in found[:limit]],
        next=next_address(request, encode([last.name_key, last.pk]) if last else ""),
    )


@router.get("/employees/{int:employee_id}", permission=SIGNED_IN, response=EmployeeOut, summary="Show an employee")
def get_employee(request: HttpRequest, employee_id: Id) -> EmployeeOut:
    """Show one employee."""
    return _employee(queries.employee_card(employee_id))


@router.post(
    "/employees",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response={201: EmployeeOut},
    summary="Add an employee",
)
def hire_employee(request: HttpRequest, payload: NewEmployee) -> Status[EmployeeOut]:
    """Add somebody to the directory."""
    fields = payload.dict()
    position = operations.create_position(title=fields.pop("position"), by=caller(request))
    employee = operations.hire_employee(**fields, position_id=position.pk, by=caller(request))
    return Status(201, _employee(queries.employee_card(employee.pk)))


@router.patch(
    "/employees/{int:employee_id}",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response=EmployeeOut,
    summary="Change an employee",
)
def change_employee(request: HttpRequest, employee_id: Id, payload: EmployeeChange) -> EmployeeOut:
    """Change what is given; the rest stays."""
    changes = payload.dict(exclude_unset=True)
    version = changes.pop("version")
    operations.change_employee(employee_id=employee_id, version=version, changes=changes, by=caller(request))
    return _employee(queries.employee_card(employee_id))


@router.post(
    "/employees/{int:employee_id}/dismiss",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response=EmployeeOut,
    summary="Dismiss an employee",
)
def dismiss_employee(request: HttpRequest, employee_id: Id) -> EmployeeOut:
    """Take somebody out of work; he can no longer sign in."""
    operations.dismiss_employee(employee_id=employee_id, by=caller(request))
    return _employee(queries.employee_card(employee_id))


@router.put(
    "/employees/{int:employee_id}/deputy",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response=EmployeeOut,
    summary="Name a deputy",
)
def set_deputy(request: HttpRequest, employee_id: Id, payload: Deputy) -> EmployeeOut:
    """Name who does the work of an employee while he is away."""
    operations.set_deputy(employee_id=employee_id, deputy_id=payload.employee_id, by=caller(request))
    return _employee(queries.employee_card(employee_id))


@router.get(
    "/employees/{int:employee_id}/absences", permission=SIGNED_IN, response=Page[AbsenceOut], summary="List absences"
)
def list_absences(request: HttpRequest, employee_id: Id, cursor: Cursor = "", limit: Limit = USUAL) -> Page[AbsenceOut]:
    """List absences of an employee, the last recorded first."""
    absences = queries.absences_of(employee_id)
    return page_of(request, AbsenceOut, absences, by=["-pk"], cursor=cursor, limit=limit, show=_absence)


@router.post(
    "/employees/{int:employee_id}/absences",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response={201: AbsenceOut},
    summary="Record an absence",
)
def record_absence(request: HttpRequest, employee_id: Id, payload: NewAbsence) -> Status[AbsenceOut]:
    """Say that an employee is away from `first` to `last`, both included."""
    absence = operations.record_absence(employee_id=employee_id, **payload.dict(), by=caller(request))
    return Status(201, AbsenceOut(id=absence.pk, first=payload.first, last=payload.last, reason=absence.reason))


@router.delete(
    "/absences/{int:absence_id}",
    permission=OrganizationPermission.EDIT_EMPLOYEES,
    response={204: None},
    summary="Cancel an absence",
)
def cancel_absence(request: HttpRequest, absence_id: Id) -> HttpResponse:
    """Take an absence back. Cancelling twice is harmless."""
    operations.cancel_absence(absence_id=absence_id, by=caller(request))
    return HttpResponse(status=204)


def _absence(absence: Absence) -> AbsenceOut:
    first, last = absence.period.lower, absence.period.upper - timedelta(days=1)
    return AbsenceOut(id=absence.pk, first=first, last=last, reason=absence.reason)


def _employee(employee: Employee, absent_until: date | None = None) -> EmployeeOut:
    return EmployeeOut(
        id=employee.pk,
        user_id=employee.user_id,
        name=employee.full_name,
        last_name=employee.last_name,
        first_name=employee.first_name,
        middle_name=employee.middle_name,
        position=employee.position.title,
        division_id=employee.division_id,
        division=employee.division.name,
        branch_id=employee.division.branch_id,
        branch=employee.division.branch.name,
        phone=employee.phone,
        internal_phone=employee.internal_phone,
        email=employee.email,
        duties=employee.duties,
        is_head=employee.is_head,
        deputy_id=employee.deputy_id,
        absent_until=absent_until,
        version=employee.version,
    )
