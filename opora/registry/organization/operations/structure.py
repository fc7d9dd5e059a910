"""Branches, districts, offices and divisions."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile
from opora.platform.journal.operations import publish
from opora.registry.organization import queries
from opora.registry.organization.events import StructureChanged
from opora.registry.organization.models import Branch, District, Division, Office, Position

M = TypeVar("M", bound=Model)
S = TypeVar("S", Branch, District, Office, Division)


class CodeTaken(BusinessError):
    code = "code_taken"
    status = 409


class StillInUse(BusinessError):
    code = "still_in_use"
    status = 409


class AnotherBranch(BusinessError):
    code = "another_branch"
    status = 409


class DivisionCircle(BusinessError):
    code = "division_circle"


@transaction.atomic
def create_branch(
    *, code: str, name: str, short_name: str, by: User, is_head: bool = False, schedule_id: int | None = None
) -> Branch:
    """Add a branch; at most one is the head office.

    :raises CodeTaken: when the code, or the place of the head office, is taken.
    """
    return _saved(Branch(code=code, name=name, short_name=short_name, is_head=is_head, schedule_id=schedule_id), by=by)


@transaction.atomic
def create_district(*, branch_id: int, code: str, name: str, by: User) -> District:
    """Add a district (РЭС) to a branch."""
    return _saved(District(branch_id=branch_id, code=code, name=name), by=by)


@transaction.atomic
def create_office(
    *,
    branch_id: int,
    kind: Office.Kind,
    name: str,
    address: str,
    by: User,
    district_id: int | None = None,
    phones: Sequence[str] = (),
    email: str = "",
    schedule_id: int | None = None,
) -> Office:
    """Open a customer office of a branch or of one of its districts.

    :raises CodeTaken: when another office has the name.
    :raises AnotherBranch: when the district belongs to another branch.
    """
    _check_district(district_id, branch_id)
    office = Office(
        branch_id=branch_id, district_id=district_id, kind=kind, name=name, address=address,
        phones=list(phones), email=email, schedule_id=schedule_id,
    )  # fmt: skip
    return _saved(office, by=by)


@transaction.atomic
def create_division(
    *,
    branch_id: int,
    code: str,
    name: str,
    by: User,
    district_id: int | None = None,
    parent_id: int | None = None,
) -> Division:
    """Add a division to a branch, under another one of the same branch if there is a parent."""
    _check_district(district_id, branch_id)
    if parent_id is not None and not Division.objects.filter(pk=parent_id, branch_id=branch_id).exists():
        raise AnotherBranch(_("The parent division belongs to another branch: choose one of the same."), field="parent")
    return _saved(
        Division(branch_id=branch_id, district_id=district_id, parent_id=parent_id, code=code, name=name), by=by
    )


@transaction.atomic
def change_branch(
    *, branch_id: int, version: int, code: str, name: str, short_name: str, schedule_id: int | None, by: User
) -> Branch:
    """Give a branch another code, name or working hours; terms that run already keep their dates.

    :param version: of the row as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises CodeTaken: when the code is taken.
    """
    branch = _as_seen(Branch.objects.select_for_update().get(pk=branch_id), version)
    branch.code, branch.name, branch.short_name, branch.schedule_id = code, name, short_name, schedule_id
    queries.forget()
    return _saved(branch, by=by)


@transaction.atomic
def change_district(*, district_id: int, version: int, code: str, name: str, by: User) -> District:
    """Give a district another code or name.

    :param version: of the row as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises CodeTaken: when the code is taken.
    """
    district = _as_seen(District.objects.select_for_update().get(pk=district_id), version)
    district.code, district.name = code, name
    return _saved(district, by=by)


@transaction.atomic
def change_office(
    *,
    office_id: int,
    version: int,
    kind: Office.Kind,
    name: str,
    address: str,
    by: User,
    district_id: int | None = None,
    phones: Sequence[str] = (),
    email: str = "",
    schedule_id: int | None = None,
) -> Office:
    """Change what people are told of an office: its place, phones, hours.

    :param version: of the row as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises CodeTaken: when another office has the name.
    :raises AnotherBranch: when the district belongs to another branch.
    """
    office = _as_seen(Office.objects.select_for_update().get(pk=office_id), version)
    _check_district(district_id, office.branch_id)
    office.kind, office.name, office.address, office.district_id = kind, name, address, district_id
    office.phones, office.email, office.schedule_id = list(phones), email, schedule_id
    return _saved(office, by=by)


@transaction.atomic
def change_division(
    *,
    division_id: int,
    version: int,
    code: str,
    name: str,
    by: User,
    district_id: int | None = None,
    parent_id: int | None = None,
) -> Division:
    """Give a division another name or place in the tree of its branch.

    :param version: of the row as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises CodeTaken: when the code is taken.
    :raises AnotherBranch: when the district or the parent belongs to another branch.
    :raises DivisionCircle: when the parent stands below the division itself.
    """
    above = {row.pk: row for row in Division.objects.select_for_update().order_by("pk")}
    division = _as_seen(above[division_id], version)
    _check_district(district_id, division.branch_id)
    step = parent_id
    while step is not None:
        if step == division_id:
            raise DivisionCircle(_("The parent would stand below the division itself: choose another."), field="parent")
        if above[step].branch_id != division.branch_id:
            raise AnotherBranch(
                _("The parent division belongs to another branch: choose one of the same."), field="parent"
            )
        step = above[step].parent_id
    division.code, division.name, division.district_id, division.parent_id = code, name, district_id, parent_id
    return _saved(division, by=by)


@transaction.atomic
def close_branch(*, branch_id: int, by: User) -> Branch:
    """Close a branch that has nothing open left in it.

    :raises StillInUse: while it has open districts, offices or divisions, or is the head office.
    """
    branch = Branch.objects.select_for_update().get(pk=branch_id)
    below = (branch.districts, branch.offices, branch.divisions)
    if branch.is_head or any(rows.filter(closed_at=None).exists() for rows in below):
        raise StillInUse(_("Close the districts, offices and divisions of “%s” first.") % branch.name)
    return _closed(branch, by=by)


@transaction.atomic
def close_district(*, district_id: int, by: User) -> District:
    """Close a district that has nothing open left in it.

    :raises StillInUse: while it has open offices or divisions.
    """
    district = District.objects.select_for_update().get(pk=district_id)
    if any(rows.filter(closed_at=None).exists() for rows in (district.offices, district.divisions)):
        raise StillInUse(_("Close the offices and divisions of “%s” first.") % district.name)
    return _closed(district, by=by)


@transaction.atomic
def close_office(*, office_id: int, by: User) -> Office:
    """Close a customer office; what it has taken in stays."""
    return _closed(Office.objects.select_for_update().get(pk=office_id), by=by)


@transaction.atomic
def close_division(*, division_id: int, by: User) -> Division:
    """Close a division that has no people and no open divisions left.

    :raises StillInUse: while somebody works there, or a division stands below it.
    """
    division = Division.objects.select_for_update().get(pk=division_id)
    if division.employees.filter(active=True).exists():
        raise StillInUse(_("People still work in “%s”: move them first.") % division.name)
    if division.children.filter(closed_at=None).exists():
        raise StillInUse(_("Close the divisions below “%s” first.") % division.name)
    return _closed(division, by=by)


@transaction.atomic
def create_position(*, title: str, by: User) -> Position:
    """The position with this title, made if there is none."""
    position, created = Position.objects.get_or_create(title=title)
    if created:
        publish(StructureChanged(what="position", id=position.pk), by=by, about=[position])
    return position


def _as_seen(row: S, version: int) -> S:
    """The locked row, to be saved under its next version."""
    if row.version != version:
        raise ChangedMeanwhile(_("Somebody changed this meanwhile: look at it again and repeat what is still needed."))
    row.version += 1
    return row


def _check_district(district_id: int | None, branch_id: int) -> None:
    if district_id is not None and not District.objects.filter(pk=district_id, branch_id=branch_id).exists():
        raise AnotherBranch(_("The district belongs to another branch: choose one of the same."), field="district")


def _saved(row: M, *, by: User) -> M:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        field = "name" if isinstance(row, Office) else "code"
        raise CodeTaken(_("This code or name is already in use: choose another."), field=field) from clash
    publish(StructureChanged(what=row._meta.model_name or "", id=row.pk), by=by, about=[row])
    return row


def _closed(row: S, *, by: User) -> S:
    """Closing twice is harmless."""
    if row.closed_at is None:
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        publish(StructureChanged(what=row._meta.model_name or "", id=row.pk), by=by, about=[row])
    return row
