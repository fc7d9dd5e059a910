"""What people write as addresses, and the houses they mean."""

import pytest

from opora.gateways.gar.tests.deliveries import guid
from opora.registry.addresses.queries import match_address, match_addresses, suggest

CITY = "Краснодарский край, г. Краснодар"


@pytest.mark.parametrize(
    "text",
    [
        "350000, Краснодарский край, г. Краснодар, ул. Красная, д. 12",
        "г Краснодар, ул Красная, д 12, кв 5",
        "Краснодар красная 12",
        "красная 12 краснодар",
        "12 КРАСНАЯ КРАСНОДАР",
        "Россия, край Краснодарский, город Краснодар, улица Красная, дом № 12, квартира 7",
        "г. Краснодар, ул. Красная, 12-7",
    ],
)
def test_an_address_in_any_spelling_and_order_is_its_house_for_certain(town, text):
    (best, *_others) = match_address(text)

    assert best.house_guid == guid(101)
    assert best.text == f"{CITY}, ул. Красная, д. 12"
    assert best.confidence == 1.0
    assert best.explanation == "номер совпадает"


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("г Краснодар, ул Красная, д 12 корп 1", 102),
        ("г Краснодар, ул Красная, 12А", 103),
        ("г Краснодар, ул Красная, д. 12-а", 103),
        ("г Краснодар, ул Красная, д 14/2", 104),
        ("г Краснодар, пер Красный, уч 44", 201),
        ("г Краснодар, ул Тургенева, 5", 105),
        ("ст-ца Динская, ул Красная, 12", 106),
    ],
)
def test_the_number_of_the_house_decides(town, text, house):
    (best, *_others) = match_address(text)

    assert (best.house_guid, best.confidence) == (guid(house), 1.0)


def test_a_misspelt_town_is_understood_and_lessens_the_confidence(town):
    (best, *_others) = match_address("г Краснадар, ул Красная, д 12")

    assert best.house_guid == guid(101)
    assert 0.9 < best.confidence < 1


def test_a_street_is_found_by_the_name_it_no_longer_has(town):
    (best, *_others) = match_address("г Краснодар, ул Коммунаров, д 5")

    assert best.house_guid == guid(105)
    assert best.explanation == "номер совпадает; по прежнему названию"


def test_houses_that_are_as_likely_share_the_confidence(town):
    first, second, *_others = match_address("ул Красная, д 12")

    assert {first.house_guid, second.house_guid} == {guid(101), guid(106)}
    assert first.confidence == second.confidence < 0.5
    assert first.explanation == "номер совпадает; населённый пункт не указан; столь же вероятных: 2"


def test_a_corpus_written_as_a_fraction_is_nearly_certain_and_a_missing_one_is_doubtful(town):
    (fraction, *_others) = match_address("г Краснодар, ул Красная, д 12/1")
    (missing, *_others) = match_address("г Краснодар, ул Красная, д 12 корп 3")

    assert (fraction.house_guid, fraction.confidence) == (guid(102), 0.9)
    assert fraction.explanation == "номер совпадает, корпус записан дробью"
    assert (missing.house_guid, missing.confidence) == (guid(101), 0.7)
    assert missing.explanation == "такого корпуса нет"


def test_another_type_of_street_lessens_the_confidence(town):
    (best, *_others) = match_address("г Краснодар, пер Тургенева, д 5")

    assert (best.house_guid, best.confidence) == (guid(105), 0.8)
    assert best.explanation == "номер совпадает; в реестре это ул."


@pytest.mark.parametrize(
    "text", ["", "неизвестно", "г Краснодар, ул Красная, д 99", "г Краснодар", "Красная", "🏠, ''\\", "12"]
)
def test_where_no_house_fits_nothing_is_offered(town, text):
    assert match_address(text) == []


def test_houses_that_are_no_longer_there_are_not_offered(town):
    assert match_address("г Краснодар, ул Красная, д 7") == []


def test_many_addresses_need_no_more_queries_than_one(town, django_assert_num_queries):
    texts = [f"г Краснодар, ул Красная, д {n}" for n in range(1, 60)] + ["ст-ца Динская, Красная 12", "Коммунаров 5"]

    with django_assert_num_queries(3):
        found = match_addresses(texts)

    assert [[match.house_guid for match in each][:1] for each in found if each] == [
        [guid(101)], [guid(104)], [guid(106)], [guid(105)],
    ]  # fmt: skip


def test_fragments_in_any_order_are_completed(town):
    assert [each.text for each in suggest("крас")] == [
        "Краснодарский край", CITY, f"{CITY}, пер. Красный", f"{CITY}, ул. Красная",
        "Краснодарский край, Динской р-н, ст-ца Динская, ул. Красная",
    ]  # fmt: skip
    assert [each.text for each in suggest("динск красная")] == [
        "Краснодарский край, Динской р-н, ст-ца Динская, ул. Красная"
    ]
    assert next(each.text for each in suggest("тургенева краснадар")) == f"{CITY}, ул. им. Тургенева"


def test_houses_are_offered_by_the_beginning_of_their_number(town):
    found = suggest("краснодар красная 1")

    assert [each.text for each in found if each.is_house] == [
        f"{CITY}, ул. Красная, д. 12", f"{CITY}, ул. Красная, д. 12, к. 1", f"{CITY}, ул. Красная, д. 12А",
        f"{CITY}, ул. Красная, д. 14/2",
    ]  # fmt: skip
    assert suggest("") == []
