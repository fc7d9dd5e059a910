"""Every address of the resolver before a visitor, and before somebody who has signed in and may do nothing."""

from collections.abc import Iterator
from functools import cache

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from opora.platform.access.operations import create_user, ensure_system_user
from opora.platform.permissions import PUBLIC, SIGNED_IN
from opora.platform.scope import EVERYTHING, NOTHING, scoped
from tests.test_architecture import permission_of

#: Names nothing, so that nothing is found even where one may look; a word where nothing else is said.
ABSENT = {"int": "9000000001", "uuid": "00000000-0000-4000-8000-000000000000"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

pytestmark = pytest.mark.django_db


@pytest.fixture
def powerless() -> Client:
    """Signed in, without a role, in an empty scope."""
    with scoped(EVERYTHING):
        user = create_user(username="powerless", password=None, roles=[], scope=NOTHING, by=ensure_system_user())
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_the_walk_sees_the_whole_house():
    doors = {path.split("/")[1] for path in [*pages(), *programs()]}

    assert doors >= {"api", "cases", "customers", "messages", "directory", "operator", "executor", "supervisor"}
    assert [path for path in [*pages(), *programs()] if "<" in path] == []


def test_pages_open_to_everybody_are_few_and_known():
    public = {path for path, permission in pages().items() if permission == PUBLIC}

    assert public == {"/login/", "/logout/", "/language/", "/styleguide/", "/styleguide/fragment/", "/outages/public/"}


def test_a_visitor_is_sent_to_sign_in_from_everywhere(client):
    locked = [path for path, permission in pages().items() if permission != PUBLIC]

    answers = {(method, path): client.generic(method, path) for path in locked for method in ("GET", "POST")}

    strange = [asked for asked, answer in answers.items() if not (_sends_to_sign_in(answer) or _is_wrong_way(answer))]
    assert strange == []
    assert sum(map(_sends_to_sign_in, answers.values())) > len(locked)


def test_a_part_of_a_page_tells_a_visitor_to_sign_in(client):
    locked = [path for path, permission in pages().items() if permission != PUBLIC]

    answers = {path: client.get(path, headers={"HX-Request": "true"}) for path in locked}

    strange = [
        path for path, answer in answers.items()
        if not (_is_wrong_way(answer) or (answer.status_code == 401 and answer["HX-Redirect"].startswith("/login/")))
    ]  # fmt: skip
    assert strange == []


def test_a_program_without_a_token_is_told_401_everywhere(client):
    locked = [path for path, permission in programs().items() if permission != PUBLIC]

    answers = {
        (method, path): client.generic(method, path, "{}", content_type="application/json")
        for path in locked
        for method in METHODS
    }

    assert [asked for asked, answer in answers.items() if answer.status_code not in (401, 405)] == []
    assert sum(answer.status_code == 401 for answer in answers.values()) >= len(locked)


def test_a_false_token_opens_nothing(client):
    headers = {"Authorization": "Bearer opora_0000000000000000000000000000000000000000"}

    answers = {path: client.get(path, headers=headers).status_code for path in [*pages(), *programs()]}

    assert {status for status in answers.values()} == {401}


def test_somebody_without_permissions_is_let_in_nowhere(powerless):
    locked = [path for path, permission in pages().items() if permission not in (PUBLIC, SIGNED_IN)]

    answers = {(method, path): powerless.generic(method, path) for path in locked for method in ("GET", "POST")}

    assert [asked for asked, answer in answers.items() if answer.status_code not in (403, 405)] == []
    assert sum(answer.status_code == 403 for answer in answers.values()) > len(locked)


def test_a_program_without_permissions_is_let_in_nowhere(powerless):
    locked = [path for path, permission in programs().items() if not {PUBLIC, SIGNED_IN} & set(permission.split(", "))]

    answers = {
        (method, path): powerless.generic(method, path, "{}", content_type="application/json")
        for path in locked
        for method in METHODS
    }

    assert [asked for asked, answer in answers.items() if answer.status_code not in (403, 405)] == []
    assert sum(answer.status_code == 403 for answer in answers.values()) >= len(locked)


def test_what_is_everybodys_opens_and_breaks_nothing(powerless):
    open_doors = [path for path, permission in {**pages(), **programs()}.items() if SIGNED_IN in permission]

    answers = {path: powerless.get(path).status_code for path in open_doors}

    assert {path: status for path, status in answers.items() if status not in (200, 302, 404, 405, 422)} == {}


# --- what the tests ask


@cache
def pages() -> dict[str, str]:
    """Addresses for people, each with its permission."""
    return {path: permission for path, permission in _doors() if not path.startswith("/api/")}


@cache
def programs() -> dict[str, str]:
    """Addresses of the API, each with the permissions of its operations."""
    return {path: permission for path, permission in _doors() if path.startswith("/api/")}


def _doors() -> list[tuple[str, str]]:
    return [(f"/{path}", str(permission_of(pattern.callback))) for path, pattern in _addresses(get_resolver(), "")]


def _addresses(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        path = before + _filled(item)
        if isinstance(item, URLResolver):
            yield from _addresses(item, path)
        else:
            yield path, item


def _filled(item: URLPattern | URLResolver) -> str:
    """The route with something in place of every parameter."""
    route = str(item.pattern).removeprefix("^")
    for name in item.pattern.converters:
        before, _opening, rest = route.partition("<")
        declared, _closing, after = rest.partition(">")
        kind, _colon, declared_name = declared.rpartition(":")
        assert declared_name == name
        route = before + ABSENT.get(kind.removesuffix("str"), "nothing") + after
    return route


def _sends_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/login/?next=")


def _is_wrong_way(answer) -> bool:
    """Asked to show what can only be sent, or the other way round."""
    return answer.status_code == 405
