"""What people do on the screens, the way they do it."""

from playwright.sync_api import Page, expect


def register(page: Page, caller: str, topic: str, text: str, *, complaint: bool = False) -> str:
    """Register what somebody says, from the operator's desk and the keyboard alone; the number of his case."""
    keys = page.keyboard
    keys.type(caller)
    keys.press("Enter")
    expect(page.locator("#register [data-picker-text]").first).to_be_focused()
    if complaint:
        keys.press("Shift+Tab")
        keys.press("ArrowRight")
        expect(page.locator("#register [name=kind]:checked")).to_have_value("COMPLAINT")
        keys.press("Tab")
    keys.type(topic)
    keys.press("Enter")  # at once: the list may still be on its way
    expect(page.locator("#register [name=text]")).to_be_focused()
    keys.type(text)
    expect(page.locator(".register-forecast .forecast-due")).to_be_visible()
    keys.press("Control+Enter")
    return page.locator(".registered-number .ident").inner_text()


def hand_over(page: Page, *, to: str, because: str) -> None:
    """Give the stage, whose dialog is open, to another."""
    chooser = page.locator("dialog[open] [data-picker-text]")
    expect(chooser).to_be_focused()
    page.keyboard.type(to)
    expect(page.locator("dialog[open] [role=option]").first).to_contain_text(to)
    page.keyboard.press("Enter")
    expect(chooser).not_to_be_focused()
    page.keyboard.type(because)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)


def finish(page: Page, result: str) -> None:
    """Finish the stage that stands first on the page of a case."""
    expect(page.locator(".stage-work [data-key=KeyF]").first).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator("dialog[open] [name=result]")).to_be_visible()
    page.locator("dialog[open] [name=result]").fill(result)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)


def open_row(page: Page, number: str) -> None:
    """Open the case from a list."""
    page.locator("tbody tr", has_text=number).locator("a").first.click()
    expect(page.locator(".case-head")).to_contain_text(number)
