"""What happens to outages. Ids and codes only."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class OutageRegistered(Event):
    label: ClassVar[Promise | str] = _("Outage registered")

    outage_id: int
    kind: str
    source: str
    points: int


@dataclass(frozen=True, kw_only=True)
class OutageConfirmed(Event):
    """It has not come back by itself: people are told from now on."""

    label: ClassVar[Promise | str] = _("Outage confirmed")

    outage_id: int
    points: int


@dataclass(frozen=True, kw_only=True)
class OutageGrew(Event):
    label: ClassVar[Promise | str] = _("More usage points are off")

    outage_id: int
    points: int


@dataclass(frozen=True, kw_only=True)
class OutageChanged(Event):
    label: ClassVar[Promise | str] = _("Outage changed")

    outage_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class EstimateSet(Event):
    label: ClassVar[Promise | str] = _("Restoration estimated")

    outage_id: int
    estimate_id: int
    source: str


@dataclass(frozen=True, kw_only=True)
class SupplyRestored(Event):
    """Part of the usage points have supply again, or all that were left."""

    label: ClassVar[Promise | str] = _("Supply restored")

    outage_id: int
    step_id: int
    points: int
    left: int


@dataclass(frozen=True, kw_only=True)
class OutageBlinked(Event):
    label: ClassVar[Promise | str] = _("Reclosed by itself")

    outage_id: int
    points: int


@dataclass(frozen=True, kw_only=True)
class OutageClosed(Event):
    label: ClassVar[Promise | str] = _("Outage closed")

    outage_id: int


@dataclass(frozen=True, kw_only=True)
class ReportRegistered(Event):
    label: ClassVar[Promise | str] = _("Report of an outage")

    case_id: int
    outage_id: int | None


@dataclass(frozen=True, kw_only=True)
class ReportJoined(Event):
    label: ClassVar[Promise | str] = _("Report joined to an outage")

    case_id: int
    outage_id: int


@dataclass(frozen=True, kw_only=True)
class PlannedMoved(Event):
    """Applied for again with another time: everybody agrees and is told anew."""

    label: ClassVar[Promise | str] = _("Planned outage moved")

    outage_id: int
    was_announced: bool


@dataclass(frozen=True, kw_only=True)
class PlannedStage(Event):
    """Agreed, approved, announced, begun or cancelled."""

    label: ClassVar[Promise | str] = _("Planned outage goes on")

    outage_id: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class OutageSaid(Event):
    label: ClassVar[Promise | str] = _("Message about an outage")

    outage_id: int
    remark_id: int


@dataclass(frozen=True, kw_only=True)
class FileOfOutageAttached(Event):
    label: ClassVar[Promise | str] = _("File attached")

    outage_id: int
    document_id: int


@dataclass(frozen=True, kw_only=True)
class FileOfOutageDetached(Event):
    label: ClassVar[Promise | str] = _("File taken off")

    outage_id: int
    document_id: int


@dataclass(frozen=True, kw_only=True)
class BrigadeAdded(Event):
    label: ClassVar[Promise | str] = _("Brigade added")

    brigade_id: int


@dataclass(frozen=True, kw_only=True)
class CatalogueLoaded(Event):
    label: ClassVar[Promise | str] = _("Causes and rules of notice loaded")

    causes: int
    rules: int


@dataclass(frozen=True, kw_only=True)
class ReportSettled(Event):
    label: ClassVar[Promise | str] = _("No outage is behind the report")

    case_id: int


@dataclass(frozen=True, kw_only=True)
class ContractLimitSet(Event):
    label: ClassVar[Promise | str] = _("Hours of interruption agreed on")

    usage_point_id: int


@dataclass(frozen=True, kw_only=True)
class LimitNeared(Event):
    """Usage points have spent a share of the hours they may be off."""

    label: ClassVar[Promise | str] = _("Limit of interruption is near")

    outage_id: int
    kind: str
    share: int
    points: int


@dataclass(frozen=True, kw_only=True)
class JournalTaken(Event):
    label: ClassVar[Promise | str] = _("Journal of interruptions taken away")

    layout: str
    form: str
