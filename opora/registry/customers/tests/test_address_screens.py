"""The queue of addresses in doubt, and the field that takes an address from the register."""

import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import TOWN, guid, write
from opora.platform.access.operations import create_user, define_role
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING
from opora.registry.addresses.operations import apply_delivery, read_delivery
from opora.registry.customers.models import AddressDoubt, UsagePoint
from opora.registry.customers.operations import match_usage_point_addresses
from opora.registry.customers.permissions import CustomerPermission

QUEUE = "/customers/addresses/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def register(base, tmp_path):
    delivery = read_delivery(source=GarDelivery(write(tmp_path / "gar_xml", TOWN)), by=base.admin)
    return apply_delivery(delivery_id=delivery.pk, by=base.admin)


@pytest.fixture
def editor(client, base):
    define_role(code="all", name="Всё", permissions=[CustomerPermission.VIEW, CustomerPermission.EDIT])
    client.force_login(create_user(username="editor", password=None, roles=["all"], scope=EVERYTHING, by=base.admin))
    return client


@pytest.fixture
def doubts(base, register):
    """Two addresses in doubt, the likelier first; the second is nowhere."""
    for address in ("г Краснодар, ул Красная, д 12 корп 3", "г Краснодар, ул Неведомая, д 1"):
        base.person(address=address)
    match_usage_point_addresses(by=base.admin)
    return list(AddressDoubt.objects.order_by("-confidence"))


def body(answer):
    return " ".join(answer.content.decode().split())


def test_the_queue_needs_the_right_to_edit(client, base):
    define_role(code="look", name="Смотреть", permissions=[CustomerPermission.VIEW])
    client.force_login(create_user(username="reader", password=None, roles=["look"], scope=EVERYTHING, by=base.admin))

    assert client.get(QUEUE).status_code == 403
    assert client.post(f"{QUEUE}1/").status_code == 403


def test_an_empty_queue_says_so(editor):
    assert "Спорных адресов нет" in body(editor.get(QUEUE))


def test_the_likeliest_doubt_stands_in_front_with_its_offers_and_keys(editor, doubts):
    page = body(editor.get(QUEUE))

    assert "Ждут решения: 2; точек поставки без дома: 2" in page
    assert '<h2 class="card-title">г Краснодар, ул Красная, д 12 корп 3</h2>' in page
    assert f'name="house" value="{guid(101)}" data-key="Digit1 ctrl+Enter"' in page
    assert "такого корпуса нет" in page
    assert "70 %" in page
    read = Entry.objects.filter(event="journal.PersonalDataRead").latest("at")
    assert (read.facts, len(read.about)) == ({"what": "customers.address_doubts"}, 2)


def test_a_house_is_taken_and_the_next_comes_forward_and_it_can_be_undone(editor, doubts):
    first, second = doubts

    answer = editor.post(f"{QUEUE}{first.pk}/", {"house": str(guid(101)), "skipped": ""}, headers=HTMX)

    assert UsagePoint.objects.get(pk=first.usage_point_id).gar_id == guid(101)
    assert answer.context["doubt"] == second
    assert f"/customers/addresses/{first.pk}/reopen/" in answer.headers["HX-Trigger"]

    undone = editor.post(f"{QUEUE}{first.pk}/reopen/", headers=HTMX)
    assert (undone.status_code, "doubts-changed" in undone.headers["HX-Trigger"]) == (204, True)
    assert UsagePoint.objects.get(pk=first.usage_point_id).gar_id is None


