"""Messages over HTTP: sent by template, followed, retried; consents, preferences, templates, one's own notices."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

from django.http import HttpRequest
from ninja import Query, Status
from pydantic import Field

from opora.casework.messaging import operations, queries
from opora.casework.messaging.models import Message, MessageTemplate
from opora.casework.messaging.operations.reading import read_message
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.queries import MessageCard, MessageFilter
from opora.casework.messaging.stages import Channel, Purpose, State
from opora.platform.permissions import SIGNED_IN
from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import (
    Cursor,
    Email,
    FilledLine,
    FilledText,
    Flag,
    Id,
    Input,
    Limit,
    Line,
    Moment,
    Output,
    Page,
    Phone,
    SmallId,
    Text,
    Yes,
    codes,
)

router = Door(tags=["Messages"])

ChannelCode = Annotated[Channel, codes(Channel)]
PurposeCode = Annotated[Purpose, codes(Purpose)]
StateCode = Annotated[State, codes(State)]
Proof = Annotated[FilledLine, Field(max_length=500, description="How it is known: a paper, a recording, a letter")]


class MessageOut(Output):
    id: int
    template: str
    purpose: PurposeCode
    channel: ChannelCode
    customer_id: int | None
    branch_id: int | None
    name: str
    address: str
    subject: str
    state: StateCode
    reason: str = Field(description="Why it did not go, or has not gone yet; empty when it has")
    detail: str = Field(description="What the network said, in its own words")
    attempts: int
    next_attempt_at: datetime | None
    expires_at: datetime
    sent_at: datetime | None
    about: list[str] = Field(description="What it is about", examples=[["cases.Case:17"]])
    created_at: datetime


class AttemptOut(Output):
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str
    detail: str


class MessageCardOut(MessageOut):
    body: str
    tries: list[AttemptOut]


class MessageQuery(Output):
    """Which messages a list shows; what is left out hides nothing."""

    state: StateCode | None = None
    channel: ChannelCode | None = None
    purpose: PurposeCode | None = None
    template: Line = ""
    customer_id: Id | None = None

    def wanted(self) -> MessageFilter:
        return MessageFilter(
            states=(self.state,) if self.state else (),
            channel=self.channel or "",
            purpose=self.purpose or "",
            template=self.template,
            customer_id=self.customer_id,
        )


class NewMessage(Input):
    template: FilledLine = Field(max_length=40, examples=["case_registered"])
    customer_id: Id | None = None
    name: Line = ""
    email: Email = Field("", description="Preferred to that of the customer's card")
    phone: Phone = ""
    branch_id: SmallId | None = Field(None, description="Of somebody who is no customer: who may see the message")
    values: dict[Line, Text] = Field(
        {}, max_length=50, description="Values of the template's fields", examples=[{"number": "01-2026-000017"}]
    )
    once: Line = Field("", max_length=100, description="Your own key: the same again answers with the first message")
    expires_at: Moment | None = Field(None, description="When it stops being true")


class TemplateOut(Output):
    id: int
    code: str
    channel: ChannelCode
    version: int
    purpose: PurposeCode
    name: str
    subject: str
    body: str
    fields: list[str]
    created_at: datetime
    replaced_at: datetime | None = Field(description="Null: in force")


class NewWords(Input):
    subject: Line = ""
    body: FilledText


class ConsentOut(Output):
    id: int
    customer_id: int
    purpose: PurposeCode
    channel: ChannelCode
    given: bool = Field(description="False: withdrawn, or never agreed")
    proof: str
    at: datetime


class NewConsent(Input):
    customer_id: Id
    purpose: PurposeCode
    channel: ChannelCode
    given: Yes
    proof: Proof


class PreferenceOut(Output):
    customer_id: int
    purpose: PurposeCode
    channels: list[ChannelCode] = Field(description="In order; empty: not at all")


class NewPreference(Input):
    customer_id: Id
    purpose: PurposeCode
    channels: list[ChannelCode] | None = Field(max_length=10, description="In order; empty: not at all; null: as usual")


class NoticeOut(Output):
    id: int
    level: str
    text: str
    url: str
    created_at: datetime
    read_at: datetime | None


class Read(Output):
    read: int = Field(description="How many were new")


@router.get("/messages", permission=MessagingPermission.VIEW, response=Page[MessageOut], summary="List messages")
def list_messages(
    request: HttpRequest, filters: Query[MessageQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[MessageOut]:
    """List messages you may see, the newest first, without their texts."""
    found = queries.messages(filters.wanted())
    return page_of(request, MessageOut, found, by=["-pk"], cursor=cursor, limit=limit, show=_brief)


@router.get(
    "/messages/{int:message_id}", permission=MessagingPermission.VIEW, response=MessageCardOut, summary="Show a message"
)
def get_message(request: HttpRequest, message_id: Id) -> MessageCardOut:
    """Show a message with its text and every attempt to deliver it."""
    return _card(read_message(message_id=message_id, by=caller(request)))


@router.post("/messages", permission=MessagingPermission.SEND, response={201: MessageOut}, summary="Send a message")
def send_message(request: HttpRequest, payload: NewMessage) -> Status[MessageOut]:
    """Send a message by its template; purpose, and with it the need of consent, comes from the template.

    Whoever cannot or may not be told is not: the message is `SUPPRESSED` with its reason.
    """
    user = caller(request)
    given = payload.dict()
    to = operations.Recipient(**{name: given[name] for name in ("customer_id", "name", "email", "phone", "branch_id")})
    message = operations.send(
        template=payload.template,
        to=to,
        values=payload.values,
        once=f"api:{user.pk}:{payload.once or uuid4()}",
        expires_at=payload.expires_at,
        by=user,
    )
    return Status(201, _brief(message))


@router.post(
    "/messages/{int:message_id}/retry",
    permission=MessagingPermission.RETRY,
    response=MessageOut,
    summary="Send a message again",
)
def retry_message(request: HttpRequest, message_id: Id) -> MessageOut:
    """Queue again what did not go, to the address that works now."""
    return _brief(operations.retry_message(message_id=message_id, by=caller(request)))


@router.post(
    "/messages/{int:message_id}/cancel",
    permission=MessagingPermission.RETRY,
    response=MessageOut,
    summary="Cancel a message",
)
def cancel_message(request: HttpRequest, message_id: Id) -> MessageOut:
    """Keep a message that still waits from going."""
    return _brief(operations.cancel_message(message_id=message_id, by=caller(request)))


@router.get("/templates", permission=MessagingPermission.VIEW, response=list[TemplateOut], summary="List templates")
def list_templates(request: HttpRequest) -> list[TemplateOut]:
    """List the templates in force."""
    return [TemplateOut.from_orm(template) for template in queries.templates()]


@router.get(
    "/templates/{int:template_id}",
    permission=MessagingPermission.VIEW,
    response=TemplateOut,
    summary="Show a version of a template",
)
def get_template(request: HttpRequest, template_id: Id) -> MessageTemplate:
    """Show one version of a template, in force or replaced."""
    return queries.template(template_id)


@router.post(
    "/templates/{int:template_id}/versions",
    permission=MessagingPermission.CONFIGURE,
    response={201: TemplateOut},
    summary="Change a template",
)
def change_template(request: HttpRequest, template_id: Id, payload: NewWords) -> Status[TemplateOut]:
    """Replace the words of the version in force by a new version; 409 when it is not in force any more."""
    saved = operations.change_template(template_id=template_id, **payload.dict(), by=caller(request))
    return Status(201, TemplateOut.from_orm(saved))


@router.get("/consents", permission=MessagingPermission.VIEW, response=Page[ConsentOut], summary="List consents")
def list_consents(request: HttpRequest, customer_id: Id, cursor: Cursor = "", limit: Limit = USUAL) -> Page[ConsentOut]:
    """List every word of a customer on messages, the last first: for each purpose and channel the last one counts."""
    return page_of(request, ConsentOut, queries.consents_of(customer_id), by=["-pk"], cursor=cursor, limit=limit)


@router.post(
    "/consents", permission=MessagingPermission.CONSENT, response={201: ConsentOut}, summary="Record consent or refusal"
)
def record_consent(request: HttpRequest, payload: NewConsent) -> Status[ConsentOut]:
    """Write down that a customer agrees, or takes it back: then what is queued for him is stopped at once."""
    said = payload.dict()
    write_down = operations.record_consent if said.pop("given") else operations.withdraw_consent
    return Status(201, ConsentOut.from_orm(write_down(**said, by=caller(request))))


@router.get(
    "/preferences", permission=MessagingPermission.VIEW, response=list[PreferenceOut], summary="List preferences"
)
def list_preferences(request: HttpRequest, customer_id: Id) -> list[PreferenceOut]:
    """List what a customer prefers; a purpose that is not there is served as usual."""
    return [PreferenceOut.from_orm(preference) for preference in queries.preferences_of(customer_id)]


@router.put(
    "/preferences", permission=MessagingPermission.CONSENT, response=list[PreferenceOut], summary="Set a preference"
)
def set_preference(request: HttpRequest, payload: NewPreference) -> list[PreferenceOut]:
    """Set the channels, in order, by which a customer wants messages of a purpose."""
    operations.set_preference(**payload.dict(), by=caller(request))
    return list_preferences(request, payload.customer_id)


@router.get("/notices", permission=SIGNED_IN, response=Page[NoticeOut], summary="List your notices")
def list_notices(
    request: HttpRequest, unread: Flag = False, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[NoticeOut]:
    """List the notices in your bell, the newest first."""
    found = queries.notices_of(caller(request), unread=unread)
    return page_of(request, NoticeOut, found, by=["-pk"], cursor=cursor, limit=limit)


@router.post("/notices/{int:notice_id}/read", permission=SIGNED_IN, response=Read, summary="Mark a notice as read")
def read_notice(request: HttpRequest, notice_id: Id) -> Read:
    """Mark one of your notices as read. Repeating it is harmless."""
    user = caller(request)
    return Read(read=operations.mark_read(notice_ids=[queries.notice_of(user, notice_id).pk], by=user))


@router.post("/notices/read", permission=SIGNED_IN, response=Read, summary="Mark all notices as read")
def read_all_notices(request: HttpRequest) -> Read:
    """Empty your bell."""
    return Read(read=operations.mark_all_read(by=caller(request)))


def _brief(message: Message) -> MessageOut:
    known = {name: getattr(message, name) for name in MessageOut.model_fields if name != "template"}
    return MessageOut(template=message.template.code, **known)


def _card(card: MessageCard) -> MessageCardOut:
    tries = [AttemptOut.from_orm(attempt) for attempt in card.attempts]
    return MessageCardOut(**_brief(card.message).dict(), body=card.message.body, tries=tries)
