"""What belongs to a customer: contacts, addresses, usage points, agreements."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from opora.platform.errors import ChangedMeanwhile, NotVisible
from opora.platform.journal.queries import history_of
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import (
    Agreement,
    ContactPerson,
    ContactPoint,
    CustomerAddress,
    UsagePoint,
)
from opora.registry.customers.operations import (
    NumberTaken,
    WrongContact,
    WrongValue,
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    add_usage_point,
    change_contact_person,
    change_contact_point,
    change_usage_point,
    end_agreement,
    remove_address,
    remove_contact_person,
    remove_contact_point,
)
from opora.registry.customers.queries import contact_for
from opora.registry.customers.tests.conftest import build_base
from opora.registry.organization.operations import create_district

PHONE, EMAIL = ContactPoint.Kind.PHONE, ContactPoint.Kind.EMAIL


@pytest.fixture
def customer(base):
    return base.person()


@pytest.fixture
def point(base, customer):
    return add_usage_point(
        customer_id=customer.pk, number="ТП-1", branch_id=base.branch.pk, address="ул. Мира, 5", by=base.admin
    )


def events(thing):
    return [line.event.split(".")[1] for line in history_of(thing)]


def contacts(customer):
    return list(customer.contact_points.order_by("pk").values_list("value", "is_primary"))


def test_one_phone_of_a_customer_is_primary_and_the_first_is_it_until_another_is_named(base, customer):
    add_contact_point(customer_id=customer.pk, kind=PHONE, value="8 918 000-00-01", by=base.admin)
    second = add_contact_point(customer_id=customer.pk, kind=PHONE, value="8 918 000-00-02", by=base.admin)
    add_contact_point(customer_id=customer.pk, kind=EMAIL, value="Petr@Example.ORG", note="личная", by=base.admin)
    assert contact_for(customer.pk, "PHONE") == "+79180000001"

    change_contact_point(contact_point_id=second.pk, changes={"is_primary": True, "note": "сын"}, by=base.admin)

    assert contacts(customer) == [("+79180000001", False), ("+79180000002", True), ("petr@example.org", True)]
    assert (contact_for(customer.pk, "PHONE"), contact_for(customer.pk, "EMAIL")) == (
        "+79180000002",
        "petr@example.org",
    )
    assert events(customer) == ["ContactPointChanged", *["ContactPointAdded"] * 3, "CustomerRegistered"]


def test_the_same_phone_is_added_once_and_may_become_primary(base, customer):
    add_contact_point(customer_id=customer.pk, kind=PHONE, value="+79180000001", by=base.admin)
    first = add_contact_point(customer_id=customer.pk, kind=PHONE, value="+79180000002", by=base.admin)
    again = add_contact_point(
        customer_id=customer.pk, kind=PHONE, value="8(918)0000002", by=base.admin, is_primary=True
    )

    assert again.pk == first.pk
    assert contacts(customer) == [("+79180000001", False), ("+79180000002", True)]


@pytest.mark.parametrize(
    ("kind", "value"), [(PHONE, "нет"), (PHONE, "212-34-56"), (PHONE, ""), (EMAIL, "petr"), (EMAIL, "a@b@c.ru")]
)
def test_what_is_no_contact_is_refused(base, customer, kind, value):
    with pytest.raises(WrongContact) as refusal:
        add_contact_point(customer_id=customer.pk, kind=kind, value=value, by=base.admin)

    assert refusal.value.field == "value"
    assert contacts(customer) == []


def test_a_contact_is_removed_once_and_the_journal_keeps_it(base, customer):
    phone = add_contact_point(customer_id=customer.pk, kind=PHONE, value="+79180000001", by=base.admin)

    remove_contact_point(contact_point_id=phone.pk, by=base.admin)
    remove_contact_point(contact_point_id=phone.pk, by=base.admin)

    assert contacts(customer) == []
    assert history_of(customer)[0].facts == {"customer_id": customer.pk, "contact_point_id": phone.pk, "kind": "PHONE"}
    assert events(customer) == ["ContactPointRemoved", "ContactPointAdded", "CustomerRegistered"]
    with pytest.raises(NotVisible):
        change_contact_point(contact_point_id=phone.pk, changes={"note": "?"}, by=base.admin)


def test_the_number_itself_is_not_changed_in_place(base, customer):
    phone = add_contact_point(customer_id=customer.pk, kind=PHONE, value="+79180000001", by=base.admin)

    with pytest.raises(WrongValue) as refusal:
        change_contact_point(contact_point_id=phone.pk, changes={"value": "+79180000002"}, by=base.admin)

    assert refusal.value.field == "value"
    assert contacts(customer) == [("+79180000001", True)]


def test_a_contact_person_is_added_changed_and_removed(base):
    firm = base.firm()
    person = add_contact_person(customer_id=firm.pk, name="Сидорчук Анна", phone="8 861 200 00 07", by=base.admin)

    change_contact_person(
        contact_person_id=person.pk, by=base.admin,
        changes={"position": "главный энергетик", "email": "Anna@Example.org", "phone": ""},
    )  # fmt: skip
    person.refresh_from_db()
    assert (person.name, person.position) == ("Сидорчук Анна", "главный энергетик")
    assert (person.phone, person.email) == ("", "anna@example.org")

    for wrong, field in (({"phone": "7"}, "phone"), ({"email": "нет"}, "email"), ({"name": ""}, "name")):
        with pytest.raises((WrongContact, WrongValue)) as refusal:
            change_contact_person(contact_person_id=person.pk, changes=wrong, by=base.admin)
        assert refusal.value.field == field

    remove_contact_person(contact_person_id=person.pk, by=base.admin)
    remove_contact_person(contact_person_id=person.pk, by=base.admin)
    assert ContactPerson.objects.count() == 0
    assert events(firm) == ["ContactPersonRemoved", "ContactPersonChanged", "ContactPersonAdded", "CustomerRegistered"]


def test_there_is_one_address_of_a_kind(base, customer):
    kind = CustomerAddress.Kind.POSTAL
    for text in ("г. Ейск, а/я 5", " г. Ейск, а/я 6 ", "г. Ейск, а/я 6"):
        add_address(customer_id=customer.pk, kind=kind, text=text, by=base.admin)

    assert customer.addresses.get().text == "г. Ейск, а/я 6"
    assert events(customer) == ["AddressChanged", "AddressChanged", "CustomerRegistered"]

    remove_address(customer_id=customer.pk, kind=kind, by=base.admin)
    remove_address(customer_id=customer.pk, kind=kind, by=base.admin)
    assert customer.addresses.count() == 0
    assert events(customer)[0] == "AddressRemoved"


def test_a_usage_point_shows_the_customer_to_its_branch(base, customer):
    point = add_usage_point(
        customer_id=customer.pk, number=" ТП-1 ", branch_id=base.other.pk, address="г. Сочи", account="1001",
        voltage=UsagePoint.Voltage.MEDIUM_2, max_power=Decimal("150.5"), meter="0117", by=base.admin,
    )  # fmt: skip

    customer.refresh_from_db()
    assert customer.branch_ids == [base.branch.pk, base.other.pk]
    assert (point.number, point.voltage, point.max_power) == ("ТП-1", "SN2", Decimal("150.5"))
    assert events(point) == ["UsagePointAdded"]
    assert events(customer) == ["UsagePointAdded", "CustomerRegistered"]


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"number": "ТП-1"}, NumberTaken, "number"),
        ({"number": " "}, WrongValue, "number"),
        ({"number": "Т" * 31}, WrongValue, "number"),
        ({"address": ""}, WrongValue, "address"),
        ({"branch_id": 32000}, WrongValue, "branch_id"),
        ({"district_id": 32000}, WrongValue, "district_id"),
        ({"voltage": "HUGE"}, WrongValue, "voltage"),
        ({"max_power": Decimal("0")}, WrongValue, "max_power"),
        ({"max_power": Decimal("1e10")}, WrongValue, "max_power"),
    ],
)
def test_a_refused_usage_point_names_the_field_and_leaves_nothing(base, customer, point, given, error, field):
    whole = {"number": "ТП-2", "branch_id": base.other.pk, "address": "ул. Мира, 7", **given}

    with pytest.raises(error) as refusal:
        add_usage_point(customer_id=customer.pk, by=base.admin, **whole)

    assert refusal.value.field == field
    assert list(UsagePoint.objects.all()) == [point]
    customer.refresh_from_db()
    assert customer.branch_ids == [base.branch.pk]


def test_a_district_of_another_branch_is_refused(base, customer):
    district = create_district(branch_id=base.other.pk, code="0201", name="Адлерский", by=base.admin)

    with pytest.raises(WrongValue) as refusal:
        add_usage_point(
            customer_id=customer.pk, number="ТП-2", branch_id=base.branch.pk, district_id=district.pk, address="?",
            by=base.admin,
        )  # fmt: skip

    assert refusal.value.field == "district_id"


def test_a_usage_point_is_changed_by_whoever_has_read_it_last(base, point):
    change_usage_point(
        usage_point_id=point.pk, version=1, changes={"meter": "0118", "max_power": Decimal("15")}, by=base.admin
    )

    with pytest.raises(ChangedMeanwhile):
        change_usage_point(usage_point_id=point.pk, version=1, changes={"meter": "0119"}, by=base.admin)

    point.refresh_from_db()
    assert (point.meter, point.max_power, point.version) == ("0118", Decimal("15.000"), 2)
    assert history_of(point)[0].facts["fields"] == ["max_power", "meter"]


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"customer_id": 5}, WrongValue, "customer_id"),
        ({"version": 5}, WrongValue, "version"),
        ({"number": "ТП-2"}, NumberTaken, "number"),
        ({"max_power": Decimal("-1")}, WrongValue, "max_power"),
    ],
)
def test_a_refused_change_of_a_usage_point_changes_nothing(base, customer, point, changes, error, field):
    add_usage_point(customer_id=customer.pk, number="ТП-2", branch_id=base.branch.pk, address="?", by=base.admin)

    with pytest.raises(error) as refusal:
        change_usage_point(usage_point_id=point.pk, version=1, changes={"meter": "0118", **changes}, by=base.admin)

    assert refusal.value.field == field
    point.refresh_from_db()
    assert (point.number, point.meter, point.version, point.customer_id) == ("ТП-1", "", 1, customer.pk)


def test_an_agreement_is_added_once_and_ended(base, customer, point):
    given = {
        "customer_id": customer.pk, "number": " Д-1 ", "kind": Agreement.Kind.SUPPLY, "signed_on": date(2024, 2, 1),
        "usage_point_id": point.pk, "by": base.admin,
    }  # fmt: skip
    first, again = add_agreement(**given), add_agreement(**given)

    end_agreement(agreement_id=first.pk, ends_on=date(2027, 1, 1), by=base.admin)
    end_agreement(agreement_id=first.pk, ends_on=date(2027, 1, 1), by=base.admin)
    with pytest.raises(WrongValue) as refusal:
        end_agreement(agreement_id=first.pk, ends_on=date(2024, 2, 1), by=base.admin)

    first.refresh_from_db()
    assert (again.pk, first.number, first.ends_on) == (first.pk, "Д-1", date(2027, 1, 1))
    assert refusal.value.field == "ends_on"
    assert events(customer)[:2] == ["AgreementEnded", "AgreementAdded"]


def test_a_wrong_agreement_is_refused(base, customer, point):
    other = base.person("Другой", number="ТП-9")
    add_agreement(
        customer_id=customer.pk, number="Д-1", kind=Agreement.Kind.SUPPLY, signed_on=date(2024, 2, 1), by=base.admin
    )
    wrong = [
        ({"customer_id": other.pk}, NumberTaken, "number"),
        ({"signed_on": date(2025, 1, 1)}, NumberTaken, "number"),
        ({"number": ""}, WrongValue, "number"),
        ({"number": "Д-2", "ends_on": date(2020, 1, 1)}, WrongValue, "ends_on"),
        ({"number": "Д-2", "usage_point_id": other.usage_points.get().pk}, WrongValue, "usage_point_id"),
    ]

    for given, error, field in wrong:
        whole = {
            "customer_id": customer.pk, "number": "Д-1", "kind": Agreement.Kind.SUPPLY,
            "signed_on": date(2024, 2, 1), "by": base.admin, **given,
        }  # fmt: skip
        with pytest.raises(error) as refusal:
            add_agreement(**whole)
        assert refusal.value.field == field

    assert Agreement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_open_cards_are_told_of_every_change():
    with scoped(EVERYTHING):
        base = build_base()
        customer = base.person()
    connection.connection.execute("listen opora_live")

    with scoped(EVERYTHING):
        add_contact_point(customer_id=customer.pk, kind=PHONE, value="+79180000001", by=base.admin)

    told = {note.payload for note in connection.connection.notifies(timeout=1, stop_after=1)}
    connection.connection.execute("unlisten opora_live")
    assert told == {f"customer:{customer.pk}"}
