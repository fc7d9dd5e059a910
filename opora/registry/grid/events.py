from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class NetworkImported(Event):
    """A part of the network was brought to what a file says."""

    label: ClassVar[Promise | str] = _("Network imported")

    version_id: int
    part: str
    difference: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class SwitchesOperated(Event):
    """A dispatcher said how switches stand; what telecontrol says is in their history alone."""

    label: ClassVar[Promise | str] = _("Positions of switches entered")

    opened: list[int]
    closed: list[int]
