"""Every screen of the menus, and those that open from them, by day and by night: axe-core finds nothing serious."""

import pytest

from tests.journeys.conftest import serious_faults

#: Of the branch in which all four people work.
CARD = """
select id from customers_customer where group_id = (select id from customers_customergroup where code = 'POPULATION')
and branch_ids @> array[(select id from organization_branch where code = '01')] order by id limit 1
"""
CASE = """
select case_id from cases_casestage where status = 'RUNNING'
and branch_id = (select id from organization_branch where code = '01') order by id desc limit 1
"""
LOADED = "() => !document.querySelector('.htmx-request, main .skeleton-block:not([hidden] *, dialog *)')"


@pytest.mark.parametrize("username", ["administrator", "operator", "executor", "supervisor"])
def test_every_screen_can_be_read_by_everybody(visit, opora, username):
    page = visit(username, "/", color_scheme="light", reduced_motion="reduce")
    menu = page.locator("[data-navigation] a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    inside = [f"/customers/{opora.one(CARD)}/", f"/cases/{opora.one(CASE)}/", "/messages/notices/"]
    if username == "operator":
        inside += [f"/operator/?customer={opora.one(CARD)}", "/operator/?q=иванов"]

    wrong = {}
    for path in [*menu, *inside]:
        assert page.goto(path).status == 200, path
        page.wait_for_function(LOADED)
        by_day = serious_faults(page)
        page.emulate_media(color_scheme="dark")
        by_night = serious_faults(page, only_colours=True)
        page.emulate_media(color_scheme="light")
        if by_day or by_night:
            wrong[path] = [*by_day, *by_night]

    assert len(menu) >= 5
    assert wrong == {}
