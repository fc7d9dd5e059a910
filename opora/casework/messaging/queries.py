"""What was said to whom, what they agreed to, and what waits in the bell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from opora.casework.messaging.models import (
    Consent,
    DeadContact,
    Message,
    MessageAttempt,
    MessageTemplate,
    Notice,
    Preference,
)
from opora.casework.messaging.rules import NEED_CONSENT
from opora.casework.messaging.stages import Channel, Purpose, State
from opora.casework.messaging.transports import Outgoing
from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.journal.operations import reference
from opora.registry.customers.models import Customer


def templates_in_force(code: str) -> Mapping[Channel, MessageTemplate]:
    """The words of a message by channel."""
    found = MessageTemplate.objects.filter(code=code, replaced_at=None)
    return {Channel(template.channel): template for template in found}


def templates() -> QuerySet[MessageTemplate]:
    """Every template in force."""
    return MessageTemplate.objects.filter(replaced_at=None).order_by("code", "channel", "pk")


def template(template_id: int) -> MessageTemplate:
    """One version of a template.

    :raises NotVisible: when there is none.
    """
    found = MessageTemplate.objects.select_related("by").filter(pk=template_id).first()
    if found is None:
        raise NotVisible(_("There is no such template."))
    return found


def versions_of(code: str, channel: str) -> QuerySet[MessageTemplate]:
    """All versions of a template, the one in force first."""
    return MessageTemplate.objects.select_related("by").filter(code=code, channel=channel).order_by("-version")


def last_words(customer_id: int, purpose: Purpose) -> Mapping[Channel, bool]:
    """What the customer last said of messages of this purpose, by channel: given or withdrawn."""
    found = (
        Consent.objects.filter(customer_id=customer_id, purpose=purpose)
        .order_by("channel", "-pk")
        .distinct("channel")
        .values_list("channel", "given")
    )
    return {Channel(channel): given for channel, given in found}


def outgoing(message: Message) -> Outgoing:
    """The message as its gateway gets it."""
    return Outgoing(
        message_id=message.pk,
        attempt=message.attempts,
        channel=Channel(message.channel),
        purpose=Purpose(message.purpose),
        name=message.name,
        address=message.address,
        subject=message.subject,
        body=message.body,
    )


def being_sent(message_id: int, attempt: int) -> Outgoing | None:
    """The message of an attempt that has begun and not ended."""
    message = Message.objects.filter(pk=message_id, state=State.SENDING, attempts=attempt).first()
    return outgoing(message) if message else None


@dataclass(frozen=True, kw_only=True)
class MessageFilter:
    """Which messages; what is left empty lets everything through."""

    states: Collection[State] = ()
    channel: str = ""
    purpose: str = ""
    template: str = ""
    customer_id: int | None = None


def messages(wanted: MessageFilter) -> QuerySet[Message]:
    """Messages that fit, newest first, without their texts."""
    found = Message.objects.select_related("template", "customer").defer("body").order_by("-pk")
    if wanted.states:
        found = found.filter(state__in=wanted.states)
    if wanted.channel:
        found = found.filter(channel=wanted.channel)
    if wanted.purpose:
        found = found.filter(purpose=wanted.purpose)
    if wanted.template:
        found = found.filter(template__code=wanted.template)
    if wanted.customer_id is not None:
        found = found.filter(customer_id=wanted.customer_id)
    return found


def messages_about(thing: models.Model, *, limit: int = 50) -> Sequence[Message]:
    """The latest messages about a thing, newest first."""
    found = Message.objects.select_related("template").filter(about__contains=[reference(thing)])
    return list(found.exclude(about=[]).order_by("-pk")[:limit])


def count_up_to(limit: int, states: Collection[State]) -> int:
    """How many messages are in these states, counted no further than the limit."""
    return Message.objects.filter(state__in=states).order_by()[:limit].count()


@dataclass(frozen=True)
class Waiting:
    """Queued messages that wait for the same reason; an empty one: for their first attempt."""

    reason: str
    count: int
    #: The earliest moment at which one of them was, or will be, due.
    due_at: datetime


def waiting() -> Sequence[Waiting]:
    """What is queued, mass messages apart, by the reason of the last failure."""
    found = Message.objects.filter(state=State.QUEUED, bulk=False).order_by().values("reason")
    rows = found.annotate(count=Count("pk"), due_at=Min("next_attempt_at")).order_by("reason")
    return [Waiting(**row) for row in rows]


@dataclass(frozen=True)
class MessageCard:
    """A message with every attempt to deliver it."""

    message: Message
    attempts: Sequence[MessageAttempt]


def message_card(message_id: int) -> MessageCard:
    """One message with all that is known of it.

    :raises NotVisible: when there is none for this user.
    """
    message = Message.objects.select_related("template", "customer").filter(pk=message_id).first()
    if message is None:
        raise NotVisible(_("There is no such message."))
    return MessageCard(message, list(MessageAttempt.objects.filter(message=message).order_by("number")))


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a customer last said of one purpose and channel; None: nothing yet."""

    channel: Channel
    consent: Consent | None


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a customer wants of messages of one purpose."""

    purpose: Purpose
    needs_consent: bool
    said: Sequence[Said]
    #: Channels in order; None: as usual.
    channels: Sequence[Channel] | None


def wishes_of(customer_id: int) -> Sequence[Wishes]:
    """Consents and preferences of a customer, by purpose.

    :raises NotVisible: when there is no such customer for this user.
    """
    if not Customer.objects.filter(pk=customer_id).exists():
        raise NotVisible(_("There is no such customer."))
    last = {(consent.purpose, consent.channel): consent for consent in consents_in_force(customer_id)}
    preferred = dict(Preference.objects.filter(customer_id=customer_id).values_list("purpose", "channels"))
    return [
        Wishes(
            purpose=purpose,
            needs_consent=purpose in NEED_CONSENT,
            said=[Said(channel=channel, consent=last.get((purpose, channel))) for channel in Channel],
            channels=[Channel(name) for name in preferred[purpose]] if purpose in preferred else None,
        )
        for purpose in Purpose
    ]


def consents_in_force(customer_id: int) -> QuerySet[Consent]:
    """The last word of a customer on every purpose and channel he ever spoke of."""
    found = Consent.objects.filter(customer_id=customer_id).select_related("by")
    return found.order_by("purpose", "channel", "-pk").distinct("purpose", "channel")


def consents_of(customer_id: int) -> QuerySet[Consent]:
    """Every word of a customer, the last first: the proof."""
    return Consent.objects.filter(customer_id=customer_id).select_related("by").order_by("-pk")


def preferences_of(customer_id: int) -> QuerySet[Preference]:
    """What a customer prefers, by purpose."""
    return Preference.objects.filter(customer_id=customer_id).order_by("purpose")


def dead_contacts_of(customer_id: int) -> QuerySet[DeadContact]:
    """Phones and e-mails of a customer that do not work any more."""
    found = DeadContact.objects.filter(contact_point__customer_id=customer_id)
    return found.select_related("contact_point").order_by("pk")


def unread_count(user: User) -> int:
    """How many notices the user has not read."""
    return Notice.objects.filter(user=user, read_at=None).count()


def notice_of(user: User, notice_id: int) -> Notice:
    """One of the user's own notices.

    :raises NotVisible: when it is not his.
    """
    found = Notice.objects.filter(user=user, pk=notice_id).first()
    if found is None:
        raise NotVisible(_("There is no such notice."))
    return found


def notices_of(user: User, *, unread: bool = False) -> QuerySet[Notice]:
    """The user's notices, or those he has not read, newest first."""
    found = Notice.objects.filter(user=user).order_by("-pk")
    return found.filter(read_at=None) if unread else found
