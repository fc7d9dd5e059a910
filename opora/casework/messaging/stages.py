"""Purposes and channels that are never mixed up, and the states of a message."""

from collections.abc import Collection, Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("SMS")
    VOICE = "VOICE", _("voice call")


class Purpose(TextChoices):
    """Why somebody is written to; consents and preferences are kept for each apart (38-ФЗ ст. 18, 152-ФЗ ст. 5)."""

    SERVICE = "SERVICE", _("service notice")
    ANSWER = "ANSWER", _("answer to a case")
    SURVEY = "SURVEY", _("survey")
    ADVERTISING = "ADVERTISING", _("advertising")


class State(TextChoices):
    QUEUED = "QUEUED", _("queued")
    SENDING = "SENDING", _("being sent")
    SENT = "SENT", _("sent")
    DELIVERED = "DELIVERED", _("delivered")
    FAILED = "FAILED", _("not delivered")
    SUPPRESSED = "SUPPRESSED", _("not sent")
    EXPIRED = "EXPIRED", _("out of date")


#: A network may still say of a sent message that it arrived or did not; people may send again what did not go.
MOVES: Mapping[State, Collection[State]] = {
    State.QUEUED: {State.SENDING, State.SUPPRESSED, State.EXPIRED},
    State.SENDING: {State.SENT, State.DELIVERED, State.FAILED, State.QUEUED, State.EXPIRED},
    State.SENT: {State.DELIVERED, State.FAILED},
    State.DELIVERED: set(),
    State.FAILED: {State.QUEUED},
    State.SUPPRESSED: {State.QUEUED},
    State.EXPIRED: {State.QUEUED},
}

#: States in which nobody has been told, and somebody ought to know why.
UNDELIVERED = (State.FAILED, State.SUPPRESSED, State.EXPIRED)


class Reason(TextChoices):
    """Why a message did not go, or has not gone yet."""

    # Decided by us, before anything was sent.
    NO_ADDRESS = "NO_ADDRESS", _("no address for any channel")
    ADDRESS_DEAD = "ADDRESS_DEAD", _("earlier messages to this address were returned")
    NO_CONSENT = "NO_CONSENT", _("no consent to messages of this kind")
    WITHDRAWN = "WITHDRAWN", _("consent is withdrawn")
    UNWANTED = "UNWANTED", _("the customer does not want such messages")
    NO_TRANSPORT = "NO_TRANSPORT", _("no connection is set up for the channel")
    CANCELLED = "CANCELLED", _("cancelled")
    TOO_LATE = "TOO_LATE", _("could not be sent while it was true")
    # Told by the network.
    CONNECTION = "CONNECTION", _("the server does not answer")
    AUTHENTICATION = "AUTHENTICATION", _("the server does not accept our name and password")
    BUSY = "BUSY", _("the server asks to come later")
    ADDRESS_UNKNOWN = "ADDRESS_UNKNOWN", _("there is no such address")
    MAILBOX_FULL = "MAILBOX_FULL", _("the mailbox is full")
    REJECTED = "REJECTED", _("the server refused the message")
    INTERRUPTED = "INTERRUPTED", _("sending was cut off")
    UNCERTAIN = "UNCERTAIN", _("sending was cut off, and nobody can tell whether it arrived")


class Level(TextChoices):
    """How a notice in the bell looks."""

    INFO = "info", _("for information")
    WARNING = "warn", _("warning")
    URGENT = "bad", _("urgent")
