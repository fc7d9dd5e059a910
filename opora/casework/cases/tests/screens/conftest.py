from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from opora.platform.scope import EVERYTHING, scoped


class Field(HTMLParser):
    """The fields of a page that are marked as wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.invalid: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if given.get("aria-invalid") == "true":
            self.invalid.append(given.get("id", "").removeprefix("id_"))


def invalid_fields(response) -> list[str]:
    parser = Field()
    parser.feed(response.content.decode())
    return sorted(set(parser.invalid))


@pytest.fixture
def enter(world, settings) -> Callable[..., Client]:
    """`enter("operator")`: a browser in which somebody of that role has signed in."""
    settings.SESSION_COOKIE_AGE = 10 * 365 * 24 * 3600  # tests move the clock by months

    def enter(*roles: str, name: str = "", **more) -> Client:
        with scoped(EVERYTHING):
            user = world.user(name or f"{'-'.join(roles)}-user", roles=roles, **more)
        client = Client(headers={"HX-Request": "true"})
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def operator(enter) -> Client:
    return enter("operator")


@pytest.fixture
def supervisor(enter, world) -> Client:
    return enter("supervisor", employee=world.curator)
