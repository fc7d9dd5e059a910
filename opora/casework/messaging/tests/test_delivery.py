"""From the queue to the network and back, with a network that answers as it is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from opora.casework.messaging.handlers import PATIENCE, deliver, settle, settle_interrupted
from opora.casework.messaging.models import Consent, DeadContact, Message, MessageAttempt
from opora.casework.messaging.operations import (
    CannotRetry,
    Recipient,
    cancel_message,
    record_consent,
    record_outcome,
    retry_message,
    take_up,
)
from opora.casework.messaging.stages import Channel, Purpose, Reason
from opora.casework.messaging.transports import Accepted, Delivered, Refused, TryLater
from opora.platform.errors import NotVisible
from opora.platform.journal.queries import history_of
from opora.platform.stages import ForbiddenMove
from opora.registry.customers.models import ContactPoint, Customer
from opora.registry.customers.operations import add_contact_point, register_customer


def again(message):
    return Message.objects.get(pk=message.pk)


def jobs(task="messaging.deliver"):
    return list(ProcrastinateJob.objects.filter(task_name=task).order_by("pk"))


def after(message, seconds):
    """Let its next attempt have been due by now."""
    Message.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=seconds))


def test_an_accepted_message_is_sent_and_its_attempt_kept(write, email, customer, network):
    network.answering(Accepted(provider_id="net-7", detail="250 queued"))
    message = write()

    deliver(message_id=message.pk)

    sent = again(message)
    assert (sent.state, sent.provider_id, sent.attempts, sent.reason) == ("SENT", "net-7", 1, "")
    assert sent.sent_at is not None
    attempt = MessageAttempt.objects.get()
    assert (attempt.number, attempt.outcome, attempt.detail) == (1, "ACCEPTED", "250 queued")
    assert [(m.address, m.attempt, m.name) for m in network.handed] == [("elkin@example.org", 1, "Ёлкин Пётр")]
    assert history_of(customer)[0].event == "messaging.MessageSent"


def test_a_delivered_message_is_delivered(write, email, network):
    network.answering(Delivered())
    message = write()

    deliver(message_id=message.pk)

    assert again(message).state == "DELIVERED"


def test_the_job_may_run_twice_and_the_message_goes_once(write, email, network):
    message = write()

    deliver(message_id=message.pk)
    deliver(message_id=message.pk)

    assert len(network.handed) == 1


def test_two_workers_do_not_take_one_message(write, email, admin):
    message = write()

    first = take_up(message_id=message.pk, by=admin)
    second = take_up(message_id=message.pk, by=admin)

    assert (first.message_id, second) == (message.pk, None)


@pytest.mark.parametrize(("reason", "seconds"), [(Reason.CONNECTION, 30), (Reason.BUSY, 300)])
def test_what_may_succeed_later_is_tried_later(write, email, network, reason, seconds):
    network.answering(TryLater(reason=reason, detail="451 greylisted"), Accepted())
    message = write()

    deliver(message_id=message.pk)

    waiting = again(message)
    assert (waiting.state, waiting.reason, waiting.detail) == ("QUEUED", reason, "451 greylisted")
    wait = (waiting.next_attempt_at - MessageAttempt.objects.get().finished_at).total_seconds()
    assert wait == pytest.approx(seconds, abs=1)
    assert jobs()[-1].scheduled_at == waiting.next_attempt_at

    after(message, 1)
    deliver(message_id=message.pk)

    sent = again(message)
    assert (sent.state, sent.attempts, sent.reason, sent.detail) == ("SENT", 2, "", "")
    assert [a.outcome for a in MessageAttempt.objects.order_by("number")] == ["LATER", "ACCEPTED"]


def test_a_job_that_comes_too_early_comes_again(write, email, network):
    message = write()
    Message.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))

    deliver(message_id=message.pk)

    assert network.handed == []
    assert jobs()[-1].scheduled_at == again(message).next_attempt_at


def test_a_refused_message_fails_with_the_reason_and_the_networks_words(write, email, customer, network):
    network.answering(Refused(reason=Reason.REJECTED, detail="554 5.7.1 spam"))
    message = write()

    deliver(message_id=message.pk)

    failed = again(message)
    assert (failed.state, failed.reason, failed.detail) == ("FAILED", "REJECTED", "554 5.7.1 spam")
    assert failed.get_reason_display() == "сервер отказался принять сообщение"
    assert history_of(customer)[0].facts["reason"] == "REJECTED"
    assert DeadContact.objects.count() == 0


def test_an_address_nobody_lives_at_is_marked_on_every_card(write, email, customer, network, group, branch, admin):
    wife = register_customer(
        kind=Customer.Kind.INDIVIDUAL, group_id=group.pk, branch_id=branch.pk, last_name="Ёлкина", by=admin
    )
    hers = add_contact_point(customer_id=wife.pk, kind=ContactPoint.Kind.EMAIL, value="elkin@example.org", by=admin)
    network.answering(Refused(reason=Reason.ADDRESS_UNKNOWN, detail="550 5.1.1 no such user"))
    message = write()

    deliver(message_id=message.pk)

    assert again(message).state == "FAILED"
    assert set(DeadContact.objects.values_list("contact_point", flat=True)) == {email.pk, hers.pk}
    assert history_of(wife)[0].event == "messaging.ContactDead"


def test_what_is_not_true_any_more_is_dropped(write, email, network):
    message = write(expires_at=timezone.now() - timedelta(seconds=1))

    deliver(message_id=message.pk)

    assert (again(message).state, again(message).reason) == ("EXPIRED", "TOO_LATE")
    assert network.handed == []


def test_what_would_be_tried_after_it_ceased_to_be_true_is_dropped_with_the_cause(write, email, network):
    network.answering(TryLater(reason=Reason.BUSY))
    message = write(expires_at=timezone.now() + timedelta(minutes=4))

    deliver(message_id=message.pk)

    assert (again(message).state, again(message).reason) == ("EXPIRED", "BUSY")


def test_consent_withdrawn_while_the_message_was_being_queued_stops_it(write, customer, email, admin, network):
    said = {"customer": customer, "purpose": Purpose.SURVEY, "channel": Channel.EMAIL, "by": admin}
    Consent.objects.create(**said, given=True, proof="п", at=timezone.now())
    message = write("survey")
    after(message, 1)
    Consent.objects.create(**said, given=False, proof="п", at=timezone.now())

    deliver(message_id=message.pk)

    assert (again(message).state, again(message).reason) == ("SUPPRESSED", "WITHDRAWN")
    assert network.handed == []


def test_an_sms_that_quiet_hours_overtook_waits_for_the_morning(write, phone, network, monkeypatch):
    message = write()
    after(message, 1)
    night = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: night)
    Message.objects.filter(pk=message.pk).update(next_attempt_at=night, expires_at=night + timedelta(days=1))

    deliver(message_id=message.pk)

    assert network.handed == []
    assert again(message).next_attempt_at == datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def test_a_message_whose_worker_died_is_settled_by_its_network_and_not_sent_again(write, email, admin, network):
    message = write()
    take_up(message_id=message.pk, by=admin)
    now = timezone.now()

    deliver(message_id=message.pk)
    settle_interrupted(now)
    assert jobs("messaging.settle") == []
    settle_interrupted(now + PATIENCE + timedelta(seconds=1))
    settle_interrupted(now + PATIENCE + timedelta(seconds=1))
    (job, _repeated) = jobs("messaging.settle")
    network.answering(Accepted(provider_id="net-3"))
    settle(**job.args)
    settle(**job.args)

    assert (again(message).state, again(message).provider_id) == ("SENT", "net-3")
    assert len(network.settled) == 1
    assert network.handed == []


def test_what_certainly_did_not_go_is_sent_again(write, email, admin, network):
    message = write()
    take_up(message_id=message.pk, by=admin)
    network.answering(TryLater(reason=Reason.INTERRUPTED), Accepted())

    settle(message_id=message.pk, attempt=1)
    assert (again(message).state, again(message).reason) == ("QUEUED", "INTERRUPTED")
    after(message, 1)
    deliver(message_id=message.pk)

    assert (again(message).state, again(message).attempts) == ("SENT", 2)


def test_what_nobody_can_tell_is_shown_and_not_sent_again(write, email, admin, settings, network):
    message = write()
    take_up(message_id=message.pk, by=admin)
    settings.TRANSPORTS = {}

    settle(message_id=message.pk, attempt=1)

    assert (again(message).state, again(message).reason) == ("FAILED", "UNCERTAIN")


def test_an_outcome_that_comes_too_late_changes_nothing(write, email, admin):
    message = write()
    take_up(message_id=message.pk, by=admin)
    record_outcome(message_id=message.pk, attempt=1, outcome=Accepted(provider_id="net-1"), by=admin)

    late = Refused(reason=Reason.REJECTED)
    assert record_outcome(message_id=message.pk, attempt=1, outcome=late, by=admin) is None
    assert record_outcome(message_id=message.pk, attempt=2, outcome=late, by=admin) is None

    assert again(message).state == "SENT"


def test_a_failed_message_is_sent_again_when_the_cause_is_mended(write, email, customer, network, admin):
    network.answering(Refused(reason=Reason.MAILBOX_FULL))
    message = write()
    deliver(message_id=message.pk)

    retry_message(message_id=message.pk, by=admin)

    waiting = again(message)
    assert (waiting.state, waiting.reason, waiting.address) == ("QUEUED", "", "elkin@example.org")
    assert len(jobs()) == 2
    network.answering(Accepted())
    deliver(message_id=message.pk)
    assert (again(message).state, again(message).attempts) == ("SENT", 2)


def test_sent_again_it_goes_to_the_address_that_works_now(write, email, customer, network, admin):
    network.answering(Refused(reason=Reason.ADDRESS_UNKNOWN))
    message = write()
    deliver(message_id=message.pk)
    add_contact_point(customer_id=customer.pk, kind=ContactPoint.Kind.EMAIL, value="new@example.org", by=admin)

    assert retry_message(message_id=message.pk, by=admin).address == "new@example.org"
    assert DeadContact.objects.count() == 1


def test_sent_again_to_the_dead_address_it_lives(write, email, network, admin):
    network.answering(Refused(reason=Reason.ADDRESS_UNKNOWN))
    message = write()
    deliver(message_id=message.pk)

    assert retry_message(message_id=message.pk, by=admin).address == "elkin@example.org"
    assert DeadContact.objects.count() == 0


def test_without_address_or_consent_it_is_not_sent_again(write, customer, admin):
    without_address, without_consent = write(once="1"), write("survey", once="2")
    for message in (without_address, without_consent):
        with pytest.raises(CannotRetry):
            retry_message(message_id=message.pk, by=admin)

    add_contact_point(customer_id=customer.pk, kind=ContactPoint.Kind.EMAIL, value="new@example.org", by=admin)
    assert retry_message(message_id=without_address.pk, by=admin).state == "QUEUED"
    with pytest.raises(CannotRetry):
        retry_message(message_id=without_consent.pk, by=admin)
    record_consent(customer_id=customer.pk, purpose=Purpose.SURVEY, channel=Channel.EMAIL, proof="анкета", by=admin)
    assert retry_message(message_id=without_consent.pk, by=admin).state == "QUEUED"


def test_a_message_to_nobody_without_an_address_is_not_sent_again(write, branch, admin):
    message = write(to=Recipient(branch_id=branch.pk))

    with pytest.raises(CannotRetry):
        retry_message(message_id=message.pk, by=admin)


def test_what_has_gone_is_neither_sent_again_nor_cancelled(write, email, admin):
    message = write()
    deliver(message_id=message.pk)

    for refused in (retry_message, cancel_message):
        with pytest.raises(ForbiddenMove):
            refused(message_id=message.pk, by=admin)
        with pytest.raises(NotVisible):
            refused(message_id=message.pk + 1, by=admin)

    assert again(message).state == "SENT"


def test_a_cancelled_message_does_not_go(write, email, admin, network):
    message = write()

    cancel_message(message_id=message.pk, by=admin)
    deliver(message_id=message.pk)

    assert (again(message).state, again(message).reason) == ("SUPPRESSED", "CANCELLED")
    assert network.handed == []


def test_a_channel_that_lost_its_gateway_meanwhile_says_so(write, email, settings):
    message = write()
    settings.TRANSPORTS = {}

    deliver(message_id=message.pk)

    assert (again(message).state, again(message).reason) == ("SUPPRESSED", "NO_TRANSPORT")
