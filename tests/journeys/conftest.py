"""What users do, in a real browser, on a real `opora up`: its own folder, its own port, a small demo region."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.installation import ROOT, Running, free_port, start, stop

CHROMIUM = shutil.which("chromium")
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

SignIn = Callable[..., Page]


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
    running = start(tmp_path_factory.mktemp("opora"), port=free_port())
    yield running
    stop(running)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def page(chromium: Browser, opora: Running) -> Iterator[Page]:
    """A visitor with a Russian browser; a fault in the page's scripts fails the journey."""
    context = chromium.new_context(base_url=opora.url, locale="ru-RU", viewport={"width": 1366, "height": 768})
    visitor = context.new_page()
    faults: list[str] = []
    visitor.on("pageerror", lambda error: faults.append(str(error)))
    yield visitor
    context.close()
    assert faults == []


@pytest.fixture
def sign_in(page: Page) -> SignIn:
    """`sign_in("smirnova", "…")`: the page after the sign-in."""

    def enter(username: str, password: str) -> Page:
        page.goto("/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit], main form button.btn-primary")
        return page

    return enter


@pytest.fixture
def seriously_wrong(page: Page) -> Callable[[], list[object]]:
    """What axe-core finds serious on the page as it stands."""

    def look() -> list[object]:
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
        return [
            (v["id"], [n["target"] for n in v["nodes"]])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]

    return look
