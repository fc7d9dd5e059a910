"""The directory and the structure in a real browser."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import Scope
from opora.registry.organization.permissions import OrganizationPermission
from tests.browser import AXE, NEEDS_BROWSER

pytestmark = [
    pytest.mark.django_db(transaction=True),
    *NEEDS_BROWSER,
]


@pytest.fixture
def visit(open_as, admin):
    """Open an address as somebody who edits employees and structure."""
    define_role(code="staff", name="Кадры", permissions=[*OrganizationPermission])
    user = create_user(username="editor", password=None, roles=["staff"], scope=Scope(), by=admin)
    return partial(open_as, user)


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
