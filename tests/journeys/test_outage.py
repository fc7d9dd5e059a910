"""A trip that telecontrol hears, from the first second to the last customer; a call about it; planned works."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

#: A private person below a feeder of the demo region, alone on his phone.
CUSTOMER = """
select customer.id, customer.name, phone.value, breaker.mrid, breaker.id, point.id
from customers_usagepoint point
join customers_customer customer on customer.id = point.customer_id
join customers_customergroup kind on kind.id = customer.group_id and kind.code = 'POPULATION'
join customers_contactpoint phone on phone.customer_id = customer.id and phone.kind = 'PHONE'
join grid_element consumer on consumer.id = point.element_id
join grid_container place on place.id = consumer.container_id
join grid_element breaker on breaker.container_id = place.parent_id and breaker.kind = 'BREAKER'
join organization_branch branch on branch.id = point.branch_id and branch.code = %s
where (select count(*) from customers_contactpoint other where other.value = phone.value) = 1
  and (select count(*) from customers_usagepoint own where own.customer_id = customer.id) = 1
order by customer.id limit 1
"""

#: What the gateway does with a frame, without the station.
HEARD = """
from django.utils import timezone
from opora.platform.access.queries import system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations import apply_positions
from opora.registry.grid.network import PositionChange
from opora.registry.grid.stages import PositionSource
with scoped(EVERYTHING):
    change = PositionChange(element_id={element}, is_open={is_open}, at=timezone.now(), source=PositionSource.SCADA)
    apply_positions(changes=[change], by=system_user())
"""


@pytest.fixture
def hear(opora):
    """`hear(17, is_open=True)`: telecontrol says that a switch has opened."""

    def say(element: int, *, is_open: bool) -> None:
        heard = opora.command("manage", "shell", "-c", HEARD.format(element=element, is_open=is_open))
        assert heard.returncode == 0, heard.stderr

    return say


def test_a_trip_is_seen_by_the_dispatcher_and_the_operator_and_ends_in_steps(visit, opora, hear):
    ((customer, _name, _phone, _mrid, breaker, _point),) = opora.rows(CUSTOMER, "01")
    board = visit("dispatcher", "/outages/")
    card = visit("operator", f"/customers/{customer}/")
    expect(card.locator("#supply-line")).to_contain_text("Подача есть")

    hear(breaker, is_open=True)

    number = board.locator("#outages-now .ident").first
    expect(board.locator("#outages-now")).to_contain_text("возможно АПВ")  # by itself, without a reload
    expect(card.locator("#supply-line")).to_contain_text("возможно восстановится сама")
    expect(card.locator("#supply-line")).to_contain_text(number.inner_text())

    opora.rows("update outages_outage set suspected_until = now() where element_id = %s returning 1", breaker)
    opora.wait_until(
        lambda: opora.one("select stage from outages_outage where element_id = %s", breaker) == "CONFIRMED", 90
    )
    number.click()
    expect(board.locator("#outage-top [data-key=KeyE]")).to_be_visible()
    board.keyboard.press("e")
    soon = (datetime.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    board.locator("dialog[open] [name=restored_by]").fill(soon)
    board.keyboard.press("Control+Enter")
    expect(board.locator("dialog[open]")).to_have_count(0)
    expect(card.locator("#supply-line")).to_contain_text("ожидается")

    hear(breaker, is_open=False)

    expect(board.locator("#outage-top")).to_contain_text("подача восстановлена")
    expect(card.locator("#supply-line")).to_contain_text("Подача есть")
    assert opora.rows("select 1 from outages_affected where until is null and outage_id = (select max(id) from"
                      " outages_outage where element_id = %s)", breaker) == []  # fmt: skip


def test_a_call_about_a_known_outage_is_joined_with_one_key(visit, opora, hear):
    ((_customer, name, phone, _mrid, breaker, _point),) = opora.rows(CUSTOMER, "02")
    hear(breaker, is_open=True)
    number = opora.one("select number from outages_outage where element_id = %s", breaker)
    desk = visit("operator", "/operator/")

    desk.keyboard.type(f"8 {phone[2:5]} {phone[5:8]}-{phone[8:10]} {phone[10:]}")
    desk.keyboard.press("Enter")
    expect(desk.locator(".desk-who")).to_contain_text(name)
    expect(desk.locator("#supply-line")).to_contain_text(number)
    expect(desk.locator("#register [data-picker-text]").first).to_be_focused()
    desk.keyboard.press("Escape")
    desk.locator("#supply-line button").click()

    expect(desk.locator(".case-head")).to_be_visible()
    joined = "select case_id from outages_outagereport report join outages_outage on outages_outage.id = outage_id"
    assert opora.rows(f"{joined} where number = %s", number)
    dispatcher = visit(
        "dispatcher", f"/outages/{opora.one('select id from outages_outage where number = %s', number)}/"
    )
    expect(dispatcher.locator("#outage-top")).to_contain_text(desk.locator(".case-head .ident").first.inner_text())
    hear(breaker, is_open=False)


def test_planned_works_go_from_the_application_to_the_report(visit, opora, hear):
    ((customer, _name, _phone, _mrid, breaker, _point),) = opora.rows(CUSTOMER, "03")
    page = visit("dispatcher", f"/outages/planned/new/?element={breaker}")
    begins = datetime.now() + timedelta(days=40)
    page.locator("[name=works]").fill("Замена провода")
    page.locator("[name=planned_from]").fill(begins.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=planned_to]").fill((begins + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"))
    page.keyboard.press("Control+Enter")

    expect(page.locator("#outage-top")).to_contain_text("Замена провода")
    for stage in ("согласовано", "утверждено", "объявлено"):
        page.keyboard.press("g")
        expect(page.locator("#outage-top .badge").first).to_have_text(stage)
    card = visit("operator", f"/customers/{customer}/")
    expect(card.locator("#supply-line")).to_contain_text("Подачи не будет")

    hear_begun = "update outages_plannedwork set planned_from = now() - interval '1 minute', planned_to = now() +"
    opora.rows(f"{hear_begun} interval '3 hours' where works = 'Замена провода' returning 1")
    hear(breaker, is_open=True)
    expect(page.locator("#outage-top")).to_contain_text("идёт")
    hear(breaker, is_open=False)
    expect(page.locator("#outage-top")).to_contain_text("подача восстановлена")
    expect(page.locator("#outage-top")).to_contain_text("Как восстанавливали")
