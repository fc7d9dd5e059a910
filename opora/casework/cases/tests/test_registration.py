from datetime import timedelta

import pytest
from django.utils import translation

from opora.casework.cases.models import Case, CaseStage, Topic
from opora.casework.cases.operations import (
    BranchNeeded,
    CannotAnswerAtOnce,
    Contact,
    NoPassport,
    TextMissing,
    WrongDate,
    WrongValue,
    change_topic,
)
from opora.casework.cases.tests.world import facts, moscow, passport, stage, stage_of, statuses, told
from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.journal.models import Entry
from opora.platform.scope import scoped
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import register_customer

# How a case begins


def test_a_contact_becomes_a_case_with_its_stages_people_and_dates(world):
    case = world.register(usage_point_id=world.usage_point.pk, branch_id=None, customer_id=None)

    assert case.number == "03-2026-000001"
    assert (case.customer_id, case.branch_id, case.district_id) == (
        world.customer.pk,
        world.branch.pk,
        world.district.pk,
    )
    assert (case.state, case.group_id) == ("REGISTERED", world.population.pk)
    assert told(case.due_at) == "2026-06-03 17:00"
    assert (case.division_id, case.employee_id) == (world.curators.pk, world.curator.pk)
    assert statuses(case) == {"review": "RUNNING", "work": "WAITING", "answer": "WAITING"}
    review = stage_of(case, "review")
    assert (review.employee_id, told(review.due_at)) == (world.curator.pk, "2026-05-05 17:00")
    assert facts(case) == ["CaseRegistered", "StageStarted"]


def test_numbers_run_by_branch_and_year(world, clock):
    first, second = world.register(), world.register()
    elsewhere = world.register(branch_id=world.other_branch.pk)
    clock.at("2027-01-11 09:00")
    next_year = world.register()

    assert [case.number for case in (first, second, elsewhere, next_year)] == [
        "03-2026-000001",
        "03-2026-000002",
        "04-2026-000001",
        "03-2027-000001",
    ]


def test_the_year_of_a_number_is_that_of_the_branch_and_not_of_greenwich(world, clock):
    clock.at("2027-01-01 00:30")

    assert world.register().number == "03-2027-000001"


def test_the_branch_is_the_only_one_of_the_customer_or_else_of_the_registrar(world):
    assert world.register(branch_id=None).branch_id == world.branch.pk
    operator = world.user("оператор")
    with scoped(operator.scope):
        assert world.register(branch_id=None, customer_id=None, by=operator).branch_id == world.branch.pk


def test_without_a_known_branch_the_registrar_is_asked(world):
    with pytest.raises(BranchNeeded) as refusal:
        world.register(branch_id=None, customer_id=None)

    assert refusal.value.field == "branch_id"
    assert not Case.objects.exists()


def test_a_district_names_its_branch_and_must_agree_with_it(world):
    case = world.register(branch_id=None, district_id=world.district.pk)
    assert (case.branch_id, case.district_id) == (world.branch.pk, world.district.pk)

    with pytest.raises(WrongValue) as refusal:
        world.register(branch_id=world.other_branch.pk, district_id=world.district.pk)
    assert refusal.value.field == "district_id"
    assert Case.objects.count() == 1


def test_a_contact_of_somebody_unknown_stays_unknown(world):
    case = world.register(customer_id=None, contact=Contact(name="Голос", phone="8 (918) 123-45-67", email=" A@B.ru "))

    assert (case.customer_id, case.group_id) == (None, world.unidentified.pk)
    assert (case.contact_name, case.contact_phone, case.contact_email) == ("Голос", "+79181234567", "a@b.ru")


# The passport


def test_the_most_precise_passport_is_chosen_by_kind_then_topic_then_channel(world):
    one = [stage("answer", answer=True)]
    world.load(
        passport("by-topic", stages=one, chosen_for=[{"topic": "transmission"}]),
        passport("by-deep-topic", stages=one, chosen_for=[{"topic": "outage"}]),
        passport("by-channel", stages=one, chosen_for=[{"topic": "outage", "channel": "PHONE"}]),
        passport("by-kind", stages=one, chosen_for=[{"kind": "COMPLAINT"}]),
    )

    def chosen(**wanted):
        return world.register(**wanted).passport_version.passport.code

    assert chosen(topic_id=world.topic("limitation")) == "by-topic"
    assert chosen(topic_id=world.topic("outage_planned")) == "by-deep-topic"
    assert chosen(topic_id=world.topic("outage"), channel="PHONE") == "by-channel"
    assert chosen(topic_id=world.topic("outage"), channel="PHONE", kind="COMPLAINT") == "by-kind"
    assert chosen(topic_id=world.topic("metering")) == "ordinary"
    assert chosen(passport_code="by-kind") == "by-kind"


