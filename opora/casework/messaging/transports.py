"""What an inside message needs of the outside world, and which gateway carries each channel.

A gateway implements `Transport` and is named in `settings.TRANSPORTS` by its dotted path, as Django does with e-mail
backends.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from opora.casework.messaging.stages import Channel, Purpose, Reason


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message as a gateway gets it."""

    message_id: int
    #: The how-manieth try this is.
    attempt: int
    channel: Channel
    purpose: Purpose
    name: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The network has taken the message over; it may still say later that it did not arrive."""

    provider_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The person has it."""

    provider_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class TryLater:
    """Nothing was sent; the same may succeed later."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """It will not arrive, however often it is tried."""

    reason: Reason
    detail: str = ""


Outcome = Accepted | Delivered | TryLater | Refused


class Transport(Protocol):
    """Carries messages of one channel. Knows networks, no rules: whether and when to send was decided before.

    Called outside any transaction, by several threads at once. Every fault of the network is an `Outcome`; an exception
    means that the gateway itself must be mended, and leaves the message to `settle`.
    """

    def deliver(self, message: Outgoing) -> Outcome:
        """Hand the message to the network, within ten minutes."""
        ...

    def settle(self, message: Outgoing) -> Outcome:
        """Say what became of a message whose `deliver` was cut off, without sending it.

        `TryLater` only when it certainly did not go, or when the network marks a second copy so that it is recognised
        as such; `Refused(reason=Reason.UNCERTAIN)` when nobody can tell.
        """
        ...


def transport_for(channel: Channel) -> Transport | None:
    """The gateway that carries the channel, or None when none is set up."""
    path = settings.TRANSPORTS.get(channel.value)
    return _made(path) if path else None


def channels() -> frozenset[Channel]:
    """Channels that have a gateway."""
    return frozenset(map(Channel, settings.TRANSPORTS))


@cache
def _made(path: str) -> Transport:
    made: Transport = import_string(path)()
    return made
