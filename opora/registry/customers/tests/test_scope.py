"""A group or branch that a user may not see is never seen, by any way; what he may only see, he cannot change."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.scope import NOTHING, scoped
from opora.registry.customers.models import (
    Agreement,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomerAddress,
    UsagePoint,
)
from opora.registry.customers.operations import (
    PaymentBehaviour,
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    add_usage_point,
    change_contact_person,
    change_contact_point,
    change_customer,
    change_usage_point,
    end_agreement,
    move_to_group,
    record_payment_behaviour,
    register_customer,
    remove_address,
    remove_contact_person,
    remove_contact_point,
)
from opora.registry.customers.queries import (
    CustomerFilter,
    agreements_of,
    contact_for,
    contacts_of,
    count_customers,
    customer_card,
    customer_list,
    export_rows,
    identify,
    likely_duplicates,
    usage_point_numbered,
    usage_points_of,
)

KINDS = (ContactPoint, ContactPerson, CustomerAddress, UsagePoint, Agreement)


@pytest.fixture
def whole(base):
    """A customer of the group of large consumers, with one of everything."""
    customer = base.person(
        "Тайный", "Крупный", group="LARGE", phone="+79180000001", number="ТП-1", account="1001", meter="0117-55",
        address="г. Краснодар, ул. Красная, д. 1", inn="500100732259", snils="11223344595",
    )  # fmt: skip
    point = customer.usage_points.get()
    add_contact_person(customer_id=customer.pk, name="Сидорчук", phone="+78612000007", by=base.admin)
    add_address(customer_id=customer.pk, kind=CustomerAddress.Kind.POSTAL, text="а/я 5", by=base.admin)
    add_agreement(
        customer_id=customer.pk, number="Д-0001", kind=Agreement.Kind.SUPPLY, signed_on=date(2024, 1, 1),
        usage_point_id=point.pk, by=base.admin,
    )  # fmt: skip
    return customer


def everything_seen(customer):
    """What of the customer can be got at all, by every public way and by the tables themselves."""
    texts = [
        "+79180000001", "8612000007", "0001", "1001", "ТП-1", "0117-55", "Д-0001", "500100732259", "112-233-445 95",
        "Тайный", "тайнй краснодар", "красная 1", "сидорчук",
    ]  # fmt: skip
    seen = {f"identify {text}" for text in texts if identify(text)}
    seen |= {f"listed by {text}" for text in texts if customer_list(CustomerFilter(text=text)).rows}
    seen |= {kind.__name__ for kind in (Customer, *KINDS) if kind.objects.exists()}
    ways = {
        "list": customer_list().rows,
        "count": count_customers().value,
        "export": list(export_rows()),
        "points": usage_points_of(customer.pk),
        "agreements": agreements_of(customer.pk),
        "contact": contact_for(customer.pk, "PHONE"),
        "phones": contacts_of(customer.pk).points,
        "duplicates": likely_duplicates(phone="+79180000001", inn="500100732259"),
    }
    seen |= {way for way, result in ways.items() if result}
    for way, ask in (("card", lambda: customer_card(customer.pk)), ("number", lambda: usage_point_numbered("ТП-1"))):
        try:
            ask()
        except NotVisible:
            continue
        seen.add(way)
    return seen


def changes(base, customer):
    """Every operation that changes something of the customer."""
    who = {"customer_id": customer.pk, "by": base.admin}
    point, agreement = UsagePoint.objects.get().pk, Agreement.objects.get().pk
    phone, person = ContactPoint.objects.get().pk, ContactPerson.objects.get().pk
    by = {"by": base.admin}
    kind = CustomerAddress.Kind.POSTAL
    return {
        "change": lambda: change_customer(**who, version=1, changes={"region": "Адыгея"}),
        "move": lambda: move_to_group(**who, group_id=base.groups["POPULATION"].pk),
        "add phone": lambda: add_contact_point(**who, kind=ContactPoint.Kind.PHONE, value="+79180000009"),
        "change phone": lambda: change_contact_point(**by, contact_point_id=phone, changes={"note": "?"}),
        "remove phone": lambda: remove_contact_point(**by, contact_point_id=phone),
        "add person": lambda: add_contact_person(**who, name="Другой"),
        "change person": lambda: change_contact_person(**by, contact_person_id=person, changes={"name": "Другой"}),
        "remove person": lambda: remove_contact_person(**by, contact_person_id=person),
        "address": lambda: add_address(**who, kind=kind, text="?"),
        "remove address": lambda: remove_address(**who, kind=kind),
        "add point": lambda: add_usage_point(**who, number="ТП-2", branch_id=base.branch.pk, address="?"),
        "change point": lambda: change_usage_point(**by, usage_point_id=point, version=1, changes={"meter": "1"}),
        "add agreement": lambda: add_agreement(
            **who, number="Д-2", kind=Agreement.Kind.SUPPLY, signed_on=date(2024, 1, 1)
        ),
        "end agreement": lambda: end_agreement(**by, agreement_id=agreement, ends_on=date(2027, 1, 1)),
    }  # fmt: skip


def state():
    return [list(kind.objects.order_by("pk").values()) for kind in (Customer, *KINDS)]


def test_who_sees_group_and_branch_sees_the_customer_by_every_way(base, whole):
    with scoped(base.scope(sees=["LARGE"])):
        seen = everything_seen(whole)

    assert len([way for way in seen if way.startswith("identify ")]) == 13
    assert len([way for way in seen if way.startswith("listed by ")]) == 13
    assert len(seen) == 13 + 13 + 6 + 10


@pytest.mark.parametrize("hidden_by", ["group", "branch", "no scope"])
def test_nothing_of_a_hidden_customer_is_seen_by_any_way(base, whole, hidden_by):
    scope = {
        "group": base.scope(sees=["POPULATION", "ENTITIES"]),
        "branch": base.scope(sees=["LARGE"], edits=["LARGE"], branches=[base.other]),
        "no scope": NOTHING,
    }[hidden_by]

    with scoped(scope):
        assert everything_seen(whole) == set()


@pytest.mark.parametrize("hidden_by", ["group", "branch"])
def test_nothing_of_a_hidden_customer_is_changed(base, whole, hidden_by):
    scope = {
        "group": base.scope(sees=["POPULATION"], edits=["POPULATION"]),
        "branch": base.scope(sees=["LARGE", "POPULATION"], edits=["LARGE", "POPULATION"], branches=[base.other]),
    }[hidden_by]
    before, operations = state(), changes(base, whole)

    for name, operation in operations.items():
        with scoped(scope):
            if name in ("remove phone", "remove person"):
                operation()  # what is not seen is as good as removed
            else:
                with pytest.raises(NotVisible):
                    operation()

    assert state() == before


def test_who_may_only_look_changes_nothing(base, whole):
    before, operations = state(), changes(base, whole)

    for operation in operations.values():
        with scoped(base.scope(sees=["LARGE", "POPULATION"], edits=["POPULATION"])), pytest.raises(EditForbidden):
            operation()

    assert state() == before
    with scoped(base.scope(sees=["LARGE"])):
        assert customer_card(whole.pk).editable is False
    with scoped(base.scope(sees=["LARGE"], edits=["LARGE"])):
        assert customer_card(whole.pk).editable is True


def test_the_database_itself_refuses_to_change_what_is_only_seen(base, whole):
    with scoped(base.scope(sees=["LARGE"])), connection.cursor() as cursor:
        cursor.execute("update customers_customer set region = 'Адыгея'")
        assert cursor.rowcount == 0
        cursor.execute("delete from customers_customer")
        assert cursor.rowcount == 0

    assert Customer.objects.get(pk=whole.pk).region == ""


def test_who_may_edit_the_group_in_the_branch_changes_all_of_it(base, whole):
    operations = changes(base, whole)

    with scoped(base.scope(sees=["LARGE", "POPULATION"], edits=["LARGE", "POPULATION"])):
        for operation in operations.values():
            operation()

        assert customer_card(whole.pk).customer.group_id == base.groups["POPULATION"].pk


@pytest.mark.parametrize(("group", "branch"), [("LARGE", "branch"), ("SOCIAL", "branch"), ("POPULATION", "other")])
def test_nobody_registers_into_a_group_or_branch_that_is_not_his(base, group, branch):
    with (
        scoped(base.scope(sees=["POPULATION", "LARGE"], edits=["POPULATION"])),
        pytest.raises((EditForbidden, NotVisible)) as refusal,
    ):
        register_customer(
            kind=Customer.Kind.INDIVIDUAL, last_name="Новый", group_id=base.groups[group].pk,
            branch_id=getattr(base, branch).pk, by=base.admin,
        )  # fmt: skip

    assert refusal.value.field == ("branch_id" if branch == "other" else "group_id")
    assert Customer.objects.count() == 0


def test_a_usage_point_in_another_branch_opens_the_customer_to_it(base, whole):
    add_usage_point(customer_id=whole.pk, number="ТП-2", branch_id=base.other.pk, address="г. Сочи", by=base.admin)

    with scoped(base.scope(sees=["LARGE"], branches=[base.other])):
        assert [row.name for row in customer_list().rows] == ["Тайный Крупный"]
        assert [point.number for point in usage_points_of(whole.pk)] == ["ТП-1", "ТП-2"]


def test_payment_figures_of_hidden_customers_are_not_touched(base, whole):
    figures = PaymentBehaviour(whole.pk, Decimal(0), Decimal(5), Customer.PaymentClass.DEBTOR, "")

    with scoped(base.scope(sees=["LARGE"])):
        assert record_payment_behaviour(rows=[figures], as_of=date(2026, 11, 1), by=base.admin) == 0

    whole.refresh_from_db()
    assert whole.overdue is None
