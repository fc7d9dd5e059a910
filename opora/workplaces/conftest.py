"""The company of the cases' tests, and browsers of its people."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opora.casework.cases.tests.world import World, build_world
from opora.platform.scope import EVERYTHING, scoped

Signed = Callable[..., Client]


@pytest.fixture
def world(db: None) -> World:
    """Built in the scope of the system, and left: what comes after sees what its user may see."""
    with scoped(EVERYTHING):
        return build_world()


@pytest.fixture
def signed(world: World) -> Signed:
    """`signed("оператор", roles=["operator"])`: the browser of a new user."""

    def enter(name: str, **options: Any) -> Client:
        with scoped(EVERYTHING):
            user = world.user(name, **options)
        client = Client()
        client.force_login(user)
        return client

    return enter
