"""Roles of a new installation: names that people use for sets of permissions. The administrator may add others."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from opora.platform.access.operations import define_role
from opora.platform.access.permissions import AccessPermission

ADMINISTRATOR = "administrator"

ROLES: Mapping[str, tuple[str, Iterable[StrEnum]]] = {
    ADMINISTRATOR: ("Администратор", [*AccessPermission]),
}


def define_roles() -> None:
    """Create the roles, or bring them to these permissions."""
    for code, (name, permissions) in ROLES.items():
        define_role(code=code, name=name, permissions=permissions)
