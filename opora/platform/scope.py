"""The scope of the current transaction: which branches, and which customer groups, may be seen and changed.

PostgreSQL enforces it by row-level security (see `row_security.py`): the scope is handed over as settings local to
the transaction, so a forgotten filter shows nothing instead of everything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Ids of branches and customer groups; `everything` overrides both."""

    branches: frozenset[int] = frozenset()
    groups_seen: frozenset[int] = frozenset()
    groups_edited: frozenset[int] = frozenset()
    everything: bool = False


EVERYTHING = Scope(everything=True)
NOTHING = Scope()

_current: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


def current_scope() -> Scope:
    """The scope in force."""
    return _current.get()


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """Run the block in a transaction that sees and changes only what `scope` allows, then put back the scope before."""
    before = _current.get()
    with transaction.atomic():
        token = _current.set(scope)
        _tell_database(scope)
        try:
            yield
        finally:
            _current.reset(token)
        # after a failure the rollback puts the settings back by itself
        if before is not NOTHING and not connection.needs_rollback and connection.in_atomic_block:
            _tell_database(before)


def _tell_database(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('opora.everything', %s, true), set_config('opora.branches', %s, true),"
            " set_config('opora.groups_seen', %s, true), set_config('opora.groups_edited', %s, true)",
            [
                "on" if scope.everything else "",
                _array(scope.branches),
                _array(scope.groups_seen),
                _array(scope.groups_edited),
            ],
        )


def _array(ids: frozenset[int]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}"
