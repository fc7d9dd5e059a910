import pytest
from django.utils import timezone

from opora.casework.cases.tests.world import World, build_world, moscow
from opora.platform.scope import EVERYTHING, scoped


class Clock:
    """The present moment, as a test sets it."""

    def __init__(self) -> None:
        self.moment = moscow("2026-05-04 10:00")

    def at(self, text: str) -> None:
        self.moment = moscow(text)

    def now(self):
        return self.moment


@pytest.fixture
def clock(monkeypatch):
    """Monday, 4 May 2026, ten in the morning, until the test says otherwise."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def world(db, clock) -> World:
    """The company of `world.py`; the test runs in the scope of the system."""
    with scoped(EVERYTHING):
        yield build_world()
