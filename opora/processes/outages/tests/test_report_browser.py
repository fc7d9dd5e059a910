"""Reports on outages in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations import gather_interruptions, load_limits, register_emergency, restore_supply
from opora.processes.outages.queries.public import forget_public_outages
from opora.processes.outages.tests.conftest import build_town
from tests.browser import AXE, NEEDS_BROWSER

pytestmark = [
    pytest.mark.django_db(transaction=True),
    *NEEDS_BROWSER,
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
    yield user
    forget_public_outages()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reports_are_read_by_everybody_and_figures_lead_to_their_rows(analyst, open_as, scheme):
    page = open_as(analyst, "/outages/journal/", color_scheme=scheme)
    root = page.url.removesuffix("/outages/journal/")
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in ("journal", "indices", "limits", "public"):
        page.goto(f"{root}/outages/{path}/")
        page.evaluate(AXE.read_text())
        found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes[0].html])")
        assert found == [], path
    page.goto(f"{root}/outages/indices/")
    page.locator("tbody tr td a").first.click()
    page.wait_for_url("**/outages/journal/?*branch=*")
    assert page.locator("tbody tr").count() == 1
    assert faults == []
