"""Lists, cards, pickers and possible duplicates."""

from datetime import date
from decimal import Decimal

import pytest

from opora.platform.errors import NotVisible
from opora.platform.scope import scoped
from opora.registry.customers.models import Agreement, ContactPoint, Customer, CustomerAddress, UsagePoint
from opora.registry.customers.operations import (
    PaymentBehaviour,
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    add_usage_point,
    move_to_group,
    record_payment_behaviour,
)
from opora.registry.customers.queries import (
    Count,
    CustomerFilter,
    Place,
    agreements_of,
    contacts_of,
    count_customers,
    customer_card,
    customer_list,
    editable_groups,
    export_rows,
    likely_duplicates,
    lists,
    usage_point_numbered,
    usage_points_of,
    visible_branches,
    visible_groups,
)


def names(page):
    return [row.name for row in page.rows]


def found(**wanted):
    return names(customer_list(CustomerFilter(**wanted)))


def test_names_stand_in_russian_order(base):
    for last_name in ("Жуков", "Ёлкин", "Елагин", "Дёмин", "Ежов"):
        base.person(last_name)

    assert names(customer_list()) == ["Дёмин Пётр", "Ежов Пётр", "Елагин Пётр", "Ёлкин Пётр", "Жуков Пётр"]


def test_pages_go_both_ways_without_losing_namesakes(base):
    for number in range(5):
        base.person("Иванов", f"{'Я' if number == 4 else 'Иван'}")
    base.person("Абаев")

    first = customer_list(limit=2)
    second = customer_list(after=first.next, limit=2)
    third = customer_list(after=second.next, limit=2)

    assert [names(page) for page in (first, second, third)] == [
        ["Абаев Пётр", "Иванов Иван"], ["Иванов Иван"] * 2, ["Иванов Иван", "Иванов Я"],
    ]  # fmt: skip
    ids = [row.id for page in (first, second, third) for row in page.rows]
    assert len(set(ids)) == 6
    assert (first.previous, third.next) == (None, None)
    assert [row.id for row in customer_list(before=third.previous, limit=2).rows] == ids[2:4]
    back = customer_list(before=second.previous, limit=2)
    assert ([row.id for row in back.rows], back.previous) == (ids[:2], None)
    assert back.next == first.next
    assert customer_list(after=Place("яяя", 0)).rows == []


@pytest.fixture
def various(base):
    person = base.person("Ёлкин", phone="+79180000001", address="г. Краснодар, ул. Красная, д. 1", account="1001")
    add_usage_point(
        customer_id=person.pk, number="АА-0", branch_id=base.other.pk, address="г. Сочи", account="2002", by=base.admin
    )
    add_contact_point(customer_id=person.pk, kind=ContactPoint.Kind.EMAIL, value="e@example.org", by=base.admin)
    firm = base.firm(inn="7707083893", kpp="773601001", region="Москва", branch=base.other)
    rows = [
        PaymentBehaviour(person.pk, Decimal("-5.00"), Decimal("5.00"), Customer.PaymentClass.DEBTOR, ""),
        PaymentBehaviour(firm.pk, Decimal("7.00"), Decimal("0.00"), Customer.PaymentClass.PROMPT, ""),
    ]
    record_payment_behaviour(rows=rows, as_of=date(2026, 11, 1), by=base.admin)
    return person, firm


def test_a_row_shows_what_the_list_needs_in_four_queries(base, various, django_assert_num_queries):
    with django_assert_num_queries(4):
        page = customer_list()

    row = page.rows[0]
    assert (row.name, row.group, row.phone, row.email) == ("Ёлкин Пётр", "Население", "+79180000001", "e@example.org")
    assert (row.address, row.account, row.usage_points) == ("г. Сочи", "2002", 2)
    assert (row.balance, row.overdue, row.payment_class) == (Decimal("-5.00"), Decimal("5.00"), "DEBTOR")
    firm = page.rows[1]
    assert (firm.kind, firm.inn, firm.kpp, firm.region) == ("LEGAL_ENTITY", "7707083893", "773601001", "Москва")
    assert (firm.phone, firm.address, firm.usage_points) == ("", "", 0)


def test_every_filter_narrows(base, various):
    assert found(kind="LEGAL_ENTITY") == found(payment_class="PROMPT") == ["ООО «Ромашка»"]
    assert found(group_id=base.groups["ENTITIES"].pk) == ["ООО «Ромашка»"]
    assert found(branch_id=base.branch.pk) == found(debtors=True) == ["Ёлкин Пётр"]
    assert found(branch_id=base.other.pk) == ["Ёлкин Пётр", "ООО «Ромашка»"]
    assert found(text="7707083893") == found(text="рамашка") == ["ООО «Ромашка»"]
    assert found(text="8 918 000-00-01") == found(text="елкен красная") == ["Ёлкин Пётр"]
    assert found(text="никого") == found(text="ромашка", debtors=True) == []
    assert found(text="   ") == ["Ёлкин Пётр", "ООО «Ромашка»"]


def test_a_count_is_exact_up_to_a_limit_and_says_when_it_is_not(base, various, monkeypatch):
    assert count_customers() == Count(2, exact=True)
    assert count_customers(CustomerFilter(kind="LEGAL_ENTITY")) == Count(1, exact=True)

    monkeypatch.setattr(lists, "EXACT", 1)
    assert count_customers() == Count(2, exact=False)
    assert count_customers(CustomerFilter(kind="LEGAL_ENTITY")) == Count(1, exact=True)


