import pytest

from opora.gateways.gar.tests.deliveries import guid
from opora.platform.access.operations import create_user
from opora.platform.scope import Scope

ADDRESSES = "/api/v1/addresses"
CITY = "Краснодарский край, г. Краснодар"


@pytest.fixture
def api(client, admin, town):
    client.force_login(create_user(username="program", password=None, roles=[], scope=Scope(), by=admin))
    return client


def test_a_stranger_is_refused(client, db):
    assert client.get(f"{ADDRESSES}/objects").status_code == 401


def test_the_hierarchy_is_walked_from_the_regions_down_to_the_houses(api):
    (region,) = api.get(f"{ADDRESSES}/objects").json()["items"]
    assert (region["guid"], region["text"]) == (str(guid(1)), "Краснодарский край")

    below = api.get(f"{ADDRESSES}/objects/{guid(1)}/objects").json()["items"]
    assert [each["name"] for each in below] == ["Динской", "Краснодар"]
    streets = api.get(f"{ADDRESSES}/objects/{guid(2)}/objects", {"limit": 2}).json()
    assert [each["name"] for each in streets["items"]] == ["Красная", "Красный"]
    assert [each["name"] for each in api.get(streets["next"]).json()["items"]] == ["им. Тургенева"]

    houses = api.get(f"{ADDRESSES}/objects/{guid(3)}/houses", {"number": "12А"}).json()["items"]
    assert [(each["label"], each["text"]) for each in houses] == [("д. 12А", f"{CITY}, ул. Красная, д. 12А")]


def test_an_object_stands_in_both_divisions(api):
    street = api.get(f"{ADDRESSES}/objects/{guid(3)}").json()

    assert [each["name"] for each in street["administrative"]] == ["Краснодарский", "Краснодар", "Красная"]
    assert [each["name"] for each in street["municipal"]] == ["Краснодарский", "Краснодар", "Красная"]
    assert api.get(f"{ADDRESSES}/objects/{guid(999)}").json()["code"] == "not_found"


def test_a_house_has_its_whole_address(api):
    house = api.get(f"{ADDRESSES}/houses/{guid(102)}").json()

    assert (house["text"], house["key"]) == (f"{CITY}, ул. Красная, д. 12, к. 1", "12 к1")
    assert api.get(f"{ADDRESSES}/houses/{guid(999)}").status_code == 404


def test_an_address_is_completed(api):
    found = api.get(f"{ADDRESSES}/suggest", {"text": "тургенева 5"}).json()["items"]

    assert (found[0]["guid"], found[0]["is_house"]) == (str(guid(105)), True)


def test_free_addresses_are_matched_together(api):
    texts = ["г Краснодар, ул Красная, д 12", "ул Красная, д 12", "нигде"]

    answer = api.post(f"{ADDRESSES}/match", {"texts": texts}, content_type="application/json")

    certain, doubtful, nowhere = answer.json()["items"]
    assert certain["matches"][0] == {
        "house_guid": str(guid(101)), "text": f"{CITY}, ул. Красная, д. 12", "confidence": 1.0,
        "explanation": "номер совпадает",
    }  # fmt: skip
    assert len(doubtful["matches"]) == 4
    assert nowhere == {"text": "нигде", "matches": []}
