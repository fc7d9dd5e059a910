"""Roles of a new installation: names that people use for sets of permissions. The administrator may add others."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from opora.casework.cases.permissions import CasePermission
from opora.casework.messaging.permissions import MessagingPermission
from opora.platform.access.operations import define_role
from opora.platform.access.permissions import AccessPermission
from opora.processes.outages.permissions import OutagePermission
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.grid.permissions import GridPermission
from opora.registry.organization.permissions import OrganizationPermission

ADMINISTRATOR = "administrator"

#: Takes contacts in and keeps what is known of the customer right.
_RECEPTION: list[StrEnum] = [
    CustomerPermission.VIEW,
    CustomerPermission.REGISTER,
    CustomerPermission.EDIT,
    CasePermission.VIEW,
    CasePermission.REGISTER,
    CasePermission.WORK,
    MessagingPermission.VIEW,
    MessagingPermission.SEND,
    MessagingPermission.CONSENT,
    OutagePermission.VIEW,
    OutagePermission.REPORT,
]

ROLES: Mapping[str, tuple[str, Iterable[StrEnum]]] = {
    "operator": ("Оператор контакт-центра", _RECEPTION),
    "clerk": ("Специалист офиса обслуживания", _RECEPTION),
    "dispatcher": (
        "Диспетчер",
        [
            CustomerPermission.VIEW,
            CasePermission.VIEW,
            CasePermission.REGISTER,
            CasePermission.WORK,
            MessagingPermission.VIEW,
            GridPermission.VIEW,
            GridPermission.OPERATE,
            *OutagePermission,
            TelecontrolPermission.VIEW,
        ],
    ),
    "executor": (
        "Исполнитель",
        [CustomerPermission.VIEW, CasePermission.VIEW, CasePermission.WORK, MessagingPermission.VIEW],
    ),
    "supervisor": (
        "Руководитель",
        [
            *_RECEPTION,
            GridPermission.VIEW,
            CustomerPermission.EXPORT,
            CasePermission.ASSIGN,
            CasePermission.SUPERVISE,
            CasePermission.EXPORT,
            MessagingPermission.RETRY,
        ],
    ),
    "editor": (
        "Методолог",
        [CustomerPermission.VIEW, CasePermission.VIEW, CasePermission.CONFIGURE, MessagingPermission.CONFIGURE],
    ),
    "analyst": (
        "Аналитик",
        [
            CustomerPermission.VIEW,
            CustomerPermission.EXPORT,
            CasePermission.VIEW,
            CasePermission.EXPORT,
            GridPermission.VIEW,
            OutagePermission.VIEW,
        ],
    ),
    ADMINISTRATOR: (
        "Администратор",
        [
            *AccessPermission,
            *OrganizationPermission,
            *CustomerPermission,
            *CasePermission,
            *MessagingPermission,
            *GridPermission,
            *OutagePermission,
            *TelecontrolPermission,
        ],
    ),
    "integration": ("Внешняя программа", [*_RECEPTION, CustomerPermission.IMPORT]),
}


def define_roles() -> None:
    """Create the roles, or bring them to these permissions."""
    for code, (name, permissions) in ROLES.items():
        define_role(code=code, name=name, permissions=permissions)
