from dataclasses import dataclass

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductionYearLoaded(Event):
    year: int


@dataclass(frozen=True, kw_only=True)
class ScheduleCreated(Event):
    schedule_id: int
