import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from opora.casework.messaging.models import DeadContact, Message
from opora.casework.messaging.operations import (
    FieldMissing,
    NoTemplate,
    Recipient,
    RepeatedKey,
    record_consent,
    send,
    set_preference,
    withdraw_consent,
)
from opora.casework.messaging.stages import Channel, Purpose
from opora.casework.messaging.tests.conftest import VALUES
from opora.platform.access.operations import create_user
from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.journal.queries import history_of
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.registry.organization.operations import create_branch


def jobs():
    found = ProcrastinateJob.objects.filter(task_name="messaging.deliver").order_by("pk")
    return [(job.queue_name, job.args["message_id"]) for job in found]


def test_a_message_waits_with_its_words_its_address_and_a_job(write, customer, email, settings):
    settings.MESSAGE_FIELDS = {"company": "Сети", "phone": "8 800"}

    message = write()

    assert (message.state, message.channel, message.purpose) == ("QUEUED", "EMAIL", "SERVICE")
    assert (message.name, message.address) == ("Ёлкин Пётр", "elkin@example.org")
    assert message.subject == "Ваше обращение № 01-2026-000017 зарегистрировано"
    assert "Срок ответа: не позднее 24.12.2026" in message.body
    assert message.body.endswith("по телефону 8 800.\n\nСети")
    assert jobs() == [("alerts", message.pk)]
    assert [line.label for line in history_of(customer)][:1] == ["Сообщение поставлено в очередь"]


def test_the_same_key_sends_one_message_however_often(write, email):
    first, second = write(), write(values={**VALUES, "number": "другой"})

    assert first == second
    assert Message.objects.count() == 1
    assert len(jobs()) == 1


def test_mass_messages_wait_in_the_queue_of_mass_work_and_out_of_the_journal(write, customer, email):
    before = len(history_of(customer))

    message = write(bulk=True)

    assert jobs() == [("mass", message.pk)]
    assert len(history_of(customer)) == before


def test_it_stands_on_the_cards_of_what_it_is_about(write, customer, email, branch):
    message = write(about=[branch])

    assert message.about == [f"organization.Branch:{branch.pk}"]
    assert history_of(branch)[0].facts["message_id"] == message.pk


@pytest.mark.parametrize("field", ["number", "due"])
def test_a_field_that_the_words_need_and_nobody_gave_is_named(write, email, field):
    values = {name: value for name, value in VALUES.items() if name != field}

    with pytest.raises(FieldMissing, match=f"«{field}»"):
        write(values=values)

    assert Message.objects.count() == 0


def test_an_unknown_template_is_named(write, email):
    with pytest.raises(NoTemplate, match="«lottery»") as refusal:
        write("lottery")

    assert refusal.value.field == "template"


def test_an_address_given_with_the_case_is_preferred_to_the_card(write, customer, email):
    message = write(to=Recipient(customer_id=customer.pk, email=" Work@Example.org "))

    assert message.address == "work@example.org"


def test_somebody_who_is_no_customer_is_told_by_his_address(write, branch):
    message = write(to=Recipient(name="Неизвестный", email="who@example.org", branch_id=branch.pk))

    assert (message.state, message.customer, message.address) == ("QUEUED", None, "who@example.org")


@pytest.mark.parametrize("wrong", ["", "не знаю", "a@b\nBcc: c@d.ru", "a@" + "b" * 260 + ".ru"])
def test_a_person_without_an_address_gets_none_and_the_row_says_why(write, customer, wrong):
    message = write(to=Recipient(customer_id=customer.pk, email=wrong))

    assert (message.state, message.reason, message.address) == ("SUPPRESSED", "NO_ADDRESS", "")
    assert jobs() == []
    assert history_of(customer)[0].facts == {"message_id": message.pk, "reason": "NO_ADDRESS"}


def test_who_has_only_a_phone_is_told_by_sms_when_there_is_a_network_for_it(write, phone, settings):
    by_sms = write(once="1")
    settings.TRANSPORTS = {"EMAIL": settings.TRANSPORTS["EMAIL"]}
    without = write(once="2")

    assert (by_sms.state, by_sms.channel, by_sms.address) == ("QUEUED", "SMS", "+79180000017")
    assert (without.state, without.reason) == ("SUPPRESSED", "NO_ADDRESS")


def test_no_gateway_at_all_is_said_so(write, email, settings):
    settings.TRANSPORTS = {}

    message = write()

    assert (message.state, message.reason) == ("SUPPRESSED", "NO_TRANSPORT")


def test_the_customers_order_of_channels_is_kept(write, customer, email, phone, admin):
    set_preference(customer_id=customer.pk, purpose=Purpose.SERVICE, channels=[Channel.SMS, Channel.EMAIL], by=admin)

    assert write().channel == "SMS"
    assert write("case_answered", once="a", values={**VALUES, "answer": "Да"}).channel == "EMAIL"


