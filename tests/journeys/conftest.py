"""What users do, in a real browser, on a real `opora up`: its own folder, its own port, a small demo region."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser import AXE, CHROMIUM
from tests.journeys.installation import Running, free_port, start, stop

SignIn = Callable[..., Page]
Visit = Callable[..., Page]
PASSWORD = "opora-demo"

#: A machine busy with other things is slow, not wrong.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser the journeys are left out, and the summary says so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: the journeys were not made"))


@pytest.fixture(scope="session")
def opora(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One installation for all journeys; they do not share customers or cases."""
    running = start(tmp_path_factory.mktemp("opora"), port=free_port(), OPORA_FILE_LIMIT_MB="1")
    yield running
    stop(running)


@pytest.fixture
def new_window(chromium: Browser, opora: Running) -> Iterator[Callable[..., BrowserContext]]:
    """A Russian browser of its own; a fault in a page's scripts, or against its policy, fails the journey."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", hear)

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def open_one(**options: object) -> BrowserContext:
        size = {"width": 1366, "height": 768}
        context = chromium.new_context(**{"base_url": opora.url, "locale": "ru-RU", "viewport": size, **options})
        context.on("page", watch)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_window: Callable[..., BrowserContext]) -> Page:
    """A visitor."""
    return new_window().new_page()


@pytest.fixture(scope="session")
def _sessions() -> dict[str, Any]:
    """Cookies of those who have signed in once."""
    return {}


@pytest.fixture
def visit(new_window: Callable[..., BrowserContext], _sessions: dict[str, Any]) -> Visit:
    """`visit("operator", "/cases/")`: the page in the browser of one of the demo's people."""

    def arrive(username: str, path: str = "/", **options: object) -> Page:
        context = new_window(storage_state=_sessions.get(username), **options)
        page = context.new_page()
        if username not in _sessions:
            _enter(page, username, PASSWORD)
            page.wait_for_url(lambda url: "/login/" not in url)
            _sessions[username] = context.storage_state()
        page.goto(path)
        return page

    return arrive


@pytest.fixture
def last_name(opora: Running) -> Callable[[str], str]:
    """How the employee behind a login is called."""
    query = (
        "select last_name from organization_employee where user_id = (select id from access_user where username = %s)"
    )
    return lambda username: str(opora.one(query, username))


@pytest.fixture
def sign_in(page: Page) -> SignIn:
    """`sign_in("smirnova", "…")`: the page after the sign-in."""

    def enter(username: str, password: str) -> Page:
        _enter(page, username, password)
        return page

    return enter


def _enter(page: Page, username: str, password: str) -> None:
    page.goto("/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit], main form button.btn-primary")


@pytest.fixture
def seriously_wrong(page: Page) -> Callable[[], list[object]]:
    """What axe-core finds serious on the visitor's page as it stands."""
    return lambda: serious_faults(page)


def serious_faults(page: Page, *, only_colours: bool = False) -> list[object]:
    """What axe-core finds serious on a page as it stands."""
    rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    if only_colours:
        rules = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", rules)
    return [
        (v["id"], [n["target"] for n in v["nodes"]])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
