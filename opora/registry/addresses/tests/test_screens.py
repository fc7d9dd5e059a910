import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import TOWN, guid, house, obj, place, write, xml
from opora.platform.access.operations import create_user
from opora.platform.scope import Scope
from opora.registry.addresses.models import AddressObject
from opora.registry.addresses.operations import read_delivery

REGISTER = "/addresses/"


@pytest.fixture
def reader(client, admin):
    """Somebody signed in, without any permission."""
    client.force_login(create_user(username="reader", password=None, roles=[], scope=Scope(), by=admin))
    return client


def body(answer):
    return " ".join(answer.content.decode().split())


def test_a_stranger_is_sent_to_sign_in(client, db):
    for address in (REGISTER, "/addresses/found/", "/addresses/suggest/", "/addresses/deliveries/1/"):
        assert client.get(address).headers["Location"].startswith("/login/?next=")


def test_an_empty_register_says_how_to_load_it(reader):
    assert "opora import gar" in body(reader.get(REGISTER))


def test_the_register_tells_its_day_its_counts_and_its_deliveries(reader, town):
    page = body(reader.get(REGISTER))

    assert "Состояние на 01.01.2024: объектов 8, домов и участков 7" in page
    assert f"?object={guid(1)}" in page
    assert f'href="/addresses/deliveries/{town.pk}/">gar_xml</a>' in page


def test_an_object_shows_what_stands_above_and_below_it(reader, town):
    page = body(reader.get(REGISTER, {"object": guid(2)}))

    assert f'<a href="/addresses/?object={guid(1)}">край Краснодарский</a>' in page
    assert "ул. им. Тургенева" in page

    street = body(reader.get(REGISTER, {"object": guid(3)}))
    assert "д. 12, к. 1" in street
    assert str(guid(102)) in street
    assert "ул. Коммунаров" in body(reader.get(REGISTER, {"object": guid(4)}))


@pytest.mark.parametrize("wrong", ["nothing", "00000000-0000-0000-0000-00000000ffff"])
def test_an_unknown_object_is_not_there(reader, town, wrong):
    assert reader.get(REGISTER, {"object": wrong}).status_code == 404


def test_a_long_list_is_read_page_by_page_in_a_steady_number_of_queries(reader, deliver, django_assert_num_queries):
    streets = [obj(1000 + n, 8, "ул.", f"Улица {n:03}") for n in range(150)]
    houses = [house(5000 + n, str(n + 1)) for n in range(250)]
    deliver({
        "ADDR_OBJ": xml("A", obj(1, 1, "край", "Край"), obj(2, 5, "г.", "Город"), *streets),
        "HOUSES": xml("H", *houses),
        "ADM_HIERARCHY": xml(
            "I", place(1), place(1, 2), *[place(1, 2, 1000 + n) for n in range(150)],
            *[place(1, 2, 1000, 5000 + n) for n in range(250)],
        ),
    })  # fmt: skip
    reader.get(REGISTER)

    with django_assert_num_queries(13):
        first = reader.get(REGISTER, {"object": guid(2)})

    assert b"099" in first.content
    assert b"100" not in first.content.replace(b"1000", b"")
    cursor = first.context["next"]
    assert "Улица 149" in body(reader.get(REGISTER, {"object": guid(2), "after": cursor}))
    street = reader.get(REGISTER, {"object": guid(1000)})
    assert street.context["houses"][-1].label == "д. 200"
    more = reader.get(REGISTER, {"object": guid(1000), "houses": street.context["more_houses"]})
    assert more.context["houses"][-1].label == "д. 250"


def test_the_box_finds_objects_to_go_to(reader, town):
    assert f"?object={guid(4)}" in body(reader.get("/addresses/found/", {"q": "тургенева краснадар"}))
    assert f"?object={guid(3)}" in body(reader.get("/addresses/found/", {"q": "красная 12 краснодар"}))
    assert "ничего похожего" in body(reader.get("/addresses/found/", {"q": "ъъъ"}))


def test_a_field_is_offered_houses_with_their_ids_and_keeps_the_flat(reader, town):
    page = body(reader.get("/addresses/suggest/", {"address": "краснодар красная 12 кв 5"}))

    assert f'data-value="{guid(101)}"' in page
    assert 'data-title="Краснодарский край, г. Краснодар, ул. Красная, д. 12, кв. 5"' in page
    street = body(reader.get("/addresses/suggest/", {"address": "тургенева"}))
    assert 'data-value="" data-title="Краснодарский край, г. Краснодар, ул. им. Тургенева, "' in street


def test_a_delivery_shows_what_came_of_it_and_what_was_wrong(reader, town, admin, tmp_path):
    page = body(reader.get(f"/addresses/deliveries/{town.pk}/"))
    assert 'Адресных объектов добавлено</dt><dd class="num">8' in page

    folder = write(tmp_path / "torn", TOWN | {"ADDR_OBJ": TOWN["ADDR_OBJ"][:-30]})
    torn = read_delivery(source=GarDelivery(folder), by=admin)

    page = body(reader.get(f"/addresses/deliveries/{torn.pk}/"))
    assert "обрывается после объекта" in page
    assert "отклонена" in page
    assert AddressObject.objects.count() == 8
    assert "torn" in body(reader.get(REGISTER))  # of one that was refused nothing is counted
    assert reader.get("/addresses/deliveries/999999/").status_code == 404
