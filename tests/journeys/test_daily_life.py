"""What happens in eight hours: two people at one case, a lost connection, a reload, another tab."""

import re

import psutil
from django.conf import settings
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD

OPEN_CASES = """
select cases_case.id, number from cases_case
join customers_customergroup kind on kind.id = cases_case.group_id and kind.code = 'POPULATION'
where state = 'IN_PROGRESS' order by cases_case.id desc limit %s
"""


def test_the_second_to_save_sees_what_has_changed_and_keeps_his_text(visit, opora):
    ((case, number),) = opora.rows(OPEN_CASES, 1)
    opora.rows("update cases_case set text = %s where id = %s", f"Обращение {number}", case)
    first, second = visit("operator", f"/cases/{case}/"), visit("dispatcher", f"/cases/{case}/")
    for page in (first, second):
        page.keyboard.press("e")
        expect(page.locator("dialog[open] [name=text]")).to_be_visible()

    first.locator("dialog[open] [name=text]").fill("Первый уточнил адрес")
    first.keyboard.press("Control+Enter")
    expect(first.locator("dialog[open]")).to_have_count(0)
    second.locator("dialog[open] [name=text]").fill("Второй уточнил время")
    second.keyboard.press("Control+Enter")

    warning = second.locator("dialog[open] [role=alert]")
    expect(warning).to_contain_text("обращение изменилось")
    expect(warning).to_contain_text("Сергей Казаков")
    expect(warning).to_contain_text("текст")
    expect(second.locator("dialog[open] [name=text]")).to_have_value("Второй уточнил время")
    assert opora.one("select text from cases_case where id = %s", case) == "Первый уточнил адрес"

    second.keyboard.press("Control+Enter")  # he has looked, and saves once more
    expect(second.locator("dialog[open]")).to_have_count(0)
    assert opora.one("select text from cases_case where id = %s", case) == "Второй уточнил время"


def test_typed_text_survives_a_reload(visit, opora):
    case = opora.rows(OPEN_CASES, 2)[1][0]
    page = visit("dispatcher", f"/cases/{case}/")
    page.keyboard.press("x")
    expect(page.locator("#note-form [name=text]")).to_be_focused()
    page.keyboard.type("Абонент перезвонит после обеда")
    page.keyboard.press("Tab")

    page.reload()

    expect(page.locator("#note-form [name=text]")).to_have_value("Абонент перезвонит после обеда")
    expect(page.locator("[data-draft-notice]")).to_be_visible()
    page.locator("[data-draft-discard]").click()
    expect(page.locator("#note-form [name=text]")).to_have_value("")


def test_the_question_mark_shows_the_keys(visit):
    page = visit("operator", "/operator/")
    page.keyboard.press("Escape")

    page.keyboard.press("?")

    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Клавиши этой страницы")
    expect(sheet.locator("[data-keys=navigation]")).to_contain_text("Приём обращений")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_theme_stays_as_chosen(visit):
    page = visit("operator", "/cases/", color_scheme="light")
    page.locator(".user-button").click()
    page.locator("[data-theme-choice=dark]").click()

    page.goto("/customers/")

    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).colorScheme") != "light"


def test_a_lost_connection_is_said_and_comes_back(visit, opora):
    page = visit("operator", "/cases/")
    expect(page.locator("[data-live-label=connected]")).to_be_visible()
    children = psutil.Process(opora.process.pid).children()
    web = next(child for child in children if "granian" in child.cmdline())

    for process in (web, *web.children(recursive=True)):
        process.kill()

    expect(page.get_by_text("Восстанавливаем связь…")).to_be_visible()
    expect(page.locator("[data-live-label=connected]")).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.locator("h1")).to_have_text("Обращения")


def test_signing_out_in_one_tab_is_met_in_the_other(sign_in, page):
    sign_in("clerk", "opora-demo")
    page.wait_for_url(re.compile("/operator/"))
    other = page.context.new_page()
    other.goto("/cases/")
    other.locator(".user-button").click()
    other.get_by_role("button", name="Выйти").click()
    other.wait_for_url(re.compile("/login/"))

    page.keyboard.type("иванов")  # the part of the page that asks the server is told to sign in

    page.wait_for_url(re.compile("/login/"))
    expect(page.locator("input[name=username]")).to_be_visible()


def test_a_tab_of_whoever_has_signed_out_says_so_and_asks_no_more(sign_in, opora):
    left = sign_in("clerk", PASSWORD)
    expect(left.locator("[data-live-label=connected]")).to_be_visible()
    (key,) = (cookie["value"] for cookie in left.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME)
    opora.rows("delete from django_session where session_key = %s returning 1", key)
    asked: list[str] = []
    left.on("request", lambda request: asked.append(request.url))

    for event in ("pagehide", "pageshow"):  # to another page and back
        left.evaluate(f"dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")

    expect(left.get_by_text("Вы вышли из системы: войти")).to_be_visible()
    before = len(asked)
    left.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle', { detail: { elt: document.body } }))")
    left.wait_for_timeout(8_000)  # longer than the pause after which a lost stream is sought again
    assert asked[before:] == []
