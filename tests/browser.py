"""A real browser for tests of screens: a plugin of pytest, see `conftest.py` at the root."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium")
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "opora" / "platform" / "screens" / "static" / "opora" / "opora.js"

#: For `pytestmark`: such tests are left out, and the summary says so, where there is no browser or no front end.
NEEDS_BROWSER = [
    pytest.mark.journey,
    pytest.mark.skipif(
        not (CHROMIUM and AXE.exists() and BUILT.exists()), reason="needs Chromium and a built front end"
    ),
]

OpenAs = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def open_as(chromium: Browser, live_server: Any) -> Iterator[OpenAs]:
    """`open_as(user, "/cases/")`: the page of the live server in a Russian browser of that user."""
    opened: list[BrowserContext] = []
    clients: dict[int, Client] = {}

    def arrive(user: Any, path: str, **options: object) -> Page:
        if user.pk not in clients:
            clients[user.pk] = Client()
            clients[user.pk].force_login(user)
        session = clients[user.pk].cookies[settings.SESSION_COOKIE_NAME].value
        size = {"width": 1366, "height": 768}
        context = chromium.new_context(**{"locale": "ru-RU", "viewport": size, **options})
        opened.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    yield arrive
    for context in opened:
        context.close()
