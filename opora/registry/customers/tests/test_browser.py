"""Customers in a real browser: entered and changed from the keyboard, imports confirmed, every page accessible."""

from functools import partial
from io import BytesIO

import pytest
from playwright.sync_api import expect

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import TOWN, guid, write
from opora.platform.access.operations import create_user, define_role
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.operations import apply_delivery, read_delivery
from opora.registry.customers.models import Customer, UsagePoint
from opora.registry.customers.operations import (
    accept_import,
    match_usage_point_addresses,
    read_import,
    store_import,
)
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.tests.conftest import build_base
from tests.browser import AXE, NEEDS_BROWSER

pytestmark = [
    pytest.mark.django_db(transaction=True),
    *NEEDS_BROWSER,
]


@pytest.fixture
def town(no_jobs_left):
    """The base and somebody who may do everything in it; committed, so that the server sees it."""
    with scoped(EVERYTHING):
        base = build_base()
        define_role(code="all", name="Всё", permissions=[*CustomerPermission])
        base.clerk = create_user(username="clerk", password=None, roles=["all"], scope=EVERYTHING, by=base.admin)
    return base


@pytest.fixture
def visit(open_as, town):
    return partial(open_as, town.clerk)


@pytest.fixture
def register(town, tmp_path):
    """The register of addresses, with Krasnodar in it."""
    with scoped(EVERYTHING):
        delivery = read_delivery(source=GarDelivery(write(tmp_path / "gar_xml", TOWN)), by=town.admin)
        apply_delivery(delivery_id=delivery.pk, by=town.admin)


def test_a_customer_is_entered_without_a_mouse_and_a_switch_of_the_kind_loses_nothing(visit, town):
    page = visit("/customers/")
    page.keyboard.press("Shift+N")
    expect(page.locator("h1")).to_have_text("Новый потребитель")
    page.fill("[name=last_name]", "Ёлкина")
    page.fill("[name=first_name]", "Анна")
    page.check("[name=kind][value=LEGAL_ENTITY]")
    expect(page.locator("[name=last_name]")).to_be_hidden()
    expect(page.locator("[name=kpp]")).to_be_visible()
    page.check("[name=kind][value=INDIVIDUAL]")
    expect(page.locator("[name=last_name]")).to_have_value("Ёлкина")

    page.fill("[name=inn]", "500100732258")
    page.press("[name=inn]", "Tab")
    expect(page.locator("[data-checked]").first).to_contain_text("Контрольная цифра ИНН не сходится")
    page.fill("[name=inn]", "500100732259")
    page.press("[name=inn]", "Tab")
    expect(page.locator("[data-checked]").first).to_contain_text("Номер верен")
    page.select_option("[name=group_id]", label="Население")
    page.select_option("[name=branch_id]", label="Краснодарские электрические сети")
    page.keyboard.press("Control+Enter")

    expect(page.locator("h1")).to_have_text("Ёлкина Анна")
    expect(page.locator("#toasts")).to_contain_text("Потребитель внесён.")
    with scoped(EVERYTHING):
        assert Customer.objects.get().inn == "500100732259"


def test_belongings_are_edited_inside_the_card(visit, town):
    with scoped(EVERYTHING):
        customer = town.person(address="ул. Мира, д. 5", number="2301")
    page = visit(f"/customers/{customer.pk}/")
    page.click("text=Контакты")
    page.click("text=Новый телефон или эл. почта")
    page.fill("[name=value]", "12")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-refusal-text]")).to_contain_text("не номер телефона")
    expect(page.locator("[name=value]")).to_have_value("12")
    page.fill("[name=value]", "89181234567")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#contacts-part")).to_contain_text("8 (918) 123-45-67")
    expect(page.locator("#contacts-part form")).to_have_count(0)

    with scoped(EVERYTHING):
        assert customer.contact_points.get().value == "+79181234567"
        assert Entry.objects.filter(event="customers.ContactPointAdded").count() == 1


