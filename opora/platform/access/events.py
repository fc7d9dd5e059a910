from dataclasses import dataclass

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class UserCreated(Event):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ScopeChanged(Event):
    user_id: int
    branches: list[int]
    groups_seen: list[int]
    groups_edited: list[int]


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event):
    user_id: int
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    token_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    token_id: int
