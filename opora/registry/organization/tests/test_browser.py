"""The directory and the structure in a real browser."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import Scope
from opora.registry.organization.permissions import OrganizationPermission

CHROMIUM = shutil.which("chromium")
AXE = Path(settings.ROOT) / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = Path(settings.ROOT) / "opora" / "platform" / "screens" / "static" / "opora" / "opora.js"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.journey,
    pytest.mark.skipif(
        not (CHROMIUM and AXE.exists() and BUILT.exists()), reason="needs Chromium and a built front end"
    ),
]


@pytest.fixture(scope="module")
def chromium():
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def visit(chromium, live_server, admin):
    """Open an address as somebody who edits employees and structure."""
    define_role(code="staff", name="Кадры", permissions=[*OrganizationPermission])
    user = create_user(username="editor", password=None, roles=["staff"], scope=Scope(), by=admin)
    client = Client()
    client.force_login(user)
    contexts = []

    def visit(path, **options):
        context = chromium.new_context(locale="ru-RU", viewport={"width": 1366, "height": 768}, **options)
        contexts.append(context)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    yield visit
    for context in contexts:
        context.close()


def test_the_directory_narrows_while_one_types_and_the_card_takes_an_absence_and_a_deputy(visit, hire):
    person, deputy = hire(phone="+78612001122"), hire("Сидоров", "Олег")
    page = visit("/directory/")

    page.fill("input[name=q]", "ёлкен")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    assert page.url.endswith("/directory/?q=%D1%91%D0%BB%D0%BA%D0%B5%D0%BD")
    page.click("#people tbody a")

    page.click("text=Выбрать замещающего")
    page.click(f"button[name=deputy]:has-text('{deputy.last_name}')")
    expect(page.locator("main")).to_contain_text("Замещающий: Сидоров Олег")

    last = timezone.localdate() + timedelta(days=3)
    page.fill("input[name=last]", last.isoformat())
    page.click("text=Записать отсутствие")
    expect(page.locator("#toasts")).to_contain_text("Отсутствие записано.")
    expect(page.locator("h1 + .badge")).to_have_text("сегодня отсутствует")
    person.refresh_from_db()
    assert person.deputy == deputy
    assert person.absences.get().period.upper == last + timedelta(days=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(visit, hire, division, scheme):
    person = hire(phone="+78612001122", internal_phone="1402", email="elkin@example.ru")
    pages = [
        "/directory/", f"/directory/{person.pk}/", f"/directory/{person.pk}/change/", "/structure/",
        f"/structure/office/new/?branch={division.branch_id}",
    ]  # fmt: skip

    for path in pages:
        page = visit(path, color_scheme=scheme)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == [], path
