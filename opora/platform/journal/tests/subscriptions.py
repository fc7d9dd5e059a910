"""A publisher and its listeners, for the tests of the journal alone."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise

from opora.platform.access.queries import system_user
from opora.platform.journal.events import Event
from opora.platform.journal.operations import on_queue, publish
from opora.platform.scope import current_scope

calls: list[tuple[str, int, bool]] = []


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    lamp_id: int


@dataclass(frozen=True, kw_only=True)
class LampBroken(Event):
    label: ClassVar[Promise | str] = "Лампа разбита"

    lamp_id: int


@dataclass(frozen=True, kw_only=True)
class LampSmoked(Event):
    lamp_id: int


def note(event: LampLit) -> None:
    calls.append(("note", event.lamp_id, current_scope().everything))


@on_queue("alerts")
def alarm(event: LampBroken) -> None:
    calls.append(("alarm", event.lamp_id, current_scope().everything))


def smoke(event: LampSmoked) -> None:
    """Tell of what follows, and fail."""
    calls.append(("smoke", event.lamp_id, current_scope().everything))
    publish(LampBroken(lamp_id=event.lamp_id), by=system_user(), about=[])
    raise OSError("smoke")


SUBSCRIPTIONS = {LampLit: [note], LampBroken: [note, alarm], LampSmoked: [smoke]}
