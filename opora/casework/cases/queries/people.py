"""Whom to tell inside the company: ids of users behind desks, divisions and branches."""

from collections.abc import Iterable, Mapping

from opora.casework.cases.permissions import CasePermission
from opora.platform.access.models import User
from opora.platform.access.queries import users_holding
from opora.registry.organization.models import Employee
from opora.registry.organization.queries import head_of


def users_of(employee_ids: Iterable[int]) -> Mapping[int, int]:
    """Users by their employee."""
    found = Employee.objects.filter(pk__in=list(employee_ids), user__isnull=False).values_list("pk", "user_id")
    return {employee: user for employee, user in found if user is not None}


def members_of(division_ids: Iterable[int]) -> Mapping[int, list[int]]:
    """Users of every division."""
    people = Employee.objects.filter(division__in=list(division_ids), active=True, user__isnull=False)
    members: dict[int, list[int]] = {}
    for division, user in people.order_by("pk").values_list("division_id", "user_id"):
        if user is not None:
            members.setdefault(division, []).append(user)
    return members


def head_user_of(division_id: int | None) -> list[int]:
    """The user of the division's head, or of the nearest head above."""
    head = head_of(division_id) if division_id is not None else None
    return [head.user_id] if head is not None and head.user_id is not None else []


def supervisors_of(branch_id: int) -> list[int]:
    """Users who supervise cases of the branch by name; those who see everything have the board."""
    holders = users_holding(CasePermission.SUPERVISE)
    found = User.objects.filter(pk__in=holders, branches__contains=[branch_id]).order_by("pk")
    return list(found.values_list("pk", flat=True))
