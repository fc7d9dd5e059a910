from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductionYearLoaded(Event):
    label: ClassVar[Promise | str] = _("Production calendar loaded")

    year: int


@dataclass(frozen=True, kw_only=True)
class ScheduleCreated(Event):
    label: ClassVar[Promise | str] = _("Working hours created")

    schedule_id: int
