"""Free addresses taken apart: properties that hold for every spelling, and spellings from real papers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.registry.addresses.address_text import name_words, take_apart, type_of
from opora.registry.addresses.house_numbers import house_number, registered_label, registered_number

NUMBERS = st.integers(1, 9999)
#: Without those that begin another word: к(орпус), с(троение), л(итера), and such.
LETTERS = st.sampled_from(["", "а", "б", "в", "е", "ж", "и"])
STREETS = st.sampled_from(["Красная", "40 лет Победы", "1-я Заречная", "им. Тургенева", "8 Марта", "Берёзовая", "Мира"])
TOWNS = st.sampled_from(["Краснодар", "Горячий Ключ", "Славянск-на-Кубани", "Старая Станица"])


@given(NUMBERS, LETTERS, st.integers(0, 99), st.data())
def test_a_number_has_one_key_in_every_spelling(number, letter, corpus, data):
    letters = data.draw(st.sampled_from([letter, letter.upper(), f"-{letter}" if letter else "", f" {letter}"]))
    word = data.draw(st.sampled_from(["к", "к.", " к ", ", корп. ", " корпус ", " корп."])) if corpus else ""

    found = house_number(f"{number}{letters}{word}{corpus or ''}")

    assert found.key == f"{number}{letter}" + (f" к{corpus}" if corpus else "")
    assert found.number == number
    assert house_number(found.key) == found


@given(TOWNS, STREETS, NUMBERS, LETTERS, NUMBERS, st.data())
def test_an_address_says_the_same_in_every_spelling(town, street, number, letter, flat, data):
    parts = [
        data.draw(st.sampled_from(["г. {}", "г {}", "город {}", "{}"])).format(town),
        data.draw(st.sampled_from(["ул. {}", "улица {}", "{} ул."])).format(street),
        data.draw(st.sampled_from(["д. {}{}", "дом {}{}", "дом № {}{}", "д.{}{}"])).format(number, letter),
        data.draw(st.sampled_from(["кв. {}", "кв {}", "квартира {}"])).format(flat),
    ]
    text = data.draw(st.sampled_from([", ", " ", ","])).join(parts)
    text = data.draw(st.sampled_from([text, text.upper(), text.replace("ё", "е"), f"  {text} "]))

    said = take_apart(text)

    assert set(said.words) == {*name_words(town), *name_words(street)}
    assert said.house.key == f"{number}{letter}"
    assert said.flat == str(flat)
    assert "ул" in said.types


@given(st.text(max_size=120))
def test_any_text_at_all_is_taken_apart_into_words_that_can_be_asked_for(text):
    said = take_apart(text)

    assert all(word and word.isalnum() and word == word.lower() for word in said.words)
    assert len(set(said.words)) == len(said.words)


@given(st.text("абвгд0123456789-/. кстрлит№", max_size=30))
def test_the_key_of_a_number_is_its_own_number(text):
    found = house_number(text)

    assert found is None or house_number(found.key) is None or house_number(found.key).number == found.number


@pytest.mark.parametrize(
    ("text", "words", "house", "flat"),
    [
        ("ст-ца Елизаветинская, ул Мира, 7 кв 3", ("елизаветинская", "мира"), "7", "3"),
        ("ул 40-летия Победы, 12/1", ("40", "летия", "победы"), "12/1", ""),
        ("ул. 8 Марта", ("8", "марта"), None, ""),
        ("мкр 5, 12", ("5",), "12", ""),
        ("мкр. 5", ("5",), None, ""),
        ("ул. Ленина 12-5", ("ленина",), "12", "5"),
        ("г. Сочи, р-н Адлерский, ул. Ленина, д 7 (гараж)", ("сочи", "адлерский", "ленина"), "7", ""),
        ("1-я Линия, 5", ("1", "линия"), "5", ""),
        ("д. Ивановка, д. 5", ("ивановка",), "5", ""),
        ("СНТ «Дружба», уч. 15", ("дружба",), "15", ""),
        ("ул Набережная 12 литер Б", ("набережная",), "12 литб", ""),
        ("п. Агроном ул. Школьная 1 стр 2", ("агроном", "школьная"), "1 стр2", ""),
        ("ул. Новая, стр. 4", ("новая",), "4", ""),
        ("ул Северная д 12A", ("северная",), "12а", ""),
        ("350000, Россия, г. Краснодар", ("краснодар",), None, ""),
    ],
)
def test_real_spellings(text, words, house, flat):
    said = take_apart(text)

    assert said.words == words
    assert (said.house.key if said.house else None) == house
    assert said.flat == flat


def test_the_register_s_own_numbers_and_types_have_the_same_keys():
    assert registered_number("12", first=(1, "3"), second=(2, "А")).key == "12 к3 стра"
    assert registered_number("5/1").key == "5/1"
    assert registered_number("12А").key == "12а"
    assert registered_label(2, "12", first=(1, "3")) == "д. 12, к. 3"
    assert {type_of(short) for short in ("ул", "ул.", "Улица")} == {"ул"}
    assert type_of("тер. СНТ") == "снт"