def test_a_passport_not_yet_in_force_is_not_chosen(world, clock):
    day = moscow("2026-06-01 00:00").date() + timedelta(days=1)
    world.load(passport("new", stages=[stage("answer")], chosen_for=[{"topic": "outage"}], valid_from=day))

    assert world.register().passport_version.passport.code == "ordinary"
    clock.at("2026-06-02 09:00")
    assert world.register().passport_version.passport.code == "new"


def test_running_cases_keep_the_edition_they_began_with(world, clock):
    before = world.register()
    clock.at("2026-05-06 10:00")
    world.load(passport("ordinary", stages=[stage("answer", term={"days": 3}, answer=True)], chosen_for=[{}]))
    after = world.register()

    assert (before.passport_version.version, after.passport_version.version) == (1, 2)
    assert statuses(before) == {"review": "RUNNING", "work": "WAITING", "answer": "WAITING"}
    assert statuses(after) == {"answer": "RUNNING"}
    carried = world.register(registered_at=moscow("2026-05-05 12:00"))
    assert carried.passport_version.version == 1


def test_where_no_passport_is_in_force_the_case_is_refused(world):
    with pytest.raises(NoPassport) as refusal:
        world.register(registered_at=moscow("2019-05-05 12:00"))
    assert refusal.value.field == "topic_id"
    with pytest.raises(NoPassport) as refusal:
        world.register(passport_code="нет такого")
    assert refusal.value.field == "passport_code"
    assert not Case.objects.exists()


# When the clock starts


def test_the_total_term_may_run_from_the_moment_of_receipt(world):
    world.load(passport("ordinary", stages=[stage("answer", after="received")], chosen_for=[{}], starts="received"))

    case = world.register(received_at=moscow("2026-04-28 18:00"))

    assert told(case.counts_from) == "2026-04-28 18:00"
    assert told(case.due_at) == "2026-05-28 17:00"
    assert told(stage_of(case, "answer").started_at) == "2026-04-28 18:00"
    assert told(stage_of(case, "answer").due_at) == "2026-04-30 16:00"


def test_a_controlling_body_sets_its_own_date(world):
    case = world.register(source="AUTHORITY", due_at=moscow("2026-05-08 12:00"), addressee="Генеральный директор")

    assert (told(case.due_at), case.due_is_given, case.addressee) == ("2026-05-08 12:00", True, "Генеральный директор")
    assert told(case.next_warning_at) == "2026-05-06 11:00"


# Answered at once, and carried over


def test_a_consultation_answered_at_once_is_born_closed(world):
    world.load(passport("phone", stages=[stage("answer", answer=True)], chosen_for=[{"channel": "PHONE"}]))
    operator = world.user("оператор", employee=world.curator)

    case = world.register(by=operator, channel="PHONE", answered_now=True, answer="Свет дадут к 18:40")

    assert (case.state, case.answer, case.result) == ("CLOSED", "Свет дадут к 18:40", "EXPLAINED")
    assert case.answered_at == case.closed_at == moscow("2026-05-04 10:00")
    assert (case.employee_id, statuses(case)) == (world.curator.pk, {"answer": "DONE"})
    assert stage_of(case, "answer").employee_id == world.curator.pk
    assert facts(case) == ["CaseRegistered", "AnswerRecorded", "CaseClosed"]


@pytest.mark.parametrize("kind", ["APPEAL", "COMPLAINT"])
def test_neither_a_complaint_nor_a_passport_of_several_stages_can_be_answered_at_once(world, kind):
    if kind == "COMPLAINT":
        world.load(passport("phone", stages=[stage("answer", answer=True)], chosen_for=[{"kind": "COMPLAINT"}]))

    with pytest.raises(CannotAnswerAtOnce):
        world.register(kind=kind, answered_now=True)

    assert not Case.objects.exists()