def test_who_wants_no_such_messages_gets_none(write, customer, email, admin):
    set_preference(customer_id=customer.pk, purpose=Purpose.SERVICE, channels=[], by=admin)

    assert (write().state, write().reason) == ("SUPPRESSED", "UNWANTED")

    set_preference(customer_id=customer.pk, purpose=Purpose.SERVICE, channels=None, by=admin)
    assert write(once="later").state == "QUEUED"


def test_advertising_goes_only_by_the_channel_it_was_allowed_for(write, customer, email, phone, admin):
    assert write("offer", once="1").reason == "NO_CONSENT"
    record_consent(customer_id=customer.pk, purpose=Purpose.SERVICE, channel=Channel.SMS, proof="заявление", by=admin)
    assert write("offer", once="2").reason == "NO_CONSENT"

    record_consent(
        customer_id=customer.pk, purpose=Purpose.ADVERTISING, channel=Channel.SMS, proof="заявление № 5", by=admin
    )

    allowed = write("offer", once="3")
    assert (allowed.state, allowed.channel) == ("QUEUED", "SMS")


def test_nobody_unknown_is_advertised_to(write, branch):
    message = write("offer", to=Recipient(email="who@example.org", branch_id=branch.pk))

    assert (message.state, message.reason) == ("SUPPRESSED", "NO_CONSENT")


def test_a_refusal_counts_for_service_notices_too(write, customer, email, admin):
    withdraw_consent(customer_id=customer.pk, purpose=Purpose.SERVICE, channel=Channel.EMAIL, proof="звонок", by=admin)

    message = write()

    assert (message.state, message.reason) == ("SUPPRESSED", "WITHDRAWN")


def test_an_address_that_was_returned_is_not_tried_again(write, email):
    first = write(once="1")
    DeadContact.objects.create(contact_point=email, message=first, at=timezone.now())

    message = write(once="2")

    assert (message.state, message.reason) == ("SUPPRESSED", "ADDRESS_DEAD")


def test_an_answer_by_email_goes_at_night_and_an_sms_in_the_morning(write, email, phone):
    by_email = write(once="1")
    by_sms = write("offer", once="2")

    assert by_email.next_attempt_at == by_email.created_at
    assert by_sms.reason == "NO_CONSENT"


def test_whoever_does_not_see_the_customer_cannot_write_to_him(write, customer, email, admin):
    stranger = create_user(username="stranger", password=None, roles=[], scope=Scope(), by=admin)

    with scoped(stranger.scope), pytest.raises(NotVisible):
        write(by=stranger)

    assert Message.objects.count() == 0


def test_messages_are_seen_with_their_customer_or_in_their_branch(write, customer, email, branch, group, admin, user):
    to_customer = write(once="1")
    to_stranger = write(once="2", to=Recipient(email="who@example.org", branch_id=branch.pk))
    nowhere = write(once="3", to=Recipient(email="who@example.org"))
    other = create_branch(code="02", name="Сочинские электрические сети", short_name="СЭС", by=admin)
    no_group = Scope(branches=frozenset([branch.pk]))
    elsewhere = Scope(branches=frozenset([other.pk]), groups_seen=frozenset([group.pk]))

    def seen(scope):
        with scoped(scope):
            return set(Message.objects.all())

    assert seen(EVERYTHING) == {to_customer, to_stranger, nowhere}
    assert seen(user.scope) == {to_customer, to_stranger}
    assert seen(no_group) == {to_stranger}
    assert seen(elsewhere) == set()
    assert seen(Scope()) == set()


def test_a_message_to_nobody_known_belongs_to_the_writers_branch(write, branch, user):
    with scoped(user.scope):
        message = write(to=Recipient(email="who@example.org"), by=user)
        with pytest.raises(NotVisible):
            write(once="2", to=Recipient(email="who@example.org", branch_id=999), by=user)

    assert message.branch_id == branch.pk


def test_who_belongs_to_no_branch_writes_to_customers_only(write, admin):
    stranger = create_user(username="stranger", password=None, roles=[], scope=Scope(), by=admin)

    with scoped(stranger.scope), pytest.raises(EditForbidden):
        write(to=Recipient(email="who@example.org"), by=stranger)


def test_a_key_used_where_one_cannot_see_is_refused(write, user, templates, email):
    write(once="taken", to=Recipient(email="boss@example.org"))

    with scoped(user.scope), pytest.raises(RepeatedKey):
        write(once="taken", by=user)

    assert Message.objects.count() == 1


def test_sending_costs_few_queries(write, email, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        write()


def test_values_cannot_break_out_of_the_subject(write, email):
    message = write(values={**VALUES, "number": "1\r\nBcc: all@example.org"})

    assert message.subject == "Ваше обращение № 1 Bcc: all@example.org зарегистрировано"


def test_send_without_customer_or_address_is_not_an_error(templates, branch, admin):
    message = send(
        template="case_registered", to=Recipient(branch_id=branch.pk), values=VALUES, once="nobody", by=admin
    )

    assert message.reason == "NO_ADDRESS"
