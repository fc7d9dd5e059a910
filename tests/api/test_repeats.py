"""A request with an idempotency key may be sent again: the work is done once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from opora.platform.access import operations
from opora.platform.access.models import ApiToken
from opora.platform.access.permissions import AccessPermission
from opora.platform.rest import operations as rest_operations
from opora.platform.rest.handlers import forget_old_answers
from opora.platform.rest.models import IdempotentRequest

EXPIRES = (timezone.now() + timedelta(days=1)).isoformat()
BODY = {"name": "exchange", "permissions": [], "expires_at": EXPIRES}


@pytest.fixture
def issuer(caller, db):
    return caller(AccessPermission.ISSUE_TOKEN)


def names():
    return list(ApiToken.objects.exclude(name="tests").order_by("pk").values_list("name", flat=True))


def test_an_answer_with_a_secret_is_not_kept_and_the_work_is_not_repeated(issuer):
    first = issuer.post("/tokens", BODY, key="a")
    again = issuer.post("/tokens", BODY, key="a")

    assert first.status_code == 201
    assert (again.status_code, again.json()["code"]) == (409, "answer_not_kept")
    assert names() == ["exchange"]
    assert IdempotentRequest.objects.get().body is None


def test_a_key_belongs_to_one_request(issuer):
    issuer.post("/tokens", BODY, key="a")

    other = issuer.post("/tokens", BODY | {"name": "other"}, key="a")

    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert names() == ["exchange"]


def test_keys_of_different_users_do_not_meet(issuer, caller):
    other = caller(AccessPermission.ISSUE_TOKEN)

    assert [c.post("/tokens", BODY, key="a").status_code for c in (issuer, other)] == [201, 201]


def test_a_refused_request_may_be_mended_and_sent_with_the_same_key(issuer):
    refused = issuer.post("/tokens", BODY | {"permissions": ["access.manage"]}, key="a")
    mended = issuer.post("/tokens", BODY, key="a")

    assert (refused.status_code, mended.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["a" * 201, "ключ"])
def test_a_bad_key_is_refused(issuer, key):
    response = issuer.post("/tokens", BODY, key=key)

    assert (response.status_code, response.json()["code"]) == (422, "bad_key")
    assert names() == []


def test_answers_are_forgotten_after_two_days(issuer):
    issuer.post("/tokens", BODY, key="a")
    issuer.post("/tokens", BODY, key="b")
    now = datetime.now(UTC)
    IdempotentRequest.objects.filter(key="a").update(created_at=now - timedelta(days=2, minutes=1))

    forget_old_answers(now)

    assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["b"]


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_requests_at_once_one_works_and_the_other_waits(caller, monkeypatch):
    issuer = caller(AccessPermission.ISSUE_TOKEN)
    inside, go_on = threading.Event(), threading.Event()
    issue = operations.issue_token
    calls = []

    def slowly(**arguments):
        calls.append(arguments["name"])
        inside.set()
        assert go_on.wait(10)
        return issue(**arguments)

    monkeypatch.setattr(operations, "issue_token", slowly)
    answers = {}

    def send(name):
        answers[name] = issuer.post("/tokens", BODY, key="a")
        connection.close()

    first = threading.Thread(target=send, args=["first"])
    second = threading.Thread(target=send, args=["second"])
    first.start()
    assert inside.wait(10)
    second.start()
    second.join(0.5)
    assert second.is_alive()
    go_on.set()
    first.join(10)
    second.join(10)

    assert answers["first"].status_code == 201
    assert answers["second"].json()["code"] == "answer_not_kept"
    assert calls == names() == ["exchange"]


@pytest.mark.django_db(transaction=True)
def test_if_the_first_of_two_equal_requests_fails_the_second_works(caller, monkeypatch):
    issuer = caller(AccessPermission.ISSUE_TOKEN)
    inside, go_on = threading.Event(), threading.Event()
    issue = operations.issue_token

    def fail_once(**arguments):
        if inside.is_set():
            return issue(**arguments)
        inside.set()
        assert go_on.wait(10)
        raise RuntimeError

    monkeypatch.setattr(operations, "issue_token", fail_once)
    answers = {}

    def send(name):
        answers[name] = issuer.post("/tokens", BODY, key="a").status_code
        connection.close()

    threads = [threading.Thread(target=send, args=[name]) for name in ("first", "second")]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert answers == {"first": 500, "second": 201}
    assert names() == ["exchange"]


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_back(caller, monkeypatch):
    issuer = caller(AccessPermission.ISSUE_TOKEN)
    monkeypatch.setattr(rest_operations, "PATIENCE", "200ms")
    inside, go_on = threading.Event(), threading.Event()
    issue = operations.issue_token

    def slowly(**arguments):
        inside.set()
        assert go_on.wait(10)
        return issue(**arguments)

    monkeypatch.setattr(operations, "issue_token", slowly)

    def send():
        issuer.post("/tokens", BODY, key="a")
        connection.close()

    first = threading.Thread(target=send)
    first.start()
    assert inside.wait(10)
    refused = issuer.post("/tokens", BODY, key="a")
    go_on.set()
    first.join(10)

    assert (refused.status_code, refused.json()["code"]) == (409, "request_in_progress")
    assert names() == ["exchange"]
