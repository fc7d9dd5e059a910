"""The guide to components in a real browser: every component is on it, so what holds here holds on the screens."""

import pytest

from tests.browser import AXE, NEEDS_BROWSER

pytestmark = [
    *NEEDS_BROWSER,
]

PRESS = """([code, key, shiftKey]) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { code, key, shiftKey, bubbles: true, cancelable: true }))"""


@pytest.fixture
def guide(chromium, live_server):
    """A new visitor with the guide open; call it with the options of a browser context."""
    contexts = []

    def visit(**options):
        contexts.append(chromium.new_context(locale="ru-RU", **options))
        page = contexts[-1].new_page()
        page.goto(f"{live_server}/styleguide/")
        page.wait_for_selector("#panel-contacts li")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1366])
def test_every_component_is_accessible(guide, scheme, width):
    page = guide(color_scheme=scheme, viewport={"width": width, "height": 768})
    page.click("#sample .btn-primary")
    page.wait_for_selector(".field-error")

    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")

    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_work_on_the_russian_layout(guide):
    page = guide()

    page.evaluate(PRESS, ["KeyS", "ы", False])
    assert page.evaluate("document.activeElement.id") == "search"

    page.keyboard.type("jn?")
    assert page.input_value("#search") == "jn?"

    page.keyboard.press("Escape")
    page.evaluate(PRESS, ["Digit7", "?", True])
    assert page.is_visible("#keys")


def test_single_keys_can_be_turned_off(guide):
    page = guide()
    page.click(".user-button")
    page.uncheck(".menu-panel [data-keys-switch]")
    page.reload()

    page.keyboard.press("s")

    assert page.evaluate("document.activeElement.id") != "search"


def test_rows_are_walked_marked_and_opened_by_keyboard(guide):
    page = guide()

    for key in ["j", "j", "k", "ArrowDown", "ArrowDown"]:
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "77-2026-000123"

    page.keyboard.press("Space")
    assert page.inner_text("[data-bulk-count]") == "1"

    page.keyboard.press("Enter")
    assert page.url.endswith("#row-3")


def test_a_range_of_rows_is_chosen_with_shift(guide):
    page = guide()
    page.click("tbody tr:nth-child(2) [data-select-row]")

    page.click("tbody tr:nth-child(6) [data-select-row]", modifiers=["Shift"])

    assert page.inner_text("[data-bulk-count]") == "5"


def test_a_draft_survives_a_reload_and_can_be_discarded(guide):
    page = guide()
    page.locator("[name=text]").press_sequentially("важный текст")
    page.locator("[name=phone]").focus()

    page.reload()
    assert page.input_value("[name=text]") == "важный текст"

    page.click("[data-draft-discard]")
    assert page.input_value("[name=text]") == ""


def test_a_refused_form_keeps_the_text_and_focuses_the_first_mistake(guide):
    page = guide()
    page.locator("[name=text]").press_sequentially("текст")

    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".field-error")

    assert page.evaluate("document.activeElement.name") == "name"
    assert page.input_value("[name=text]") == "текст"


def test_what_cannot_be_taken_back_is_asked_about(guide):
    page = guide()

    page.keyboard.press("Shift+C")
    assert page.is_visible("#confirm")
    assert page.evaluate("document.activeElement.dataset.part") == "no"

    page.keyboard.press("Escape")
    assert not page.is_visible("#confirm")


def test_the_theme_is_chosen_once_for_all_pages(guide):
    page = guide(color_scheme="light")
    page.click(".user-button")
    page.click("[data-theme-choice=dark]")

    page.reload(wait_until="commit")
    page.wait_for_selector("body")

    assert page.get_attribute("html", "data-bs-theme") == "dark"


def test_a_term_explains_itself(guide):
    page = guide()

    page.hover("button.due >> nth=0")

    page.wait_for_selector(".tip:popover-open li")
    assert page.inner_text(".tip:popover-open p") == "Срок: 5 рабочих дней с 16.11.2026."