def test_a_case_of_another_system_keeps_its_moments_and_is_journalled_as_late(world):
    case = world.register(
        kind="COMPLAINT",
        registered_at=moscow("2026-03-02 10:00"),
        due_at=moscow("2026-03-10 10:00"),
        answered_at=moscow("2026-03-12 11:00"),
        justified="PARTLY",
        once="itsm:77",
    )

    assert (case.state, case.justified) == ("CLOSED", "PARTLY")
    assert (told(case.registered_at), told(case.answered_at)) == ("2026-03-02 10:00", "2026-03-12 11:00")
    assert set(statuses(case).values()) == {"DONE"}
    assert stage_of(case, "work").division_id == world.executors.pk
    assert stage_of(case, "work").employee_id is None
    answered = Entry.objects.get(event="cases.AnswerRecorded")
    assert answered.facts["in_time"] is False


# What cannot be


@pytest.mark.parametrize(
    ("wanted", "error", "field"),
    [
        ({"text": " \n\x00 "}, TextMissing, "text"),
        ({"text": "а" * 100_001}, TextMissing, "text"),
        ({"channel": "ГОЛУБЬ"}, WrongValue, "channel"),
        ({"kind": ""}, WrongValue, "kind"),
        ({"source": "?"}, WrongValue, "source"),
        ({"result": "?"}, WrongValue, "result"),
        ({"justified": "MAYBE"}, WrongValue, "justified"),
        ({"contact": Contact(phone="12")}, WrongValue, "contact_phone"),
        ({"contact": Contact(email="не почта")}, WrongValue, "contact_email"),
        ({"contact": Contact(name="я" * 201)}, WrongValue, "contact_name"),
        ({"addressee": "я" * 201}, WrongValue, "addressee"),
        ({"once": "к" * 121}, WrongValue, "once"),
        ({"topic_id": 0}, NotVisible, "topic_id"),
        ({"customer_id": 0}, NotVisible, "customer_id"),
        ({"usage_point_id": 0}, NotVisible, "usage_point_id"),
        ({"branch_id": 0}, NotVisible, "branch_id"),
        ({"district_id": 0, "branch_id": None}, WrongValue, "district_id"),
        ({"received_at": moscow("2026-05-04 10:01")}, WrongDate, "received_at"),
        ({"registered_at": moscow("2026-05-04 10:01")}, WrongDate, "received_at"),
        ({"due_at": moscow("2026-05-04 09:00")}, WrongDate, "due_at"),
        ({"answered_at": moscow("2026-05-04 09:00")}, WrongDate, "answered_at"),
    ],
)
def test_bad_input_is_refused_with_the_name_of_its_field_and_leaves_nothing(world, wanted, error, field):
    with pytest.raises(error) as refusal, translation.override("ru"):
        world.register(**wanted)

    assert refusal.value.field == field
    assert str(refusal.value)
    assert not Case.objects.exists()
    assert not CaseStage.objects.exists()


def test_markup_and_half_characters_are_kept_as_text(world):
    case = world.register(text="<script>alert('1')</script> & \ud83d свет\x00")

    case.refresh_from_db()
    assert case.text == "<script>alert('1')</script> & ? свет"


def test_a_topic_that_was_retired_is_no_longer_offered(world):
    topic = Topic.objects.get(code="outage_planned")
    change_topic(
        topic_id=topic.pk, name=topic.name, parent_id=topic.parent_id, active=False, version=1, by=world.admin
    )  # fmt: skip

    with pytest.raises(NotVisible):
        world.register(topic_id=topic.pk)


# Once


def test_a_repeated_key_returns_the_case_it_made(world):
    first = world.register(once="портал:5")
    again = world.register(once="портал:5", text="Другое")

    assert again.pk == first.pk
    assert again.text == "Нет света с утра"
    assert Case.objects.count() == 1
    assert Entry.objects.filter(event="cases.CaseRegistered").count() == 1


# Rights


def test_registering_needs_only_the_right_to_see(world):
    reader = world.user("читатель", seen=[world.population], edited=[])
    with scoped(reader.scope):
        case = world.register(by=reader, branch_id=None)
        assert Case.objects.filter(pk=case.pk).exists()

    assert case.group_id == world.population.pk


def test_a_group_that_is_not_seen_cannot_be_registered_for(world):
    firm = register_customer(
        kind=Customer.Kind.LEGAL_ENTITY, group_id=world.large.pk, branch_id=world.branch.pk, name="Завод",
        by=world.admin,
    )  # fmt: skip
    operator = world.user("оператор", seen=[world.population])
    with scoped(operator.scope):
        with pytest.raises(NotVisible):
            world.register(by=operator, customer_id=firm.pk)
        with pytest.raises(EditForbidden):
            world.register(by=operator, customer_id=None)
        with pytest.raises(NotVisible):
            world.register(by=operator, branch_id=world.other_branch.pk)

    assert not Case.objects.exists()
