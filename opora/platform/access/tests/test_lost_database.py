"""A database that goes away in the middle of a request: killed for real, by triggers that end their own connection."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from opora.platform.access.models import ApiToken, Role
from opora.platform.access.operations import create_user, define_role, ensure_system_user, issue_token
from opora.platform.access.permissions import AccessPermission
from opora.platform.scope import Scope

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "верный-пароль-1"


@pytest.fixture
def owner() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner's own, beside that of the requests."""
    known = connection.get_connection_params()
    parameters = {key: known[key] for key in ("dbname", "user", "password", "host", "port") if known.get(key)}
    with psycopg.connect(**parameters, autocommit=True) as beside:
        yield beside


@pytest.fixture
def dies_on(owner) -> Iterator[Callable[[str, str], None]]:
    """`dies_on("insert", "access_role")`: such a change ends the connection; with `at_commit` when it is saved."""
    owner.execute(
        "create function die() returns trigger language plpgsql security definer as"
        " $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$"
    )
    tables = set()

    def arm(change: str, table: str, *, at_commit: bool = False) -> None:
        tables.add(table)
        kind = "constraint trigger" if at_commit else "trigger"
        when = "deferrable initially deferred" if at_commit else ""
        owner.execute(f"create {kind} dies after {change} on {table} {when} for each row execute function die()")

    yield arm
    for table in tables:
        owner.execute(f"drop trigger if exists dies on {table}")
    owner.execute("drop function die()")


@pytest.fixture
def smirnova():
    system = ensure_system_user()
    define_role(code="robot", name="Робот", permissions=[*AccessPermission])
    return create_user(username="smirnova", password=PASSWORD, roles=["robot"], scope=Scope(), by=system)


def sign_in(client, **headers):
    return client.post("/login/", {"username": "smirnova", "password": PASSWORD}, headers=headers)


def test_a_page_says_that_nothing_was_saved_and_the_next_request_works(client, smirnova, owner, dies_on):
    dies_on("update", "access_user")

    lost = sign_in(client)
    owner.execute("drop trigger dies on access_user")
    again = sign_in(client)

    assert lost.status_code == 503
    assert lost["Retry-After"] == "5"
    assert "Ничего не сохранено; введённый текст остался" in lost.content.decode()
    assert again.status_code == 302
    assert client.get("/api/v1/me").json()["username"] == "smirnova"


def test_a_form_stays_where_it_is_and_carries_the_words(client, smirnova, dies_on):
    dies_on("update", "access_user")

    lost = sign_in(client, HX_Request="true")

    assert lost.status_code == 503
    assert "data-refusal" in lost.content.decode()
    assert "<html" not in lost.content.decode()
    assert get_user_model().objects.get(pk=smirnova.pk).last_login is None


def test_a_connection_lost_while_saving_leaves_the_outcome_open(client, smirnova, dies_on):
    dies_on("update", "access_user", at_commit=True)

    lost = sign_in(client)

    assert lost.status_code == 503
    assert "Проверьте, сохранилось ли изменение" in lost.content.decode()


def test_a_program_is_told_to_repeat_and_its_repetition_works(client, smirnova, owner, dies_on):
    _token, secret = issue_token(
        user_id=smirnova.pk,
        name="exchange",
        permissions=[*smirnova.permissions],
        expires_at=timezone.now() + timedelta(days=1),
        by=smirnova,
    )
    wanted = {"name": "other", "permissions": [], "expires_at": (timezone.now() + timedelta(days=1)).isoformat()}

    def post():
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
        return client.post("/api/v1/tokens", wanted, content_type="application/json", headers=headers)

    dies_on("insert", "access_apitoken")
    lost = post()
    owner.execute("drop trigger dies on access_apitoken")
    assert ApiToken.objects.count() == 1
    again = post()

    assert (lost.status_code, lost.json()["code"], lost["Retry-After"]) == (503, "unavailable", "5")
    assert again.status_code == 201
    assert ApiToken.objects.count() == 2


def test_a_connection_cut_between_two_requests_is_replaced_unnoticed(client, smirnova, owner):
    client.force_login(smirnova)
    assert client.get("/api/v1/me").status_code == 200
    owner.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    connection.health_check_done = False  # as at the beginning of a request

    assert client.get("/api/v1/me").status_code == 200
    assert Role.objects.count() == 1