def test_another_house_is_chosen_from_the_register(editor, doubts):
    first, _second = doubts

    refused = editor.post(f"{QUEUE}{first.pk}/", {"other": "1", "address": "что-то", "address_house": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert "Выберите дом из списка" in body(refused)
    assert AddressDoubt.objects.get(pk=first.pk).is_open

    editor.post(f"{QUEUE}{first.pk}/", {"other": "1", "address": "…", "address_house": str(guid(102))}, headers=HTMX)
    assert UsagePoint.objects.get(pk=first.usage_point_id).gar_id == guid(102)


def test_none_of_them_leaves_the_usage_point_without_a_house(editor, doubts):
    first, _second = doubts

    editor.post(f"{QUEUE}{first.pk}/", {"house": ""}, headers=HTMX)

    assert UsagePoint.objects.get(pk=first.usage_point_id).gar_id is None
    assert not AddressDoubt.objects.get(pk=first.pk).is_open


def test_what_is_put_off_comes_last(editor, doubts):
    first, second = doubts

    assert editor.get(QUEUE, {"skipped": str(first.pk)}, headers=HTMX).context["doubt"] == second
    again = editor.get(QUEUE, {"skipped": f"{first.pk},{second.pk},x"}, headers=HTMX)
    assert again.context["doubt"] == first


def test_the_second_to_decide_is_told_so(editor, base, doubts):
    editor.post(f"{QUEUE}{doubts[0].pk}/", {"house": ""}, headers=HTMX)

    answer = editor.post(f"{QUEUE}{doubts[0].pk}/", {"house": str(guid(101))}, headers=HTMX)

    assert answer.status_code == 409
    assert "уже принято решение" in body(answer)
    assert editor.post(f"{QUEUE}999999/", {"house": ""}, headers=HTMX).status_code == 404


def test_matching_is_asked_of_the_worker(editor, base):
    assert editor.post(f"{QUEUE}match/", headers=HTMX).status_code == 204
    assert Entry.objects.filter(event="customers.AddressMatchingAsked").count() == 1


def test_a_usage_point_takes_its_house_from_the_register_or_does_without(editor, base, register):
    customer = base.person()
    fields = {
        "number": "ТП-900", "branch_id": base.branch.pk, "address": "г Краснодар, ул Красная, д 12, кв 5",
        "address_house": str(guid(101)), "voltage": "NN", "reliability_category": "III",
    }  # fmt: skip
    form = body(editor.get(f"/customers/{customer.pk}/points/new/"))
    assert 'hx-get="/addresses/suggest/"' in form
    assert 'name="address_house"' in form

    assert editor.post(f"/customers/{customer.pk}/points/new/", fields, headers=HTMX).status_code == 200
    point = UsagePoint.objects.get(number="ТП-900")
    assert (point.address, point.gar_id) == ("г Краснодар, ул Красная, д 12, кв 5", guid(101))
    assert f'value="{guid(101)}"' in body(editor.get(f"/customers/{customer.pk}/points/{point.pk}/"))

    change = fields | {"address": "где-то ещё", "address_house": "", "version": "1"}
    editor.post(f"/customers/{customer.pk}/points/{point.pk}/", change, headers=HTMX)
    point.refresh_from_db()
    assert (point.address, point.gar_id) == ("где-то ещё", None)

    empty = editor.post(f"/customers/{customer.pk}/points/new/", fields | {"number": "2", "address": ""}, headers=HTMX)
    assert empty.status_code == 422


def test_pages_of_the_queue_ask_as_many_queries_however_long_it_is(editor, base, register, django_assert_num_queries):
    for number in range(12):
        base.person(address=f"г Краснодар, ул Неведомая, д {number + 1}")
    match_usage_point_addresses(by=base.admin)
    editor.get(QUEUE)

    with django_assert_num_queries(12):
        editor.get(QUEUE, headers=HTMX)


def test_programs_read_the_queue_decide_and_take_back(editor, doubts):
    first, _second = doubts
    queue = editor.get("/api/v1/address-doubts").json()["items"]
    assert [each["id"] for each in queue] == [each.pk for each in doubts]
    assert queue[0]["offers"][0]["house_guid"] == str(guid(101))

    where = f"/api/v1/address-doubts/{first.pk}"
    decided = editor.post(f"{where}/decision", {"house_guid": str(guid(102))}, content_type="application/json")
    assert (decided.status_code, decided.json()["gar_id"]) == (200, str(guid(102)))
    again = editor.post(f"{where}/decision", {"house_guid": None}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "decided_already")
    assert editor.post(f"{where}/reopen").json()["usage_point_id"] == first.usage_point_id
    assert UsagePoint.objects.get(pk=first.usage_point_id).gar_id is None

    assert editor.post("/api/v1/address-doubts/matching").status_code == 204
    assert Entry.objects.filter(event="customers.AddressMatchingAsked").count() == 1
