"""What requests about outages are made of."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from opora.casework.cases.stages import Channel
from opora.platform.rest.schemas import (
    Email,
    FilledLine,
    FilledText,
    Flag,
    Id,
    Input,
    Line,
    Moment,
    Output,
    Phone,
    SmallId,
    Text,
    Version,
    Yes,
    codes,
)
from opora.processes.outages.stages import EstimateSource, OutageKind, Source

OutageKindCode = Annotated[OutageKind, codes(OutageKind)]
OutageSourceCode = Annotated[Source, codes(Source)]
EstimateSourceCode = Annotated[EstimateSource, codes(EstimateSource)]
ReportChannelCode = Annotated[Channel, codes(Channel)]
Points = Annotated[list[Id], Field(max_length=10_000, description="Ids of usage points")]


class OutageQuery(Output):
    """Which outages a list shows; what is left out hides nothing."""

    branch_id: SmallId | None = None
    kind: OutageKindCode | None = None
    current: Flag = Field(False, description="Only those that go on or are to come")
    text: Line = Field("", description="Part of the number, of the place or of the element's name")


class NewEmergency(Input):
    """One of `element_id` and `usage_point_ids` says what is off."""

    element_id: Id | None = None
    usage_point_ids: Points = []
    branch_id: SmallId | None = Field(None, description="That of the network or of the usage points, if left out")
    district_id: Id | None = None
    area: Line = Field("", max_length=500, description="In words for people")
    cause_id: Id | None = None
    started_at: Moment | None = Field(None, description="Now, if left out")
    source: OutageSourceCode = Source.DISPATCHER


class OutageChangeIn(Input):
    """Fields left out stay as they are; their defaults are never read."""

    version: Version
    cause_id: Id | None = None
    brigade_id: Id | None = None
    area: Line = Field(default_factory=str, max_length=500)
    comment: Text = Field(default_factory=str)


class NewEstimate(Input):
    restored_by: Moment
    source: EstimateSourceCode = EstimateSource.DISPATCHER
    reason: Line = Field("", max_length=300, description="Why it has changed: needed from the second one on")


class Restoration(Input):
    """Nothing given: all that are left have supply again."""

    at: Moment | None = Field(None, description="Now, if left out")
    element_id: Id | None = Field(None, description="Everybody below it")
    usage_point_ids: Points = []
    comment: Line = Field("", max_length=300)


class RemarkIn(Input):
    text: FilledText


class NewWorks(Input):
    """One of `element_id` and `usage_point_ids` says what is taken out of service."""

    element_id: Id | None = None
    usage_point_ids: Points = []
    works: FilledLine = Field(max_length=300)
    planned_from: Moment
    planned_to: Moment
    area: Line = Field("", max_length=500)
    responsible: Line = ""


class WorksTime(Input):
    planned_from: Moment
    planned_to: Moment


class Despite(Input):
    despite: Yes = Field(False, description="Although something stands against it: see the refusal")


class BeginningOfWorks(Input):
    at: Moment | None = Field(None, description="Now, if left out")


class WhyCancelled(Input):
    reason: FilledLine = Field(max_length=300)


class ReporterTold(Input):
    """How to reach whoever reported it."""

    name: Line = ""
    phone: Line = Field(default="", max_length=40, description="In any spelling; kept in E.164")
    email: Email = ""


class NewReport(Input):
    channel: ReportChannelCode
    text: FilledText
    usage_point_id: Id | None = None
    customer_id: Id | None = None
    branch_id: SmallId | None = None
    contact: ReporterTold = ReporterTold()
    outage_id: Id | None = Field(None, description="That of the usage point, if it is off, when left out")
    still_off: Yes = Field(False, description="Others have supply again, and he has not")
    once: Line | None = Field(None, max_length=120, description="Your own key of this report: one key, one report")


class JoinedTo(Input):
    outage_id: Id


class ReportsAnswer(Input):
    answer: FilledText


class NewBrigade(Input):
    branch_id: SmallId
    name: FilledLine = Field(max_length=100)
    district_id: Id | None = None
    phone: Phone = ""


class House(Output):
    gar_id: UUID = Field(description="Of the house in the state register of addresses")
