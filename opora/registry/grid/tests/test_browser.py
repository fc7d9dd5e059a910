"""The network in a real browser."""

from functools import partial

import pytest
from playwright.sync_api import expect

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.grid.models import Element
from opora.registry.grid.permissions import GridPermission
from tests.browser import AXE, NEEDS_BROWSER

CSV = "mrid;kind;name;nodes;normally_open\nS;SOURCE;Ввод;a;\nQ;BREAKER;В-10 Северная;a b;0\nC;CONSUMER;Дом;b;\n"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    *NEEDS_BROWSER,
]


@pytest.fixture
def visit(open_as, admin):
    """Open an address as somebody who keeps the network and operates it."""
    with scoped(EVERYTHING):
        define_role(code="grid", name="Сеть", permissions=[*GridPermission, CustomerPermission.VIEW])
        user = create_user(username="grid", password=None, roles=["grid"], scope=EVERYTHING, by=admin)
    return partial(open_as, user)


def test_a_network_is_compared_loaded_found_and_switched(visit):
    page = visit("/grid/import/")
    page.set_input_files("input[name=models]", {"name": "e.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.keyboard.press("Control+Enter")
    expect(page.locator("#difference")).to_contain_text("Элементы: добавится 3 изменится 0 исключится 0")
    assert not Element.objects.exists()

    page.keyboard.press("Control+s")
    page.locator("dialog[open] .btn-danger").click()
    expect(page.locator("h1")).to_have_text("Сеть")
    expect(page.locator("#toasts")).to_contain_text("Изменены 3 объекта сети.")

    page.keyboard.press("f")
    page.keyboard.type("северная")
    expect(page.locator("#found li")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("В-10 Северная")

    page.keyboard.press("p")
    expect(page.locator("dialog[open]")).to_contain_text("Питание теряет 1 потребитель.")
    page.locator("dialog[open] .btn-danger").click()
    expect(page.locator("#element .badge").first).to_have_text("нет питания")
    assert Element.objects.get(mrid="Q").is_open


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(visit, grid, scheme):
    station = Element.objects.get(mrid="Q0").container_id
    for path in ("/grid/", f"/grid/{station}/", f"/grid/elements/{grid['Q1']}/", "/grid/import/"):
        page = visit(path, color_scheme=scheme)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == [], path
