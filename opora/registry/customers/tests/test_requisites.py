"""Numbers of persons and firms, checked digit by digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.platform.phone import normalised, shown
from opora.registry.customers.requisites import Requisites, WrongRequisite, checked
from opora.registry.customers.stages import CustomerKind

PERSON, PROPRIETOR, FIRM = CustomerKind.INDIVIDUAL, CustomerKind.SOLE_PROPRIETOR, CustomerKind.LEGAL_ENTITY
KINDS = st.sampled_from(list(CustomerKind))


def digits(count):
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


def weighed(number, weights):
    return str(sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 % 10)


def firm_inn(nine):
    return nine + weighed(nine, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def person_inn(ten):
    eleven = ten + weighed(ten, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return eleven + weighed(eleven, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def snils(nine):
    total = sum(int(digit) * weight for digit, weight in zip(nine, range(9, 0, -1), strict=True))
    return f"{nine}{total % 101 % 100:02d}"


def changed(number, place):
    return number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]


def refusal(kind, **given):
    with pytest.raises(WrongRequisite) as found:
        checked(kind, Requisites(**given))
    return found.value.field


@given(digits(9))
def test_every_inn_of_a_firm_with_its_check_digit_is_right(nine):
    assert checked(FIRM, Requisites(inn=firm_inn(nine))).inn == firm_inn(nine)


@given(digits(10), st.sampled_from([PERSON, PROPRIETOR]))
def test_every_inn_of_a_person_with_its_check_digits_is_right(ten, kind):
    assert checked(kind, Requisites(inn=person_inn(ten))).inn == person_inn(ten)


@given(digits(9))
def test_a_mistyped_check_digit_is_found(nine):
    assert refusal(FIRM, inn=changed(firm_inn(nine), 9)) == "inn"


@given(digits(9))
def test_a_firm_has_no_inn_of_a_person_nor_a_person_of_a_firm(nine):
    assert refusal(FIRM, inn=person_inn(nine + "0")) == "inn"
    assert refusal(PERSON, inn=firm_inn(nine)) == "inn"


@given(digits(11))
def test_an_ogrn_is_right_only_with_its_check_digit(eleven):
    right = f"1{eleven}{int('1' + eleven) % 11 % 10}"

    assert checked(FIRM, Requisites(ogrn=right)).ogrn == right
    assert refusal(FIRM, ogrn=changed(right, 12)) == "ogrn"


@given(digits(9).filter(lambda nine: int(nine) > 1001998), st.sampled_from([9, 10]))
def test_a_snils_is_right_only_with_its_check_number(nine, place):
    right = snils(nine)
    spelt = f"{right[:3]}-{right[3:6]}-{right[6:9]} {right[9:]}"

    assert checked(PERSON, Requisites(snils=spelt)).snils == right
    assert refusal(PERSON, snils=changed(right, place)) == "snils"


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        (PERSON, {"kpp": "231001001"}, "kpp"),
        (PROPRIETOR, {"kpp": "231001001"}, "kpp"),
        (FIRM, {"kpp": "23100100"}, "kpp"),
        (FIRM, {"kpp": "2310АА00Б"}, "kpp"),
        (PERSON, {"ogrn": "304500116000157"}, "ogrn"),
        (FIRM, {"ogrn": "304500116000157"}, "ogrn"),
        (PROPRIETOR, {"ogrn": "1027700132195"}, "ogrn"),
        (PERSON, {"snils": "112-233-445"}, "snils"),
        (PERSON, {"inn": "о00100732259"}, "inn"),
    ],
)
def test_a_number_of_another_kind_is_refused_by_field(kind, given, field):
    assert refusal(kind, **given) == field


@given(KINDS, st.text(max_size=20), st.sampled_from(["inn", "kpp", "ogrn", "snils"]))
def test_whatever_is_given_is_either_kept_in_plain_digits_or_refused_by_its_field(kind, text, field):
    try:
        found = getattr(checked(kind, Requisites(**{field: text})), field)
    except WrongRequisite as wrong:
        assert wrong.field == field
    else:
        assert found == "" or (found.isascii() and found.isalnum())


@given(st.from_regex(r"9[0-9]{9}", fullmatch=True), st.sampled_from(["8{}", "+7{}", "7 {}", "{}", " 8 ({}) "]))
def test_a_russian_phone_has_one_spelling_inside(number, spelling):
    inside = normalised(spelling.format(number))

    assert inside == f"+7{number}"
    assert normalised(shown(inside)) == inside


@pytest.mark.parametrize("text", ["", "112", "212-34-56", "нет телефона", "8-800", "8918123456789012"])
def test_what_is_no_whole_number_is_no_phone(text):
    assert normalised(text) is None
