"""What was said to whom, what they agreed to, and what waits in the bell."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from opora.casework.messaging.models import (
    Consent,
    Message,
    MessageTemplate,
    Notice,
)
from opora.casework.messaging.stages import Channel, Purpose, State
from opora.casework.messaging.transports import Outgoing
from opora.platform.access.models import User
from opora.platform.errors import NotVisible


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


def unread_count(user: User) -> int:
    """How many notices the user has not read."""
    return Notice.objects.filter(user=user, read_at=None).count()


def notices_of(user: User) -> QuerySet[Notice]:
    """The user's notices, newest first."""
    return Notice.objects.filter(user=user).order_by("-pk")
