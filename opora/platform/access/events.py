from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class UserCreated(Event):
    label: ClassVar[Promise | str] = _("User created")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class ScopeChanged(Event):
    label: ClassVar[Promise | str] = _("Scope changed")

    user_id: int
    branches: list[int]
    groups_seen: list[int]
    groups_edited: list[int]


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event):
    label: ClassVar[Promise | str] = _("Roles changed")

    user_id: int
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    label: ClassVar[Promise | str] = _("API key issued")

    token_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    label: ClassVar[Promise | str] = _("API key revoked")

    token_id: int
