"""Registration and change of the customer himself, his group, his payment behaviour."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Thread
from unittest.mock import ANY

import pytest
from django.db import connection
from django.utils import timezone

from opora.platform.errors import ChangedMeanwhile, EditForbidden, NotVisible
from opora.platform.journal.queries import history_of
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import (
    AlreadyKnown,
    NameMissing,
    PaymentBehaviour,
    WrongRequisite,
    WrongValue,
    change_customer,
    load_groups,
    move_to_group,
    record_payment_behaviour,
    register_customer,
)
from opora.registry.customers.tests.conftest import build_base


def facts(thing):
    return [(line.event.split(".")[1], line.facts) for line in history_of(thing)]


def test_a_person_is_called_by_his_names_and_sorted_with_yo_as_ye(base):
    customer = base.person(" Ёлкин ", "Фёдор", middle_name="Ильич", snils="112-233-445 95", region="Краснодарский край")

    customer.refresh_from_db()
    assert (customer.name, customer.name_key) == ("Ёлкин Фёдор Ильич", "елкин федор ильич")
    assert (customer.snils, customer.version, customer.branch_ids) == ("11223344595", 1, [base.branch.pk])
    assert facts(customer) == [("CustomerRegistered", {"customer_id": customer.pk, "group": "POPULATION"})]


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"last_name": "  "}, NameMissing, "last_name"),
        ({"last_name": "я" * 101}, WrongValue, "last_name"),
        ({"last_name": "я" * 100, "first_name": "я" * 100, "middle_name": "я" * 100}, WrongValue, "name"),
        ({"last_name": "Иванов", "kind": "ROBOT"}, WrongValue, "kind"),
        ({"last_name": "Иванов", "inn": "123456789012"}, WrongRequisite, "inn"),
        ({"last_name": "Иванов", "kpp": "231001001"}, WrongRequisite, "kpp"),
        ({"last_name": "Иванов", "external_id": "к" * 61}, WrongValue, "external_id"),
        ({"last_name": "Иванов", "group_id": 32000}, NotVisible, "group_id"),
        ({"last_name": "Иванов", "branch_id": 32000}, NotVisible, "branch_id"),
        ({"kind": Customer.Kind.LEGAL_ENTITY, "name": " "}, NameMissing, "name"),
    ],
)
def test_a_refused_registration_names_the_field_and_leaves_nothing(base, given, error, field):
    whole = {
        "kind": Customer.Kind.INDIVIDUAL, "group_id": base.groups["POPULATION"].pk, "branch_id": base.branch.pk,
        "by": base.admin, **given,
    }  # fmt: skip

    with pytest.raises(error) as refusal:
        register_customer(**whole)

    assert refusal.value.field == field
    assert Customer.objects.count() == 0


def test_a_firm_is_registered_once_by_inn_and_kpp(base):
    base.firm(inn="7707083893", kpp="773601001")

    with pytest.raises(AlreadyKnown) as refusal:
        base.firm("Тот же", inn="7707083893", kpp="773601001")
    base.firm("Филиал", inn="7707083893", kpp="231001001")

    assert refusal.value.field == "inn"
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["ООО «Ромашка»", "Филиал"]


def test_the_same_key_of_an_outside_system_is_the_same_customer(base):
    first = base.person(external_id="billing-17")
    again = base.person("Переименован", external_id="billing-17")

    assert again.pk == first.pk
    assert Customer.objects.get().name == "Иваненко Пётр"
    assert len(facts(first)) == 1


def test_a_key_held_by_somebody_out_of_sight_is_refused_without_showing_him(base):
    base.person(external_id="billing-17", group="LARGE")

    with scoped(base.scope(sees=["POPULATION"], edits=["POPULATION"])), pytest.raises(AlreadyKnown) as refusal:
        base.person("Новый", external_id="billing-17")

    assert refusal.value.field == "external_id"
    assert "Иваненко" not in str(refusal.value)


def test_a_change_says_which_fields_and_keeps_the_rest(base):
    customer = base.person(inn="500100732259")

    change_customer(
        customer_id=customer.pk, version=1, by=base.admin,
        changes={"last_name": "Ёжикова", "first_name": "Пётр", "inn": "5001 0073 2259", "region": " Адыгея "},
    )  # fmt: skip

    customer.refresh_from_db()
    assert (customer.name, customer.name_key, customer.version) == ("Ёжикова Пётр", "ежикова петр", 2)
    assert (customer.inn, customer.region) == ("500100732259", "Адыгея")
    assert facts(customer)[0] == (
        "CustomerChanged", {"customer_id": customer.pk, "fields": ["last_name", "name", "region"]},
    )  # fmt: skip


def test_a_change_of_nothing_is_no_change(base):
    customer = base.person()

    change_customer(customer_id=customer.pk, version=1, changes={"last_name": " Иваненко "}, by=base.admin)

    customer.refresh_from_db()
    assert customer.version == 1
    assert len(facts(customer)) == 1


def test_a_person_becomes_a_sole_proprietor_and_then_a_firm(base):
    customer = base.person(inn="500100732259")

    change_customer(
        customer_id=customer.pk,
        version=1,
        changes={"kind": "SOLE_PROPRIETOR", "ogrn": "304500116000157"},
        by=base.admin,
    )
    change_customer(
        customer_id=customer.pk, version=2, by=base.admin,
        changes={"kind": "LEGAL_ENTITY", "name": "ООО «Пётр»", "inn": "7707083893", "ogrn": "1027700132195"},
    )  # fmt: skip

    customer.refresh_from_db()
    assert (customer.kind, customer.name, customer.last_name) == ("LEGAL_ENTITY", "ООО «Пётр»", "")


@pytest.mark.parametrize(
    "field", ["group_id", "group", "branch_ids", "balance", "version", "name_key", "document", "id"]
)
def test_what_has_an_operation_of_its_own_is_not_changed_here(base, field):
    customer = base.person()

    with pytest.raises(WrongValue) as refusal:
        change_customer(customer_id=customer.pk, version=1, changes={field: 5, "region": "Адыгея"}, by=base.admin)

    assert refusal.value.field == field
    customer.refresh_from_db()
    assert (customer.region, customer.version) == ("", 1)


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"last_name": ""}, NameMissing, "last_name"),
        ({"region": "я" * 101}, WrongValue, "region"),
        ({"snils": "11223344596"}, WrongRequisite, "snils"),
        ({"external_id": "billing-1"}, AlreadyKnown, "external_id"),
    ],
)
def test_a_refused_change_changes_nothing(base, changes, error, field):
    base.person("Занявший", external_id="billing-1")
    customer = base.person()

    with pytest.raises(error) as refusal:
        change_customer(customer_id=customer.pk, version=1, changes={"middle_name": "Ильич", **changes}, by=base.admin)

    assert refusal.value.field == field
    customer.refresh_from_db()
    assert (customer.name, customer.version, customer.snils) == ("Иваненко Пётр", 1, "")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_saving_at_once_the_second_is_told_and_overwrites_nothing():
    with scoped(EVERYTHING):
        base = build_base()
        customer = base.person()
    outcome: dict[str, object] = {}

    def second_editor():
        try:
            with scoped(EVERYTHING):
                change_customer(customer_id=customer.pk, version=1, changes={"region": "Сочи"}, by=base.admin)
        except ChangedMeanwhile as refusal:
            outcome["refusal"] = refusal
        finally:
            connection.close()

    other = Thread(target=second_editor)
    with scoped(EVERYTHING):
        change_customer(customer_id=customer.pk, version=1, changes={"region": "Адыгея"}, by=base.admin)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the second waits for the first"
    other.join()

    assert isinstance(outcome["refusal"], ChangedMeanwhile)
    with scoped(EVERYTHING):
        customer.refresh_from_db()
        assert (customer.region, customer.version) == ("Адыгея", 2)


def test_a_move_to_another_group_is_told_with_both(base):
    customer = base.person()

    move_to_group(customer_id=customer.pk, group_id=base.groups["SOCIAL"].pk, by=base.admin)
    move_to_group(customer_id=customer.pk, group_id=base.groups["SOCIAL"].pk, by=base.admin)

    customer.refresh_from_db()
    assert (customer.group_id, customer.version) == (base.groups["SOCIAL"].pk, 2)
    assert facts(customer) == [
        ("CustomerMoved", {"customer_id": customer.pk, "group_before": "POPULATION", "group": "SOCIAL"}),
        ("CustomerRegistered", ANY),
    ]


def test_nobody_is_moved_into_a_group_that_one_may_not_edit(base):
    customer = base.person()

    with (
        scoped(base.scope(sees=["POPULATION", "LARGE"], edits=["POPULATION"])),
        pytest.raises(EditForbidden) as refusal,
    ):
        move_to_group(customer_id=customer.pk, group_id=base.groups["LARGE"].pk, by=base.admin)

    assert refusal.value.field == "group_id"
    customer.refresh_from_db()
    assert customer.group_id == base.groups["POPULATION"].pk


def test_groups_are_loaded_again_without_touching_renamed_ones(base):
    group = base.groups["SOCIAL"]
    group.name = "Больницы"
    group.save()

    load_groups(by=base.admin)

    group.refresh_from_db()
    assert (group.name, type(group).objects.count()) == ("Больницы", len(base.groups))


def behaviour(customer, overdue="0.00", **more):
    return PaymentBehaviour(
        customer_id=customer.pk, balance=Decimal("-120.50"), overdue=Decimal(overdue),
        payment_class=Customer.PaymentClass.DEBTOR, reason=more.get("reason", "не платит с мая"),
    )  # fmt: skip


def test_payment_behaviour_of_many_is_taken_over_in_one_statement(base, django_assert_num_queries):
    people = [base.person(f"Должник{letter}") for letter in "абвгд"]

    with django_assert_num_queries(3 + 2):  # update, journal, notification; a savepoint around the operation
        changed = record_payment_behaviour(
            rows=[behaviour(customer, "75.25") for customer in people], as_of=date(2026, 11, 1), by=base.admin
        )

    customer = Customer.objects.get(pk=people[0].pk)
    assert changed == 5
    assert (customer.balance, customer.overdue) == (Decimal("-120.50"), Decimal("75.25"))
    assert (customer.payment_class, customer.payment_reason) == ("DEBTOR", "не платит с мая")
    assert (customer.payment_as_of, customer.version) == (date(2026, 11, 1), 1)
    assert facts(customer)[0] == ("PaymentBehaviourRecorded", {"as_of": "2026-11-01"})


def test_older_figures_never_replace_newer_ones(base):
    customer = base.person()
    record_payment_behaviour(rows=[behaviour(customer, "10")], as_of=date(2026, 11, 1), by=base.admin)

    assert record_payment_behaviour(rows=[behaviour(customer, "20")], as_of=date(2026, 10, 1), by=base.admin) == 0

    customer.refresh_from_db()
    assert customer.overdue == Decimal("10.00")
    assert len(facts(customer)) == 2


def test_figures_that_cannot_be_right_are_refused_together_with_the_rest(base):
    first, second = base.person("Первый"), base.person("Второй")
    tomorrow = timezone.localdate() + timedelta(days=1)
    wrong = [
        ([behaviour(first), behaviour(second, "-1")], date(2026, 11, 1), "rows.1.overdue"),
        ([behaviour(first), behaviour(first)], date(2026, 11, 1), "rows.1.customer_id"),
        ([behaviour(first), behaviour(second, reason="я" * 201)], date(2026, 11, 1), "rows.1.reason"),
        ([behaviour(first), behaviour(second, "1e13")], date(2026, 11, 1), "rows.1.overdue"),
        ([behaviour(first)], tomorrow, "as_of"),
    ]

    for rows, as_of, field in wrong:
        with pytest.raises(WrongValue) as refusal:
            record_payment_behaviour(rows=rows, as_of=as_of, by=base.admin)
        assert refusal.value.field == field

    assert not Customer.objects.exclude(overdue=None).exists()


def test_customers_out_of_reach_keep_their_figures(base):
    hidden, seen, mine = base.person(group="LARGE"), base.person(group="SOCIAL"), base.person()

    with scoped(base.scope(sees=["POPULATION", "SOCIAL"], edits=["POPULATION"])):
        changed = record_payment_behaviour(
            rows=[behaviour(customer, "5") for customer in (hidden, seen, mine)], as_of=date(2026, 11, 1), by=base.admin
        )

    assert changed == 1
    assert list(Customer.objects.exclude(overdue=None)) == [mine]
