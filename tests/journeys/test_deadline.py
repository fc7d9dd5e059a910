"""A stage whose term runs out: whom the bell rings for, what the board shows, and how the work changes hands."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.deeds import hand_over, open_row, register

MOSCOW = ZoneInfo("Europe/Moscow")
#: What the clock does every minute, at a moment of our choice.
TICK = """
insert into procrastinate_jobs (queue_name, task_name, args)
values ('alerts', 'opora.casework.cases.handlers.watch_deadlines', jsonb_build_object('timestamp', %s::bigint))
"""
SPEND = "update cases_casestage set warnings = %s, next_warning_at = %s, due_at = %s where id = %s"
TOLD = """
select told_to.username from messaging_notice notice join access_user told_to on told_to.id = notice.user_id
where starts_with(notice.once, %s)
"""
#: Those who supervise the branch by name.
SUPERVISORS = """
select distinct holder.username
from access_user holder
join access_user_roles held on held.user_id = holder.id
join access_role role on role.id = held.role_id and 'cases.supervise' = any (role.permissions)
join organization_branch branch on branch.id = any (holder.branches) and branch.code = '01'
"""
VISITOR = """
select point.account from customers_usagepoint point
join organization_branch branch on branch.id = point.branch_id and branch.code = '01'
join customers_customer customer on customer.id = point.customer_id
join customers_customergroup kind on kind.id = customer.group_id and kind.code = 'POPULATION'
where point.account <> '' order by point.id desc limit 1
"""


@pytest.fixture
def at_work(opora):
    """The last moment at which the branch was open: warnings wait for working hours, and tests do not."""
    off = {day for (day,) in opora.rows("select day from calendar_productionday where kind = 'OFF'")}
    moment = datetime.now(MOSCOW)
    while moment.date() in off or moment.weekday() > 4 or moment.hour not in (8, 9, 10, 11, 13, 14, 15):
        moment -= timedelta(minutes=30)
    return moment


@pytest.fixture
def spend(opora, at_work):
    """`spend(stage, 80)`: so much of its term is over, and the minute ticks; the users who were told."""

    def pass_time(stage: int, share: int) -> set[str]:
        ago, ahead = at_work - timedelta(hours=3), at_work + timedelta(days=9)
        marks = [ago if mark <= share else ahead for mark in (50, 80, 100)]
        due = at_work - timedelta(hours=1) if share == 100 else ahead
        opora.rows(SPEND, marks, ago, due, stage)
        opora.rows(TICK, int(at_work.timestamp()))
        once = f"stage_warned:{stage}:{share}:"
        opora.wait_until(lambda: bool(opora.rows(TOLD, once)))
        return {username for (username,) in opora.rows(TOLD, once)}

    return pass_time


def test_a_spent_term_is_told_ever_higher_and_the_work_handed_over(visit, opora, spend, last_name):
    clerk = visit("clerk", "/operator/")
    number = register(clerk, opora.one(VISITOR), "режим работы", "Просит расписание приёма.")
    stage = opora.one(
        "select stage.id from cases_casestage stage join cases_case on cases_case.id = case_id where number = %s",
        number,
    )
    board, executor = visit("supervisor", "/supervisor/"), visit("executor", "/executor/")
    expect(board.locator("#stages thead")).to_be_visible()
    late = board.locator("#stages tbody tr", has_text=number)
    expect(late).to_have_count(0)

    assert spend(stage, 50) == {"clerk"}
    expect(clerk.locator(".topbar .count").first).not_to_be_empty()

    assert spend(stage, 80) == {"clerk", "supervisor"}  # she heads the service above the clerk's office

    assert spend(stage, 100) == {"clerk", *(username for (username,) in opora.rows(SUPERVISORS))}
    expect(late.locator(".due[data-level=red]")).to_contain_text("просрочено")  # nobody has reloaded the page
    expect(board.locator(".topbar .count").first).not_to_be_empty()

    late.get_by_role("button", name="Передать").click()
    hand_over(board, to=last_name("executor"), because="Специалист на приёме")
    expect(late).to_contain_text(last_name("executor"))
    expect(executor.locator("tbody tr", has_text=number).locator(".due[data-level=red]")).to_be_visible()

    notices = visit("supervisor", "/messages/notices/")
    expect(notices.locator("#notices")).to_contain_text(f"Обращение {number}")
    open_row(executor, number)
    expect(executor.locator(".case-timeline")).to_contain_text("Специалист на приёме")
