"""What requests about cases are made of."""

from typing import Annotated

from pydantic import Field, StringConstraints

from opora.casework.cases.queries.lists import CaseFilter
from opora.casework.cases.stages import Channel, Justified, Kind, Result, Source, State
from opora.platform.rest.schemas import (
    Email,
    FilledText,
    Flag,
    Id,
    Input,
    Line,
    Moment,
    Output,
    SmallId,
    Text,
    Value,
    Version,
    Yes,
    codes,
)

KindCode = Annotated[Kind, codes(Kind)]
ChannelCode = Annotated[Channel, codes(Channel)]
SourceCode = Annotated[Source, codes(Source)]
StateCode = Annotated[State, codes(State)]
JustifiedCode = Annotated[Justified, codes(Justified)]
ResultCode = Annotated[Result, codes(Result)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class CaseQuery(Output):
    """Which cases a list shows; what is left out hides nothing."""

    state: list[StateCode] = Field([], max_length=5, description="May be repeated")
    kind: KindCode | None = None
    channel: ChannelCode | None = None
    source: SourceCode | None = None
    topic_id: Id | None = Field(None, description="With all topics below it")
    passport_id: Id | None = None
    branch_id: SmallId | None = None
    district_id: Id | None = None
    group_id: SmallId | None = None
    division_id: Id | None = None
    employee_id: Id | None = None
    customer_id: Id | None = None
    usage_point_id: Id | None = None
    unassigned: Flag = Field(False, description="Nobody holds an open stage of it")
    overdue: Flag = False
    due_from: Moment | None = None
    due_before: Moment | None = None
    registered_from: Moment | None = None
    registered_to: Moment | None = Field(None, description="Not included")
    justified: JustifiedCode | None = None
    result: ResultCode | None = None
    number: Line = Field("", description="Whole, or how it begins")
    text: Line = Field("", description="Words of the contact, in any form")

    def wanted(self) -> CaseFilter:
        """The filter of the module's own queries."""
        given = self.dict(exclude_unset=True, exclude_none=True)
        return CaseFilter(states=given.pop("state", ()), **given)


class ContactTold(Input):
    """How to reach whoever turned to us, as told this time."""

    name: Line = ""
    phone: Line = Field(
        default="", max_length=40, description="In any spelling; kept in E.164", examples=["8 (861) 200-00-00"]
    )
    email: Email = ""


class NewCase(Input):
    channel: ChannelCode
    kind: KindCode
    topic_id: Id
    text: FilledText
    customer_id: Id | None = None
    usage_point_id: Id | None = None
    branch_id: SmallId | None = Field(
        None, description="That of the usage point, or the only possible one, if left out"
    )
    district_id: Id | None = None
    passport_code: Code | None = Field(None, description="Instead of the passport that topic, kind and channel choose")
    source: SourceCode = Source.CITIZEN
    addressee: Line = ""
    contact: ContactTold = ContactTold()
    received_at: Moment | None = Field(None, description="When the contact came in, if that was earlier")
    due_at: Moment | None = Field(None, description="Set by a controlling body: replaces the term of the passport")
    answered_now: Yes = Field(False, description="The consumer already has his answer")
    answer: Text = ""
    result: ResultCode = Result.EXPLAINED
    once: Line | None = Field(None, max_length=120, description="Your own key of this contact: one key, one case")


class CarriedCase(NewCase):
    """A case of another system. Its own moments hold, so its terms are counted as they ran there."""

    registered_at: Moment
    answered_at: Moment | None = Field(None, description="Given: the case is closed with its answer; else it is open")
    justified: JustifiedCode | None = None


class CaseChangeIn(Input):
    """Fields left out stay as they are; their defaults are never read."""

    version: Version
    topic_id: Id = Field(default_factory=int)
    kind: KindCode = Field(default_factory=lambda: Kind.APPEAL)
    channel: ChannelCode = Field(default_factory=lambda: Channel.PHONE)
    source: SourceCode = Field(default_factory=lambda: Source.CITIZEN)
    addressee: Line = Field(default_factory=str)
    text: FilledText = Field(default_factory=str)
    contact: ContactTold = Field(ContactTold(), description="Whole: what it leaves out becomes empty")
    customer_id: Id | None = Field(default=None, description="Null: nobody has identified him")
    usage_point_id: Id | None = None
    branch_id: SmallId = Field(default_factory=int)
    district_id: Id | None = None
    due_at: Moment | None = Field(None, description="Null: the passport's own term again")


class ReasonGiven(Input):
    reason: FilledText


class Answer(Input):
    result: ResultCode
    answer: FilledText
    justified: JustifiedCode | None = Field(None, description="Needed for a complaint")
    version: Version | None = Field(None, description="The version you read; refused if it is no longer the last")


class Days(ReasonGiven):
    days: Value = Field(ge=1, le=30)


class Reopening(ReasonGiven):
    from_stage: Code | None = Field(None, description="Code of the stage to begin with; the first one if left out")


class NewNote(Input):
    text: FilledText
