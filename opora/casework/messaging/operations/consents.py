"""What people agree to, refuse and prefer."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.messaging.events import ConsentGiven, ConsentWithdrawn, PreferenceSet
from opora.casework.messaging.models import Consent, Message, Preference
from opora.casework.messaging.stages import Channel, Purpose, Reason, State
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.registry.customers.models import Customer


class ProofMissing(BusinessError):
    code = "proof_missing"


@transaction.atomic
def record_consent(*, customer_id: int, purpose: Purpose, channel: Channel, proof: str, by: User) -> Consent:
    """Keep that the customer agreed to messages of a purpose by a channel, and how we know (126-ФЗ ст. 44.1).

    Needs only the right to see the customer: whoever hears the words writes them down.

    :raises ProofMissing: without a proof; the sender has to prove consent (38-ФЗ ст. 18).
    """
    consent = _say(customer_id, purpose, channel, proof, given=True, by=by)
    event = ConsentGiven(customer_id=customer_id, consent_id=consent.pk, purpose=purpose, channel=channel)
    publish(event, by=by, about=[consent.customer])
    return consent


@transaction.atomic
def withdraw_consent(*, customer_id: int, purpose: Purpose, channel: Channel, proof: str, by: User) -> Consent:
    """Keep that the customer took it back, or never agreed, and stop at once what is still queued for him."""
    consent = _say(customer_id, purpose, channel, proof, given=False, by=by)
    stopped = _stop(customer_id, purpose, [channel], Reason.WITHDRAWN)
    event = ConsentWithdrawn(
        customer_id=customer_id, consent_id=consent.pk, purpose=purpose, channel=channel, stopped=stopped
    )
    publish(event, by=by, about=[consent.customer])
    return consent


@transaction.atomic
def set_preference(*, customer_id: int, purpose: Purpose, channels: Sequence[Channel] | None, by: User) -> None:
    """Set the channels, in order, by which the customer wants messages of a purpose.

    :param channels: empty: he wants none, and what is queued is stopped; None: as usual, nothing is kept.
    """
    customer = _seen(customer_id)
    if channels is None:
        Preference.objects.filter(customer=customer, purpose=purpose).delete()
    else:
        order = list(dict.fromkeys(channels))
        Preference.objects.update_or_create(customer=customer, purpose=purpose, defaults={"channels": order})
        _stop(customer_id, purpose, [channel for channel in Channel if channel not in order], Reason.UNWANTED)
    names = [channel.value for channel in channels or ()]
    publish(PreferenceSet(customer_id=customer_id, purpose=purpose, channels=names), by=by, about=[customer])
    announce(f"customer:{customer_id}")


def _say(customer_id: int, purpose: Purpose, channel: Channel, proof: str, *, given: bool, by: User) -> Consent:
    customer = _seen(customer_id)
    if not proof.strip():
        raise ProofMissing(_("Say how it is known: a paper, a recording, a letter."), field="proof")
    announce(f"customer:{customer_id}")
    return Consent.objects.create(
        customer=customer,
        purpose=purpose,
        channel=channel,
        given=given,
        proof=proof.strip()[:500],
        by=by,
        at=timezone.now(),
    )


def _seen(customer_id: int) -> Customer:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible(_("There is no such customer."), field="customer_id")
    return customer


def _stop(customer_id: int, purpose: Purpose, channels: Sequence[Channel], reason: Reason) -> int:
    """Stop what is queued; what is being sent at this moment cannot be called back."""
    queued = Message.objects.filter(customer_id=customer_id, purpose=purpose, channel__in=channels, state=State.QUEUED)
    stopped = queued.update(state=State.SUPPRESSED, reason=reason, next_attempt_at=None)
    if stopped:
        announce("messages")
    return stopped
