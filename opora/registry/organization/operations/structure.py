"""Branches, districts, offices and divisions."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import publish
from opora.registry.organization.events import StructureChanged
from opora.registry.organization.models import Branch, District, Division, Office, Position

M = TypeVar("M", bound=Model)


class CodeTaken(BusinessError):
    code = "code_taken"
    status = 409


class StillInUse(BusinessError):
    code = "still_in_use"
    status = 409


@transaction.atomic
def create_branch(
    *, code: str, name: str, short_name: str, by: User, is_head: bool = False, schedule_id: int | None = None
) -> Branch:
    """Add a branch; at most one is the head office.

    :raises CodeTaken: when the code, or the place of the head office, is taken.
    """
    return _created(
        Branch(code=code, name=name, short_name=short_name, is_head=is_head, schedule_id=schedule_id), by=by
    )


@transaction.atomic
def create_district(*, branch_id: int, code: str, name: str, by: User) -> District:
    """Add a district (РЭС) to a branch."""
    return _created(District(branch_id=branch_id, code=code, name=name), by=by)


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
    """Open a customer office of a branch or of one of its districts."""
    office = Office(
        branch_id=branch_id, district_id=district_id, kind=kind, name=name, address=address,
        phones=list(phones), email=email, schedule_id=schedule_id,
    )  # fmt: skip
    return _created(office, by=by)


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
    if parent_id is not None and not Division.objects.filter(pk=parent_id, branch_id=branch_id).exists():
        raise StillInUse(_("The parent division belongs to another branch: choose one of the same."), field="parent")
    return _created(
        Division(branch_id=branch_id, district_id=district_id, parent_id=parent_id, code=code, name=name), by=by
    )


@transaction.atomic
def close_division(*, division_id: int, by: User) -> Division:
    """Close a division that has no people left.

    :raises StillInUse: while somebody works there.
    """
    division = Division.objects.select_for_update().get(pk=division_id)
    if division.employees.filter(active=True).exists():
        raise StillInUse(_("People still work in “%s”: move them first.") % division.name)
    if division.closed_at is None:
        division.closed_at = timezone.now()
        division.save(update_fields=["closed_at"])
        publish(StructureChanged(what="division", id=division.pk), by=by, about=[division])
    return division


@transaction.atomic
def create_position(*, title: str, by: User) -> Position:
    """The position with this title, made if there is none."""
    position, created = Position.objects.get_or_create(title=title)
    if created:
        publish(StructureChanged(what="position", id=position.pk), by=by, about=[position])
    return position


def _created(row: M, *, by: User) -> M:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        raise CodeTaken(_("This code or name is already in use: choose another."), field="code") from clash
    publish(StructureChanged(what=row._meta.model_name or "", id=row.pk), by=by, about=[row])
    return row
