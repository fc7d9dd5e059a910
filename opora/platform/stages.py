"""Moves between stages: the table lives with the module, the check lives here."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError

S = TypeVar("S", bound=TextChoices)


class ForbiddenMove(BusinessError):
    code = "forbidden_move"
    status = 409


def check_move(moves: Mapping[S, Collection[S]], current: S, target: S) -> None:
    """Let `target` follow `current` only if the table of moves says so.

    :raises ForbiddenMove: otherwise.
    """
    if target not in moves[current]:
        message = _("“%(current)s” cannot be followed by “%(target)s”.")
        raise ForbiddenMove(message % {"current": current.label, "target": target.label})
