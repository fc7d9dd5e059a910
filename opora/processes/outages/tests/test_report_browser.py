"""Reports on outages in a real browser."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations import gather_interruptions, load_limits, register_emergency, restore_supply
from opora.processes.outages.queries.public import forget_public_outages
from opora.processes.outages.tests.conftest import build_town

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


@pytest.fixture
def analyst():
    """Signed in, with an outage that is over and one that goes on."""
    with scoped(EVERYTHING):
        town = build_town()
        load_limits(by=town.admin)
        now = timezone.now()
        over = register_emergency(
            element_id=town.grid["Q1"], started_at=now - timedelta(hours=3), cause_id=town.cause.pk, by=town.admin
        )
        restore_supply(outage_id=over.pk, at=now - timedelta(hours=1), by=town.admin)
        gather_interruptions(outage_id=over.pk, by=town.admin)
        points = [point.pk for point in town.second]
        register_emergency(usage_point_ids=points, started_at=now - timedelta(hours=20), by=town.admin)
        user = town.world.user("аналитик", roles=["analyst"])
    forget_public_outages()
    client = Client()
    client.force_login(user)
    yield client
    forget_public_outages()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reports_are_read_by_everybody_and_figures_lead_to_their_rows(analyst, live_server, scheme, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(locale="ru-RU", viewport={"width": 1366, "height": 768}, color_scheme=scheme)
        session = analyst.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        for path in ("journal", "indices", "limits", "public"):
            page.goto(f"{live_server.url}/outages/{path}/")
            page.evaluate(AXE.read_text())
            found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes[0].html])")
            assert found == [], path
        page.goto(f"{live_server.url}/outages/indices/")
        page.locator("tbody tr td a").first.click()
        page.wait_for_url("**/outages/journal/?*branch=*")
        assert page.locator("tbody tr").count() == 1
        assert faults == []
        browser.close()
