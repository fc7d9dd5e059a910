"""Screens of the network: walked, found, turned, imported."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.grid.models import Container, Element
from opora.registry.grid.permissions import GridPermission

HTMX = {"HX-Request": "true"}
CSV = b"mrid;kind;name;nodes\nS;SOURCE;S;a\nQ;BREAKER;Q;a b\nC;CONSUMER;C;b\n"


def signed_in(client, admin, *permissions):
    with scoped(EVERYTHING):
        define_role(code="grid", name="Сеть", permissions=permissions)
        client.force_login(create_user(username="grid", password=None, roles=["grid"], scope=EVERYTHING, by=admin))
    return client


@pytest.fixture
def dispatcher(client, admin):
    return signed_in(client, admin, GridPermission.VIEW, GridPermission.OPERATE, CustomerPermission.VIEW)


@pytest.fixture
def keeper(client, admin):
    return signed_in(client, admin, *GridPermission)


def body(answer):
    return " ".join(answer.content.decode().split())


def test_the_tree_is_walked_and_shows_what_is_dead(dispatcher, grid):
    Element.objects.filter(mrid="Q1").update(is_open=True)
    station = Container.objects.get(mrid="ps").pk

    top, inside = body(dispatcher.get("/grid/")), body(dispatcher.get(f"/grid/{station}/"))

    assert "ПС 35/10 Северная" in top
    assert "1 потребитель без питания" in top
    assert "Ф-1" in inside
    assert "секция шин" in inside
    assert dispatcher.get("/grid/999999999/").status_code == 404


def test_an_element_shows_what_feeds_it_and_its_tab_of_usage_points(dispatcher, grid):
    page = body(dispatcher.get(f"/grid/elements/{grid['C1']}/"))
    assert "есть питание" in page
    assert page.index(">S1<") < page.index(">Q0<") < page.index(">TP1<")
    assert f"/customers/below/{grid['C1']}/" in page
    assert "Точек поставки ниже нет" in body(dispatcher.get(f"/customers/below/{grid['C1']}/"))


def test_elements_are_found_while_typing(dispatcher, grid):
    assert f"/grid/elements/{grid['Q1']}/" in body(dispatcher.get("/grid/found/?q=q1"))
    assert "Такого элемента нет" in body(dispatcher.get("/grid/found/?q=zzz"))


def test_a_switch_is_turned_by_whoever_may(dispatcher, grid):
    answer = dispatcher.post(f"/grid/elements/{grid['Q1']}/turn/", {"is_open": "true"}, headers=HTMX)

    assert answer.status_code == 200
    assert "отключён" in body(answer)
    assert Element.objects.get(mrid="Q1").state_source == "DISPATCHER"


def test_whoever_may_only_look_turns_nothing(client, admin, grid):
    viewer = signed_in(client, admin, GridPermission.VIEW)
    assert viewer.post(f"/grid/elements/{grid['Q1']}/turn/", {"is_open": "true"}, headers=HTMX).status_code == 403
    assert viewer.get("/grid/import/").status_code == 403
    assert 'data-key="KeyP"' not in body(viewer.get(f"/grid/elements/{grid['Q1']}/"))
    assert not Element.objects.get(mrid="Q1").is_open


def upload(client, data=CSV, **fields):
    return client.post("/grid/import/", {"models": SimpleUploadedFile("e.csv", data), **fields}, headers=HTMX)


def test_an_import_is_compared_first_and_then_done_with_the_same_files(keeper):
    shown = upload(keeper)
    assert "добавится 3" in body(shown)
    assert not Element.objects.exists()
    digest = body(shown).split('"digest": "')[1].split('"')[0]

    other = upload(keeper, CSV + b"D;CONSUMER;D;b\n", apply="yes", digest=digest)
    assert other.status_code == 422
    assert "добавится 4" in body(other)
    assert "Это не те файлы" in body(other)
    assert not Element.objects.exists()

    done = upload(keeper, apply="yes", digest=digest)
    assert done.headers["HX-Redirect"] == "/grid/"
    assert Element.objects.count() == 3


def test_a_faulty_file_and_no_file_are_refused(keeper):
    faulty = upload(keeper, b"mrid;kind;nodes\nQ;RELAY;a b\n")
    assert (faulty.status_code, Element.objects.exists()) == (422, False)
    assert "e.csv, строка 2, kind: «RELAY»" in body(faulty)
    nothing = keeper.post("/grid/import/", {}, headers=HTMX)
    assert (nothing.status_code, nothing.headers["HX-Retarget"]) == (422, "#import-form")
