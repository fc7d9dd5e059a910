import pytest
from django.db import connection

from opora.casework.messaging.models import Consent, Message, Preference
from opora.casework.messaging.operations import ProofMissing, record_consent, set_preference, withdraw_consent
from opora.casework.messaging.queries import last_words
from opora.casework.messaging.stages import Channel, Purpose
from opora.platform.errors import NotVisible
from opora.platform.journal.queries import history_of
from opora.platform.scope import Scope, scoped

ADVERTISING_BY_EMAIL = {"purpose": Purpose.ADVERTISING, "channel": Channel.EMAIL}


def test_the_last_word_counts_and_every_word_is_kept(customer, admin):
    said = {"customer_id": customer.pk, **ADVERTISING_BY_EMAIL, "by": admin}

    record_consent(**said, proof="заявление № 5")
    assert last_words(customer.pk, Purpose.ADVERTISING) == {Channel.EMAIL: True}
    withdraw_consent(**said, proof="письмо")
    assert last_words(customer.pk, Purpose.ADVERTISING) == {Channel.EMAIL: False}
    record_consent(**said, proof="заявление № 9")

    assert last_words(customer.pk, Purpose.ADVERTISING) == {Channel.EMAIL: True}
    assert last_words(customer.pk, Purpose.SERVICE) == {}
    kept = Consent.objects.order_by("pk").values_list("given", "proof")
    assert list(kept) == [(True, "заявление № 5"), (False, "письмо"), (True, "заявление № 9")]
    assert [line.event for line in history_of(customer)][:3] == [
        "messaging.ConsentGiven",
        "messaging.ConsentWithdrawn",
        "messaging.ConsentGiven",
    ]


def test_consent_without_proof_is_refused(customer, admin):
    with pytest.raises(ProofMissing) as refusal:
        record_consent(customer_id=customer.pk, **ADVERTISING_BY_EMAIL, proof="  ", by=admin)

    assert refusal.value.field == "proof"
    assert Consent.objects.count() == 0


def test_the_application_cannot_change_what_was_said(customer, admin):
    consent = record_consent(customer_id=customer.pk, **ADVERTISING_BY_EMAIL, proof="заявление", by=admin)

    with connection.cursor() as cursor:
        cursor.execute("update messaging_consent set given = false")
        changed = cursor.rowcount
        cursor.execute("delete from messaging_consent")
        removed = cursor.rowcount

    assert (changed, removed) == (0, 0)
    consent.refresh_from_db()
    assert consent.given is True


def test_withdrawal_stops_what_is_queued_and_nothing_else(write, customer, email, admin):
    record_consent(customer_id=customer.pk, **ADVERTISING_BY_EMAIL, proof="заявление", by=admin)
    offer, notice = write("offer", once="1"), write(once="2")
    assert (offer.state, notice.state) == ("QUEUED", "QUEUED")

    withdraw_consent(customer_id=customer.pk, **ADVERTISING_BY_EMAIL, proof="звонок", by=admin)

    offer.refresh_from_db()
    notice.refresh_from_db()
    assert (offer.state, offer.reason, offer.next_attempt_at) == ("SUPPRESSED", "WITHDRAWN", None)
    assert notice.state == "QUEUED"
    assert history_of(customer)[0].facts["stopped"] == 1


def test_who_wants_nothing_more_is_sent_nothing_more(write, customer, email, admin):
    write()

    set_preference(customer_id=customer.pk, purpose=Purpose.SERVICE, channels=[], by=admin)

    message = Message.objects.get()
    assert (message.state, message.reason) == ("SUPPRESSED", "UNWANTED")


def test_a_preference_is_replaced_and_taken_back(customer, admin):
    chosen = {"customer_id": customer.pk, "purpose": Purpose.SERVICE, "by": admin}

    set_preference(**chosen, channels=[Channel.SMS, Channel.EMAIL, Channel.SMS])
    assert Preference.objects.get().channels == ["SMS", "EMAIL"]
    set_preference(**chosen, channels=[Channel.EMAIL])
    assert Preference.objects.get().channels == ["EMAIL"]
    set_preference(**chosen, channels=None)
    set_preference(**chosen, channels=None)

    assert Preference.objects.count() == 0


def test_whoever_sees_the_customer_writes_down_his_words_and_nobody_else(customer, user, branch):
    said = {"customer_id": customer.pk, **ADVERTISING_BY_EMAIL, "proof": "звонок", "by": user}
    blind = Scope(branches=frozenset([branch.pk]))

    with scoped(user.scope):
        record_consent(**said)
    with scoped(blind):
        for refused in (record_consent, withdraw_consent):
            with pytest.raises(NotVisible):
                refused(**said)
        with pytest.raises(NotVisible):
            set_preference(customer_id=customer.pk, purpose=Purpose.SURVEY, channels=[], by=user)
        assert Consent.objects.count() == 0

    assert Consent.objects.count() == 1