def test_a_large_import_is_entered_only_when_the_number_is_typed(visit, town):
    lines = [f"К-{n};физ. лицо;Население;01;Иваненко Пётр {n}" for n in range(1_001)]
    text = "\n".join(["Код;Вид;Группа;Филиал;ФИО", *lines, "К-0;никто;;;"])
    with scoped(EVERYTHING):
        source = store_import(stream=BytesIO(text.encode()), name="абоненты.csv", by=town.clerk)
    read_import(import_id=source.pk)
    page = visit(f"/customers/import/{source.pk}/")

    page.click("button:has-text('Внести')")
    page.fill("#confirm [data-part=count]", "1000")
    expect(page.locator("#confirm [data-part=yes]")).to_be_disabled()
    page.fill("#confirm [data-part=count]", "1001")
    page.click("#confirm [data-part=yes]")

    expect(page.locator("[role=status].badge")).to_have_text("вносится")


def test_an_address_is_taken_from_the_register_by_fragments(visit, town, register):
    with scoped(EVERYTHING):
        customer = town.person()
    page = visit(f"/customers/{customer.pk}/")
    page.click("text=Новая точка поставки")
    page.fill("[name=number]", "ТП-1")
    page.locator("[name=address]").press_sequentially("12 краснадар красная кв 5")
    expect(page.locator(".picker-list [data-value]").first).to_contain_text("ул. Красная, д. 12")
    page.keyboard.press("Enter")
    expect(page.locator("[name=address]")).to_have_value("Краснодарский край, г. Краснодар, ул. Красная, д. 12, кв. 5")
    expect(page.locator("[name=address_house]")).to_have_value(str(guid(101)))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#points-part tbody")).to_contain_text("д. 12, кв. 5")

    with scoped(EVERYTHING):
        assert UsagePoint.objects.get().gar_id == guid(101)


def test_addresses_in_doubt_are_decided_from_the_keyboard(visit, town, register):
    with scoped(EVERYTHING):
        for number in (3, 4, 5):
            town.person(address=f"г Краснодар, ул Красная, д 12 корп {number}", number=str(number))
    match_usage_point_addresses(by=town.admin)
    page = visit("/customers/addresses/")
    expect(page.locator("#doubts h2").first).to_have_text("г Краснодар, ул Красная, д 12 корп 5")

    page.keyboard.press("1")
    expect(page.locator("#doubts h2").first).to_have_text("г Краснодар, ул Красная, д 12 корп 4")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#doubts h2").first).to_have_text("г Краснодар, ул Красная, д 12 корп 3")
    page.keyboard.press("n")
    expect(page.locator("#doubts h2").first).to_have_text("г Краснодар, ул Красная, д 12 корп 4")
    expect(page.locator("#toasts")).to_contain_text("остаётся без дома")

    with scoped(EVERYTHING):
        assert dict(UsagePoint.objects.values_list("number", "gar_id")) == {"3": None, "4": None, "5": guid(101)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(visit, town, register, scheme, tmp_path):
    with scoped(EVERYTHING):
        town.person(address="г Краснодар, ул Красная, д 12 корп 3")
    match_usage_point_addresses(by=town.admin)
    with scoped(EVERYTHING):
        customer = town.person(address="ул. Мира, д. 5", number="2301", account="1001", phone="89181234567")
        given = {"by": town.clerk, "group_id": town.groups["POPULATION"].pk, "branch_id": town.branch.pk}
        text = "Код;Вид;ФИО;Цвет\nК-1;ФЛ;Ъ;;\nК-2;никто;;;"
        bad = store_import(stream=BytesIO(text.encode()), name="x.csv", **given)
        done = store_import(stream=BytesIO("Код;Вид;ФИО\nК-1;ФЛ;Ъ".encode()), name="y.csv", **given)
    read_import(import_id=bad.pk)
    read_import(import_id=done.pk)
    with scoped(EVERYTHING):
        accept_import(import_id=done.pk, by=town.clerk)
    pages = [
        "/customers/", "/customers/?q=иваненка", "/customers/new/", f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/#tab-customers-contacts", f"/customers/{customer.pk}/#tab-customers-history",
        f"/customers/{customer.pk}/edit/", "/customers/import/", f"/customers/import/{bad.pk}/",
        f"/customers/import/{done.pk}/", "/customers/addresses/", "/addresses/", f"/addresses/?object={guid(3)}",
    ]  # fmt: skip

    for number, path in enumerate(pages):
        page = visit(path, color_scheme=scheme)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=tmp_path / f"{scheme}-{number}.png", full_page=True)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == [], path
