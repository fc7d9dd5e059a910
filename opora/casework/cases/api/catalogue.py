"""Topics and routing rules over HTTP."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import Field

from opora.casework.cases import operations
from opora.casework.cases.api.inputs import Code
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import catalogue, routing_rules, topic_row
from opora.casework.cases.stages import StageRole
from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import Cursor, FilledLine, Id, Input, Limit, Output, Page, SmallId, Version, Yes, codes

router = Door(tags=["Topics and routing"])


class TopicOut(Output):
    id: int
    code: str
    name: str
    title: str = Field(description="With the topics above it")
    parent_id: int | None
    fixed: bool = Field(description="A row of the regulator's form: it stays as it is")
    active: bool
    rows: dict[str, str] = Field(description="The row of form 4.1 by kind of case")
    version: int


class NewTopic(Input):
    code: Code
    name: FilledLine
    parent_id: Id


class TopicChange(Input):
    """Fields left out stay as they are."""

    version: Version
    name: FilledLine = Field(default_factory=str)
    parent_id: Id = Field(default_factory=int)
    active: Yes = Field(default_factory=bool)


class RuleOut(Output):
    id: int
    role: str
    topic_id: int | None
    branch_id: int | None
    district_id: int | None
    division_id: int
    version: int


class NewRule(Input):
    role: Annotated[StageRole, codes(StageRole)]
    division_id: Id
    topic_id: Id | None = Field(None, description="With all topics below it; null: every topic")
    branch_id: SmallId | None = Field(None, description="Null: every branch")
    district_id: Id | None = Field(None, description="Null: every district")


@router.get("/topics", permission=CasePermission.VIEW, response=list[TopicOut], summary="List topics")
def list_topics(request: HttpRequest) -> list[TopicOut]:
    """List the tree of topics, parents before children."""
    return [TopicOut.from_orm(line) for line in catalogue().topics.values()]


@router.post("/topics", permission=CasePermission.CONFIGURE, response={201: TopicOut}, summary="Add a topic")
def add_topic(request: HttpRequest, payload: NewTopic) -> Status[TopicOut]:
    """Add a topic below another."""
    added = operations.add_topic(**payload.dict(), by=caller(request))
    return Status(201, TopicOut.from_orm(topic_row(added.pk)))


@router.patch(
    "/topics/{int:topic_id}", permission=CasePermission.CONFIGURE, response=TopicOut, summary="Change a topic"
)
def change_topic(request: HttpRequest, topic_id: Id, payload: TopicChange) -> TopicOut:
    """Rename, move or retire a topic; cases keep it."""
    before = topic_row(topic_id)
    known: dict[str, Any] = {"name": before.name, "parent_id": before.parent_id, "active": before.active}
    operations.change_topic(topic_id=topic_id, **known | payload.dict(exclude_unset=True), by=caller(request))
    return TopicOut.from_orm(topic_row(topic_id))


@router.get("/routing-rules", permission=CasePermission.VIEW, response=Page[RuleOut], summary="List routing rules")
def list_routing_rules(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Page[RuleOut]:
    """List where stages go, by role, topic and territory; the most specific rule wins."""
    return page_of(request, RuleOut, routing_rules(), by=["pk"], cursor=cursor, limit=limit)


@router.put("/routing-rules", permission=CasePermission.CONFIGURE, response=RuleOut, summary="Set a routing rule")
def set_routing_rule(request: HttpRequest, payload: NewRule) -> RuleOut:
    """Send stages of a role, for a topic and territory, to a division; a rule for the same place is replaced."""
    return RuleOut.from_orm(operations.set_routing_rule(**payload.dict(), by=caller(request)))


@router.delete(
    "/routing-rules/{int:rule_id}",
    permission=CasePermission.CONFIGURE,
    response={204: None},
    summary="Remove a routing rule",
)
def remove_routing_rule(request: HttpRequest, rule_id: Id) -> HttpResponse:
    """Forget a rule; stages already assigned stay where they are."""
    operations.remove_routing_rule(rule_id=rule_id, by=caller(request))
    return HttpResponse(status=204)
