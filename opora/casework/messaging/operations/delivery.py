"""What becomes of a queued message: every change of its state after it was asked for.

The network is touched by `handlers.deliver` between `take_up` and `record_outcome`, outside any transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from opora.casework.messaging.events import (
    ContactDead,
    MessageFailed,
    MessageRetried,
    MessageSent,
    MessageSuppressed,
)
from opora.casework.messaging.models import DeadContact, Message, MessageAttempt
from opora.casework.messaging.operations.sending import CONTACTS, call_courier, contacts_by_life, tell, zone_of
from opora.casework.messaging.queries import last_words, outgoing
from opora.casework.messaging.rules import VALID_FOR, not_before, pause, refusal
from opora.casework.messaging.stages import MOVES, Channel, Purpose, Reason, State
from opora.casework.messaging.transports import Accepted, Delivered, Outcome, Outgoing, Refused, TryLater, channels
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish_many
from opora.platform.stages import check_move
from opora.registry.customers.models import ContactPoint, Customer

#: How many interrupted messages are settled in one go.
BATCH = 1000


_OUTCOMES: Mapping[type[Outcome], MessageAttempt.Outcome] = {
    Accepted: MessageAttempt.Outcome.ACCEPTED,
    Delivered: MessageAttempt.Outcome.DELIVERED,
    TryLater: MessageAttempt.Outcome.LATER,
    Refused: MessageAttempt.Outcome.REFUSED,
}


class CannotRetry(BusinessError):
    """What kept the message from going still does."""

    code = "cannot_retry"
    status = 409


@transaction.atomic
def take_up(*, message_id: int, by: User) -> Outgoing | None:
    """Begin to deliver a queued message: from the commit on it is being sent, and nobody else takes it.

    What may have changed while it waited is looked at again: consent withdrawn meanwhile stops it, quiet hours and a
    clock that was put back postpone it, a message that is not true any more is dropped.

    :return: None when there is nothing to deliver now.
    """
    message = Message.objects.select_for_update().filter(pk=message_id, state=State.QUEUED).first()
    if message is None or message.next_attempt_at is None:
        return None
    now = timezone.now()
    if now >= message.expires_at:
        _end(message, State.EXPIRED, Reason(message.reason or Reason.TOO_LATE), by=by)
        return None
    if reason := _obstacle(message):
        _end(message, State.SUPPRESSED, reason, by=by)
        return None
    begins = _quiet_until(message, max(now, message.next_attempt_at))
    if begins > now:
        message.next_attempt_at = begins
        message.save(update_fields=["next_attempt_at"])
        call_courier(message)
        return None
    message.state, message.sending_since, message.next_attempt_at = State.SENDING, now, None
    message.attempts += 1
    message.save(update_fields=["state", "sending_since", "next_attempt_at", "attempts"])
    MessageAttempt.objects.create(message=message, number=message.attempts, started_at=now)
    return outgoing(message)


@transaction.atomic
def record_outcome(*, message_id: int, attempt: int, outcome: Outcome, by: User) -> Message | None:
    """Keep what the network said of an attempt; repeating it, or coming too late with it, changes nothing."""
    message = Message.objects.select_for_update().filter(pk=message_id, state=State.SENDING, attempts=attempt).first()
    if message is None:
        return None
    now = timezone.now()
    reason = outcome.reason if isinstance(outcome, Refused | TryLater) else ""
    MessageAttempt.objects.filter(message=message, number=attempt).update(
        finished_at=now, outcome=_OUTCOMES[type(outcome)], reason=reason, detail=outcome.detail[:300]
    )
    message.detail = outcome.detail[:300]
    if isinstance(outcome, Accepted | Delivered):
        message.provider_id, message.sent_at = outcome.provider_id[:200], now
        _end(message, State.SENT if isinstance(outcome, Accepted) else State.DELIVERED, None, by=by)
    elif isinstance(outcome, Refused):
        _end(message, State.FAILED, outcome.reason, by=by)
        if outcome.reason is Reason.ADDRESS_UNKNOWN:
            _bury(message, at=now, by=by)
    else:
        _put_off(message, outcome.reason, now=now, by=by)
    return message


@transaction.atomic
def release_interrupted(*, before: datetime, by: User) -> int:
    """Ask what became of messages whose sending began before that moment and never ended; return how many.

    A worker has died over them. Their gateway is asked in jobs of their own; nothing is sent again before it answers.
    """
    lost = Message.objects.filter(state=State.SENDING, sending_since__lt=before).order_by("pk")
    found = list(lost.select_for_update(skip_locked=True).values_list("pk", "attempts")[:BATCH])
    Message.objects.filter(pk__in=[pk for pk, _attempt in found]).update(sending_since=timezone.now())
    if found:
        settle = app.configure_task("messaging.settle", queue="alerts")
        jobs: list[dict[str, Any]] = [{"message_id": pk, "attempt": attempt} for pk, attempt in found]
        settle.batch_defer(*jobs)
    return len(found)


@transaction.atomic
def retry_message(*, message_id: int, by: User) -> Message:
    """Send again, by the same channel and in the same words, what did not go: the cause has been mended.

    It goes to an address of the customer that works now. When there is none but the one that was found dead, whoever
    sends again says by that that it lives.

    :raises NotVisible: when there is no such message for this user.
    :raises ForbiddenMove: when it has gone, or is on its way.
    :raises CannotRetry: when there is no address, or the law still forbids it.
    """
    message = _locked(message_id)
    check_move(MOVES, State(message.state), State.QUEUED)
    message.address = _address(message)
    if reason := _obstacle(message):
        raise CannotRetry(_("It cannot be sent: %s.") % reason.label)
    now = timezone.now()
    message.state, message.reason, message.detail = State.QUEUED, "", ""
    message.expires_at = now + VALID_FOR[Purpose(message.purpose)]
    message.next_attempt_at = _quiet_until(message, now)
    message.save()
    tell(message, MessageRetried(message_id=message.pk), by=by)
    call_courier(message)
    return message


@transaction.atomic
def cancel_message(*, message_id: int, by: User) -> Message:
    """Keep a message that still waits from going.

    :raises NotVisible: when there is no such message for this user.
    :raises ForbiddenMove: when it has gone, or is on its way.
    """
    message = _locked(message_id)
    check_move(MOVES, State(message.state), State.SUPPRESSED)
    _end(message, State.SUPPRESSED, Reason.CANCELLED, by=by)
    return message


def _locked(message_id: int) -> Message:
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotVisible(_("There is no such message."))
    return message


def _obstacle(message: Message) -> Reason | None:
    """What forbids the message to go, as things are now."""
    purpose, channel = Purpose(message.purpose), Channel(message.channel)
    if channel not in channels():
        return Reason.NO_TRANSPORT
    if message.customer_id is None:
        return refusal(purpose, None)
    return refusal(purpose, last_words(message.customer_id, purpose).get(channel))


def _quiet_until(message: Message, moment: datetime) -> datetime:
    channel, purpose = Channel(message.channel), Purpose(message.purpose)
    return not_before(moment, channel=channel, purpose=purpose, zone=zone_of(message.branch_id))


def _put_off(message: Message, reason: Reason, *, now: datetime, by: User) -> None:
    """Try again later, unless the message will not be true any more by then."""
    begins = _quiet_until(message, now + pause(reason, message.attempts))
    if begins >= message.expires_at:
        _end(message, State.EXPIRED, reason, by=by)
        return
    message.state, message.sending_since, message.next_attempt_at = State.QUEUED, None, begins
    message.reason = reason
    message.save(update_fields=["state", "sending_since", "next_attempt_at", "reason", "detail"])
    call_courier(message)


def _end(message: Message, state: State, reason: Reason | None, *, by: User) -> None:
    message.state, message.reason = state, reason or ""
    message.sending_since = message.next_attempt_at = None
    message.save()
    if state in (State.SENT, State.DELIVERED):
        tell(message, MessageSent(message_id=message.pk, channel=message.channel, state=state), by=by)
    elif state is State.SUPPRESSED:
        tell(message, MessageSuppressed(message_id=message.pk, reason=message.reason), by=by)
    else:
        failed = MessageFailed(message_id=message.pk, channel=message.channel, state=state, reason=message.reason)
        tell(message, failed, by=by)


def _bury(message: Message, *, at: datetime, by: User) -> None:
    """Mark the address as dead wherever it stands: it is the same mailbox, whoever gave it."""
    points = ContactPoint.objects.filter(value=message.address, kind=CONTACTS[Channel(message.channel)])
    fresh = points.exclude(pk__in=DeadContact.objects.values("contact_point")).order_by("pk")
    dead = DeadContact.objects.bulk_create(
        (DeadContact(contact_point=point, message=message, at=at) for point in fresh), ignore_conflicts=True
    )
    publish_many(
        (
            (
                ContactDead(
                    customer_id=mark.contact_point.customer_id,
                    contact_point_id=mark.contact_point_id,
                    message_id=message.pk,
                ),
                [Customer(pk=mark.contact_point.customer_id)],
            )
            for mark in dead
        ),
        by=by,
    )


def _address(message: Message) -> str:
    """Where to send again."""
    if message.customer_id is None:
        if not message.address:
            raise CannotRetry(_("It cannot be sent: %s.") % Reason.NO_ADDRESS.label)
        return message.address
    kind = CONTACTS[Channel(message.channel)]
    alive, dead = contacts_by_life(message.customer_id, kind)
    if message.address and message.address not in dead:
        return message.address
    if alive:
        return alive[0]
    if not dead:
        raise CannotRetry(_("It cannot be sent: %s. Add one to the customer's card.") % Reason.NO_ADDRESS.label)
    DeadContact.objects.filter(contact_point__value=dead[0]).delete()
    return dead[0]
