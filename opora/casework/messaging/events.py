"""What happens to messages. Ids and codes only: addresses and texts stay in the tables, behind the scope."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    label: ClassVar[Promise | str] = _("Message queued")

    message_id: int
    template: str
    purpose: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class MessageSuppressed(Event):
    """The message does not go: no consent, no address, cancelled."""

    label: ClassVar[Promise | str] = _("Message not sent")

    message_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """The network has taken the message, or has brought it."""

    label: ClassVar[Promise | str] = _("Message sent")

    message_id: int
    channel: str
    state: str


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """The message will not arrive: refused by the network, or out of date."""

    label: ClassVar[Promise | str] = _("Message not delivered")

    message_id: int
    channel: str
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageRetried(Event):
    label: ClassVar[Promise | str] = _("Message sent again")

    message_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    label: ClassVar[Promise | str] = _("Consent given")

    customer_id: int
    consent_id: int
    purpose: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """Messages of the purpose that had not gone yet are stopped (38-ФЗ ст. 18)."""

    label: ClassVar[Promise | str] = _("Consent withdrawn")

    customer_id: int
    consent_id: int
    purpose: str
    channel: str
    stopped: int


@dataclass(frozen=True, kw_only=True)
class PreferenceSet(Event):
    """No channels: the customer wants no messages of this purpose."""

    label: ClassVar[Promise | str] = _("Preference of messages set")

    customer_id: int
    purpose: str
    channels: list[str]


@dataclass(frozen=True, kw_only=True)
class ContactDead(Event):
    """A phone or e-mail of the customer does not exist any more, as the network says."""

    label: ClassVar[Promise | str] = _("Contact does not work")

    customer_id: int
    contact_point_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True)
class TemplateSaved(Event):
    label: ClassVar[Promise | str] = _("Template of messages changed")

    template_id: int
    code: str
    channel: str
    version: int