def test_an_export_reads_everything_in_batches(base, monkeypatch):
    monkeypatch.setattr(lists, "_BATCH", 2)
    for last_name in "ГБАДВ":
        base.person(last_name)

    assert [row.name[0] for row in export_rows()] == list("АБВГД")
    assert [row.name[0] for row in export_rows(CustomerFilter(text="Б Пётр"))] == list("Б")


def test_a_card_holds_everything_in_seven_queries_however_large(base, django_assert_num_queries):
    firm = base.firm(branch=base.other)
    UsagePoint.objects.bulk_create(
        UsagePoint(customer=firm, number=f"ТП-{number:03d}", branch=base.branch, address="?") for number in range(120)
    )
    Customer.objects.filter(pk=firm.pk).update(branch_ids=[base.other.pk, base.branch.pk])
    for number in (1, 2):
        add_agreement(
            customer_id=firm.pk, number=f"Д-{number}", kind=Agreement.Kind.SUPPLY, signed_on=date(2020 + number, 1, 1),
            by=base.admin,
        )  # fmt: skip
    add_contact_person(customer_id=firm.pk, name="Сидорчук Анна", by=base.admin)
    add_address(customer_id=firm.pk, kind=CustomerAddress.Kind.POSTAL, text="а/я 5", by=base.admin)
    for value in ("+79180000001", "+79180000002"):
        point = add_contact_point(customer_id=firm.pk, kind=ContactPoint.Kind.PHONE, value=value, by=base.admin)

    with django_assert_num_queries(7):
        card = customer_card(firm.pk)
        assert [point.branch.short_name for point in card.usage_points] == ["КЭС"] * 50
        assert (card.customer.group.name, card.customer.get_kind_display()) == ("Юридические лица", "юридическое лицо")

    assert [branch.short_name for branch in card.branches] == ["КЭС", "СЭС"]
    assert (card.usage_points[0].number, card.usage_points[-1].number) == ("ТП-000", "ТП-049")
    assert (card.more_usage_points, card.more_agreements, card.editable) == (True, False, True)
    assert [agreement.number for agreement in card.agreements] == ["Д-2", "Д-1"]
    assert (card.contacts.phone, card.contacts.email) == ("+79180000001", "")
    assert [(person.name) for person in card.contacts.persons] == ["Сидорчук Анна"]
    assert [address.text for address in card.contacts.addresses] == ["а/я 5"]
    assert card.contacts == contacts_of(firm.pk)
    assert [p.number for p in usage_points_of(firm.pk).filter(number__gt="ТП-049")[:2]] == ["ТП-050", "ТП-051"]
    assert usage_point_numbered("ТП-050").customer == firm
    assert agreements_of(firm.pk).count() == 2
    assert point.is_primary is False


def test_what_is_not_there_is_not_shown(base):
    for ask in (lambda: customer_card(1), lambda: usage_point_numbered("ТП-1")):
        with pytest.raises(NotVisible):
            ask()


def test_pickers_offer_what_the_scope_allows(base):
    assert visible_groups().count() == editable_groups().count() == len(base.groups)
    assert [branch.code for branch in visible_branches()] == ["01", "02"]

    with scoped(base.scope(sees=["POPULATION", "LARGE"], edits=["LARGE"])):
        assert [group.code for group in visible_groups()] == ["LARGE", "POPULATION"]
        assert [group.code for group in editable_groups()] == ["LARGE"]
        assert [branch.code for branch in visible_branches()] == ["01"]


def test_likely_duplicates_are_told_with_what_is_the_same(base):
    customer = base.person(
        "Ёлкин", "Пётр", inn="500100732259", snils="11223344595", phone="+79180000001",
        address="г. Краснодар, ул. Красная, д. 12, кв. 5",
    )  # fmt: skip

    def same(**given):
        return [(duplicate.customer_id, duplicate.field, duplicate.reason) for duplicate in likely_duplicates(**given)]

    assert same(phone="8 (918) 000-00-01") == [(customer.pk, "phone", "тот же телефон")]
    assert same(inn="5001 0073 2259") == [(customer.pk, "inn", "тот же ИНН")]
    assert same(snils="112-233-445 95", phone="+79180000001") == [(customer.pk, "snils", "тот же СНИЛС")]
    address = "Краснодар, Красная 12-5"
    assert same(name="елкин  ПЕТР", address=address) == [
        (customer.pk, "name_and_address", "то же имя по тому же адресу")
    ]
    assert same(name="Ёлкин Пётр", address="Краснодар, Красная 13-5") == []
    assert same(name="Ёлкин Павел", address=address) == []
    assert same() == same(name="Ёлкин Пётр") == same(phone="нет") == []
    assert same(phone="+79180000001", except_id=customer.pk) == []


def test_a_duplicate_out_of_sight_is_not_told(base):
    customer = base.person(phone="+79180000001", inn="500100732259", address="ул. Красная, д. 1")
    move_to_group(customer_id=customer.pk, group_id=base.groups["LARGE"].pk, by=base.admin)

    with scoped(base.scope(sees=["POPULATION"])):
        assert likely_duplicates(
            name="Иваненко Пётр", phone="+79180000001", inn="500100732259", address="Красная 1"
        ) == []  # fmt: skip
