"""What the API tells of outages."""

from datetime import datetime
from typing import Any

from pydantic import Field

from opora.platform.rest.schemas import Output
from opora.processes.outages.models import Affected, Outage
from opora.processes.outages.queries.supply import SupplyStatus


class OutageLine(Output):
    id: int
    number: str
    kind: str
    stage: str
    source: str
    branch_id: int
    district_id: int | None
    element_id: int | None
    element: str = Field(description="Name of the element")
    area: str
    cause_id: int | None
    cause: str = Field(description="As customers are told")
    brigade_id: int | None
    parent_id: int | None = Field(description="The outage inside whose area it happened")
    started_at: datetime | None
    ended_at: datetime | None
    estimated_at: datetime | None
    points_total: int = Field(description="Usage points it has cut off")
    points_off: int = Field(description="Of these, still without supply")
    version: int = Field(description="Give it back with a change")


class EstimateOut(Output):
    restored_by: datetime
    source: str
    reason: str
    made_at: datetime


class StepOut(Output):
    at: datetime
    points: int
    element_id: int | None
    comment: str


class RemarkOut(Output):
    id: int
    text: str
    at: datetime
    by_id: int


class DocumentOut(Output):
    id: int
    name: str
    size: int
    at: datetime
    by_id: int


class WorksOut(Output):
    works: str
    responsible: str
    planned_from: datetime
    planned_to: datetime
    moves: int
    despite: str = Field(description="What stood against it when it was approved or announced all the same")
    cancel_reason: str
    agreed_by_id: int | None
    approved_by_id: int | None
    announced_at: datetime | None


class OutageOut(OutageLine):
    comment: str
    estimates: list[EstimateOut] = Field(description="The newest first; it is what customers are told")
    steps: list[StepOut]
    remarks: list[RemarkOut]
    documents: list[DocumentOut]
    works: WorksOut | None = Field(description="Of a planned outage")


class OutageHistoryEntry(Output):
    at: datetime
    by: str
    via: str
    event: str
    label: str
    facts: dict[str, Any]


class AffectedOut(Output):
    usage_point_id: int
    number: str
    address: str
    customer_id: int
    customer: str
    since: datetime
    until: datetime | None


class ReportOut(Output):
    case_id: int
    outage_id: int | None
    usage_point_id: int | None
    still_off: bool
    reported_at: datetime
    settled_at: datetime | None


class SingleReportOut(Output):
    case_id: int
    number: str
    address: str
    element_id: int | None
    reported_at: datetime


class DeviceOut(Output):
    element_id: int
    name: str
    reports: int


class ConflictOut(Output):
    outage_id: int
    number: str
    planned_from: datetime
    planned_to: datetime
    points: int


class NoticeTermOut(Output):
    code: str
    audience: str
    told_by: datetime
    legal_reference: str


class Obstacles(Output):
    """What stands against the time of planned works."""

    points: int = Field(description="Usage points they would cut off")
    category_1: int
    category_2: int
    conflicts: list[ConflictOut]
    notices: list[NoticeTermOut] = Field(description="Who must be told by when, the first one first")


class PlannedSupply(Output):
    outage_id: int
    number: str
    begins_at: datetime
    ends_at: datetime
    works: str


class SupplyOut(Output):
    usage_point_id: int
    state: str = Field(description="ON, OFF, or UNCERTAIN: off, and may come back by itself")
    outage_id: int | None
    number: str
    kind: str | None
    why: str
    since: datetime | None
    until: datetime | None
    until_said_by: str | None
    said_by: str | None
    planned: PlannedSupply | None


class ElementSupply(Output):
    energised: bool = Field(description="By tracing the network as it stands")
    outage: OutageLine | None


class CauseOut(Output):
    id: int
    code: str
    parent_id: int | None
    name: str
    told: str
    ours: bool


class BrigadeOut(Output):
    id: int
    branch_id: int
    district_id: int | None
    name: str
    phone: str


class Answered(Output):
    cases: int


def line_of(outage: Outage) -> OutageLine:
    """A line of a list."""
    return OutageLine(**_told(outage))


def whole(outage: Outage) -> OutageOut:
    """An outage with everything that belongs to it."""
    documents = outage.documents.select_related("file").order_by("pk")
    works = getattr(outage, "work", None)
    return OutageOut(
        **_told(outage),
        comment=outage.comment,
        estimates=[EstimateOut.from_orm(row) for row in outage.estimates.order_by("-pk")],
        steps=[StepOut.from_orm(row) for row in outage.steps.order_by("at", "pk")],
        remarks=[RemarkOut.from_orm(row) for row in outage.remarks.order_by("-pk")[:200]],
        documents=[
            DocumentOut(id=row.pk, name=row.name, size=row.file.size, at=row.at, by_id=row.by_id) for row in documents
        ],
        works=WorksOut.from_orm(works) if works else None,
    )


def affected_of(row: Affected) -> AffectedOut:
    """Somebody who is, or was, off."""
    point = row.usage_point
    return AffectedOut(
        usage_point_id=point.pk, number=point.number, address=point.address, customer_id=point.customer_id,
        customer=point.customer.name, since=row.since, until=row.until,
    )  # fmt: skip


def supply_of(status: SupplyStatus) -> SupplyOut:
    """The supply of a usage point."""
    return SupplyOut.from_orm(status)


def _told(outage: Outage) -> dict[str, Any]:
    own = {name: getattr(outage, name) for name in OutageLine.model_fields if name not in ("element", "cause")}
    cause = outage.cause
    return {
        **own,
        "element": outage.element.name if outage.element else "",
        "cause": (cause.told or cause.name) if cause else "",
    }
