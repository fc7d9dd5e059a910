"""One box for everything known of a customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.platform.scope import scoped
from opora.registry.customers.models import Agreement, ContactPoint
from opora.registry.customers.operations import (
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    change_usage_point,
)
from opora.registry.customers.queries import identify
from opora.registry.customers.queries.numbers import numbers_in


def names(text, **more):
    return [candidate.name for candidate in identify(text, **more)]


def reasons(text):
    return {candidate.name: candidate.reason for candidate in identify(text)}


@pytest.fixture
def ivanenko(base):
    customer = base.person(
        "Иваненко", "Пётр", middle_name="Семёнович", phone="+79181234567", account="230100045", meter="0117-55",
        number="ТП-000017", address="г. Краснодар, ул. Красная, д. 12, кв. 5", inn="500100732259", snils="11223344595",
    )  # fmt: skip
    add_agreement(
        customer_id=customer.pk, number="21-05/1234 к", kind=Agreement.Kind.SUPPLY, signed_on="2024-02-01",
        by=base.admin, usage_point_id=customer.usage_points.get().pk,
    )  # fmt: skip
    base.person("Другой", "Человек", phone="+79187654321", account="230100046", address="г. Сочи, ул. Мира, д. 1")
    return customer


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("89181234567", "phone", "телефон совпадает"),
        ("+7 (918) 123-45-67", "phone", "телефон совпадает"),
        ("8 918 123 45 67", "phone", "телефон совпадает"),
        ("9181234567", "phone", "телефон совпадает"),
        ("звонил 8(918)123–45–67", "phone", "телефон совпадает"),
        ("123-45-67", "phone", "телефон оканчивается так: 8 (918) 123-45-67"),
        ("4567", "phone", "телефон оканчивается так: 8 (918) 123-45-67"),
        ("230100045", "account", "лицевой счёт совпадает"),
        ("2301 00045", "account", "лицевой счёт совпадает"),
        ("0117-55", "meter", "счётчик совпадает"),
        ("тп-000017", "usage_point", "номер точки поставки совпадает"),
        ("№ 21-05/1234 к", "agreement", "договор совпадает: 21-05/1234 к"),
        ("500100732259", "inn", "ИНН совпадает"),
        ("112-233-445 95", "snils", "СНИЛС совпадает"),
        ("Иваненко 230100045", "account", "лицевой счёт совпадает"),
    ],
)
def test_a_number_in_any_spelling_says_who_it_is(ivanenko, text, field, reason):
    (found,) = identify(text)

    assert (found.customer_id, found.field, found.reason) == (ivanenko.pk, field, reason)
    assert found.exact is ("оканчивается" not in reason)
    assert found.phone == "+79181234567"
    assert (found.account, found.address) == ("230100045", "г. Краснодар, ул. Красная, д. 12, кв. 5")
    assert found.usage_point_id == ivanenko.usage_points.get().pk
    assert (found.group, found.kind) == ("Население", "INDIVIDUAL")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Иваненко", "фамилия совпадает"),
        ("иваненко пётр", "фамилия совпадает"),
        ("Петр Иваненко", "фамилия совпадает"),
        ("Иваненка", "фамилия похожа: Иваненко"),
        ("Ивнаенко", "фамилия похожа: Иваненко"),
        ("Ивоненко Петр", "фамилия похожа: Иваненко"),
        ("Ивано", "фамилия похожа: Иваненко"),
        ("красная 12", "адрес совпадает"),
        ("12 Красная Краснодар", "адрес совпадает"),
        ("ул Красна краснодар", "адрес похож"),
        ("Иваненка Красная", "фамилия похожа: Иваненко; адрес совпадает"),
        ("Красная 12 Иваненко", "фамилия совпадает; адрес совпадает"),
        ("Иваненко Красная 77", "фамилия совпадает; адрес совпадает; не найдено: 77"),
        ("Иваненко Тургенева", "фамилия совпадает; не найдено: тургенева"),
        ("Семенович", "имя совпадает"),
    ],
)
def test_words_find_in_any_order_misspelt_and_say_why(ivanenko, text, reason):
    assert reasons(text) == {"Иваненко Пётр Семёнович": reason}
    assert identify(text)[0].exact is False


@pytest.mark.parametrize(
    "text", ["", "   ", "\t\n", "—", "88005553535", "№", "Щщщщщ", "'", "a' | 'b", "\\", "&|!():*<->"]
)
def test_nothing_and_nobody_find_nobody(ivanenko, text):
    assert identify(text) == []


def test_yo_and_ye_are_the_same_letter(base):
    base.person("Ёлкин", "Фёдор", address="ст-ца Берёзовая, ул. Зелёная")

    assert (
        names("елкин федор") == names("Ёлкин Фёдор") == names("ЁЛКИН") == names("березовая зеленая") == ["Ёлкин Фёдор"]
    )


def test_several_people_on_one_number_are_all_offered_in_russian_order(base):
    for last_name in ("Юрьев", "Ёлкин", "Жуков"):
        base.person(last_name, phone="8 918 000 00 01")

    assert names("+79180000001") == ["Ёлкин Пётр", "Жуков Пётр", "Юрьев Пётр"]
    assert names("+79180000001", limit=2) == ["Ёлкин Пётр", "Жуков Пётр"]


def test_a_person_with_two_matching_numbers_is_offered_once(base):
    base.person(phone="+79181234567", account="9181234567")

    (found,) = identify("9181234567")
    assert found.field == "phone"


def test_the_contact_person_of_a_firm_is_known_by_phone_and_by_name(base):
    firm = base.firm()
    add_contact_person(customer_id=firm.pk, name="Сидорчук Анна", phone="8 861 200 00 07", by=base.admin)

    (found,) = identify("88612000007")
    assert (found.name, found.field, found.reason) == (
        "ООО «Ромашка»", "phone", "телефон контактного лица: Сидорчук Анна",
    )  # fmt: skip
    assert found.phone == "+78612000007"
    assert names("сидорчук") == ["ООО «Ромашка»"]


def test_an_e_mail_is_known_in_any_case_of_letters(base):
    customer = base.person()
    add_contact_point(customer_id=customer.pk, kind=ContactPoint.Kind.EMAIL, value="Petr@Example.org", by=base.admin)

    assert reasons("пишет PETR@example.org") == {"Иваненко Пётр": "эл. почта совпадает"}


def test_the_usage_point_that_the_text_means_is_shown(base):
    customer = base.person(address="г. Краснодар, ул. Мира, д. 1", number="ТП-100", account="1001")
    base.person("Другой", address="х. Ленина, ул. Северная, д. 7", number="ТП-200", account="2001")
    for point in list(base.person("Многих", address="ст. Новая", number="ТП-300", account="3001").usage_points.all()):
        assert point.number == "ТП-300"
    from_points = identify("ул. Мира 1 Краснодар")

    assert [(found.customer_id, found.account) for found in from_points] == [(customer.pk, "1001")]


def test_a_changed_address_is_found_and_the_old_one_no_more(base):
    customer = base.person(address="ул. Тургенева, д. 3")
    change_usage_point(
        usage_point_id=customer.usage_points.get().pk,
        version=1,
        changes={"address": "ул. Гагарина, д. 4"},
        by=base.admin,
    )
    add_address(customer_id=customer.pk, kind="POSTAL", text="г. Ейск, а/я 5", by=base.admin)

    assert names("гагарина") == names("Ейск") == ["Иваненко Пётр"]
    assert names("тургенева") == []


def test_the_more_telling_word_decides_when_not_everything_fits(base):
    for number in range(5):
        base.person(f"Местный{'абвгд'[number]}", address="г. Краснодар, ул. Красная")
    base.person("Иваненко", address="г. Сочи, ул. Мира")

    assert names("Иваненко Краснодар")[0] == "Иваненко Пётр"


def test_outside_the_scope_nobody_is_known(base):
    base.person(phone="+79181234567", account="1001", address="ул. Красная", group="LARGE")

    with scoped(base.scope(sees=["POPULATION"])):
        assert [identify(text) for text in ("+79181234567", "1001", "4567", "Иваненко", "красная")] == [[]] * 5
    with scoped(base.scope(sees=["LARGE"], branches=[base.other])):
        assert [identify(text) for text in ("+79181234567", "1001", "4567", "Иваненко", "красная")] == [[]] * 5
    with scoped(base.scope(sees=["LARGE"])):
        assert [len(identify(text)) for text in ("+79181234567", "1001", "4567", "Иваненко", "красная")] == [1] * 5


def test_an_exact_number_costs_one_statement(base, django_assert_num_queries):
    base.person(phone="+79181234567")

    with django_assert_num_queries(1):
        identify("8 (918) 123-45-67")


def test_words_cost_four_statements_whatever_they_find(base, django_assert_num_queries):
    for number in range(30):
        base.person(first_name=f"Имя{number}", address=f"ул. Красная, д. {number}")

    with django_assert_num_queries(4):
        assert len(identify("Иваненко красная")) == 20


@given(st.text(alphabet="0123456789 ()-–+ёЁабвГД'\"\\%_@.&|!:*№\n", max_size=60))
def test_no_text_breaks_the_reading_of_numbers(text):
    numbers = numbers_in(text)

    assert all(phone.startswith("+") and phone[1:].isdigit() and 10 <= len(phone) - 1 <= 15 for phone in numbers.phones)
    assert all(any(map(str.isdigit, code)) for code in numbers.codes)
    low, high = numbers.tail
    assert (low, high) == ("", "") or low < high


@given(
    st.from_regex(r"9[0-9]{9}", fullmatch=True),
    st.sampled_from(["{}", "8{}", "+7{}", "7{}", "8 ({0[0]}{0[1]}{0[2]}) {1}"]),
)
def test_a_phone_is_the_same_however_it_is_written(number, spelling):
    text = spelling.format(number, f"{number[3:6]}-{number[6:8]}-{number[8:]}")

    assert numbers_in(text).phones == [f"+7{number}"]


@given(st.from_regex(r"[0-9]{4,9}", fullmatch=True))
def test_the_tail_of_a_phone_is_the_range_of_phones_that_end_so(digits):
    low, high = numbers_in(digits).tail

    assert low <= ("+7918" + digits)[::-1] < high
    other = str((int(digits[-1]) + 1) % 10)
    assert not low <= ("+7918" + digits[:-1] + other)[::-1] < high
