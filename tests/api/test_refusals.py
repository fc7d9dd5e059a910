"""Every refusal is a problem document that says what to mend."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from opora.platform.access.models import ApiToken
from opora.platform.access.operations import create_user, ensure_system_user, revoke_token
from opora.platform.access.permissions import AccessPermission
from opora.platform.rest import doors
from opora.platform.rest.limits import RateLimit
from opora.platform.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer(caller):
    return caller(AccessPermission.ISSUE_TOKEN)


def problem(response):
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["type"] == "about:blank"
    return document


def token_body(**changes):
    expires = (timezone.now() + timedelta(days=1)).isoformat()
    return {"name": "exchange", "permissions": [], "expires_at": expires} | changes


def test_a_stranger_is_told_how_to_sign_in():
    response = Client().get("/api/v1/me")

    assert response.status_code == 401
    assert problem(response)["code"] == "unauthorized"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Opora"'


def test_a_revoked_token_opens_nothing(issuer):
    revoke_token(token_id=issuer.user.tokens.get().pk, by=issuer.user)

    response = issuer.get("/me")

    assert response.status_code == 401
    assert problem(response)["title"] == "Unauthorized"


def test_a_missing_permission_is_named(caller):
    response = caller().post("/tokens", token_body())

    assert response.status_code == 403
    assert problem(response)["detail"] == "You have no permission for this: access.issue_token."


def test_permission_is_asked_before_the_request_is_read(caller):
    assert caller().post("/tokens", b"{ not json").status_code == 403


def test_all_mistakes_are_listed_with_place_and_hint(issuer):
    response = issuer.post("/tokens", {"name": "", "permissions": "all", "expires_at": "2026-11-23", "colour": "red"})

    document = problem(response)
    assert (response.status_code, document["code"]) == (422, "invalid")
    assert sorted(document["errors"], key=lambda e: e["loc"]) == [
        {"loc": ["body", "colour"], "message": "Is not known here.", "hint": "Check the spelling, or leave it out."},
        {
            "loc": ["body", "expires_at"],
            "message": "Must be a moment with its zone.",
            "hint": "For example 2026-11-23T09:30:00+03:00.",
        },
        {"loc": ["body", "name"], "message": "Is too short.", "hint": "Length: at least 1."},
        {"loc": ["body", "permissions"], "message": "Must be a list.", "hint": "Put the values in [ ]."},
    ]
    assert ApiToken.objects.count() == 1


def test_mistakes_are_told_in_russian_to_those_who_ask_no_other_language(issuer):
    response = Client().post(
        "/api/v1/tokens",
        b'{"name": "a"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {issuer.secret}"},
    )

    assert problem(response)["detail"] == "В запросе есть ошибки."
    assert {"loc": ["body", "permissions"], "message": "Отсутствует.", "hint": "Добавьте в запрос."} in (
        problem(response)["errors"]
    )


def test_a_rule_names_its_field(issuer):
    response = issuer.post("/tokens", token_body(permissions=["access.manage"]))

    document = problem(response)
    assert (response.status_code, document["code"], document["field"]) == (422, "token_too_broad", "permissions")
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(issuer, body):
    response = issuer.post("/tokens", body)

    assert (response.status_code, problem(response)["code"]) == (400, "not_json")


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_text_that_no_database_can_hold_is_refused(issuer, name):
    response = issuer.post("/tokens", token_body(name=name))

    assert response.status_code == 422
    assert problem(response)["errors"][0]["message"] == "Holds forbidden control characters."


def test_another_content_type_is_refused(issuer):
    response = issuer.send("POST", "/tokens", b"name=a", **{"Content-Type": "application/x-www-form-urlencoded"})

    assert (response.status_code, problem(response)["code"]) == (415, "not_json")


def test_a_body_too_big_is_refused(issuer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = issuer.post("/tokens", token_body(name="a" * 2000))

    assert (response.status_code, problem(response)["code"]) == (413, "too_big")


def test_an_unknown_address_and_an_unknown_method_are_problems_too(issuer):
    assert problem(issuer.get("/nothing/here"))["status"] == 404
    assert problem(Client().get("/api/v2/me"))["status"] == 404
    response = issuer.delete("/me")
    assert (problem(response)["status"], response.headers["Allow"]) == (405, "GET")


def test_what_is_not_there_is_404(issuer):
    assert problem(issuer.delete("/tokens/999999"))["code"] == "not_found"


def test_a_parameter_given_twice_is_refused(issuer):
    assert problem(issuer.follow("/api/v1/tokens?limit=5&limit=6"))["code"] == "given_twice"


def test_a_fault_tells_no_internals_and_saves_nothing(issuer, monkeypatch, caplog):
    def fail(**_):
        create_user(username="half-written", password=None, roles=[], scope=Scope(), by=issuer.user)
        raise RuntimeError("secret detail")

    monkeypatch.setattr("opora.platform.access.operations.issue_token", fail)

    response = issuer.post("/tokens", token_body())

    assert (response.status_code, problem(response)["code"]) == (500, "failed")
    assert "secret detail" not in response.content.decode()
    assert "secret detail" in caplog.text
    assert not type(issuer.user).objects.filter(username="half-written").exists()


def test_who_asks_too_often_is_told_when_to_come_back(issuer, monkeypatch):
    monkeypatch.setattr(doors, "_limit", RateLimit(rate=0.1, burst=2))

    statuses = [issuer.get("/me").status_code for _ in range(3)]
    refused = issuer.get("/me")

    assert statuses == [200, 200, 429]
    assert problem(refused)["code"] == "too_often"
    assert refused.headers["Retry-After"] == "10"


def test_a_session_must_prove_that_the_page_is_ours(issuer):
    ensure_system_user()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(issuer.user)

    refused = browser.post("/api/v1/tokens", token_body(), content_type="application/json")
    browser.cookies["csrftoken"] = "a" * 32
    allowed = browser.post(
        "/api/v1/tokens", token_body(), content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )

    assert problem(refused)["detail"] == "Нет права на это действие: нет заголовка X-CSRFToken или он неверен."
    assert allowed.status_code == 201


def test_a_token_is_issued_for_another_only_by_who_manages_access(issuer, caller):
    other = caller(AccessPermission.MANAGE, AccessPermission.ISSUE_TOKEN)

    refused = issuer.post("/tokens", token_body(user_id=other.user.pk))
    made = other.post("/tokens", token_body(user_id=issuer.user.pk))

    assert (refused.status_code, made.status_code) == (404, 201)


def test_a_narrow_token_cannot_issue_a_broader_one(caller):
    master = caller(AccessPermission.MANAGE, AccessPermission.ISSUE_TOKEN)
    narrow = master.post("/tokens", token_body(permissions=["access.issue_token"])).json()["secret"]

    response = type(master)(user=master.user, secret=narrow).post("/tokens", token_body(permissions=["access.manage"]))

    assert problem(response)["code"] == "token_too_broad"
