"""What every page carries against being framed, guessed at or fed with strange scripts."""

import pytest

from opora.platform.screens.middleware import CONTENT_POLICY
from tests.security.test_doors import pages

pytestmark = pytest.mark.django_db


def test_a_page_runs_nothing_but_our_own(client):
    answer = client.get("/login/")

    assert answer["Content-Security-Policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/nothing-here/", "/api/v1/docs"])
def test_errors_and_the_page_of_the_api_are_no_exception(client, path):
    assert client.get(path)["Content-Security-Policy"] == CONTENT_POLICY


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client):
    client.get("/login/")
    client.post("/language/", {"language": "ru", "next": "/login/"})

    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def test_sending_without_the_forms_key_is_refused_everywhere(client):
    sender = type(client)(enforce_csrf_checks=True)

    refused = {path: sender.post(path).status_code for path in pages()}

    assert {path: status for path, status in refused.items() if status not in (302, 401, 403, 405)} == {}
    assert refused["/login/"] == refused["/logout/"] == refused["/language/"] == 403


@pytest.mark.parametrize("path", sorted(path for path in pages() if path in ("/login/", "/language/")))
@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_nobody_is_led_to_a_strange_site(client, path, target):
    answer = client.post(path, {"next": target, "language": "ru", "username": "a", "password": "b"})

    assert "example.org" not in answer.get("Location", "")
    assert "javascript" not in answer.get("Location", "")
