from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from opora.casework.cases.tests.world import World, build_world
from opora.platform.access.models import User
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.models import Cause
from opora.processes.outages.operations import apply_positions
from opora.registry.customers.models import UsagePoint
from opora.registry.customers.operations import add_usage_point
from opora.registry.grid.models import Element
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import import_network
from opora.registry.grid.stages import PositionSource
from opora.registry.grid.tests.networks import NETWORK


@dataclass
class Town:
    """The small network with three usage points on feeder 1 and two on feeder 2."""

    world: World
    grid: dict[str, int]
    first: list[UsagePoint]
    second: list[UsagePoint]
    cause: Cause

    @property
    def admin(self) -> User:
        return self.world.admin

    def heard(self, mrid: str, *, is_open: bool, at: datetime | None = None) -> PositionChange:
        """A position as telecontrol tells it."""
        moment = at or timezone.now()
        return PositionChange(element_id=self.grid[mrid], is_open=is_open, at=moment, source=PositionSource.SCADA)

    def opens(self, mrid: str, *, at: datetime | None = None) -> list[int]:
        return apply_positions(changes=[self.heard(mrid, is_open=True, at=at)], by=self.admin)

    def closes(self, mrid: str, *, at: datetime | None = None) -> list[int]:
        return apply_positions(changes=[self.heard(mrid, is_open=False, at=at)], by=self.admin)


@pytest.fixture
def ago():
    """A moment so many minutes ago."""
    return lambda minutes: timezone.now() - timedelta(minutes=minutes)


@pytest.fixture
def town(db) -> Town:
    with scoped(EVERYTHING):
        yield build_town()


def build_town() -> Town:
    world = build_world()
    import_network(network=NETWORK, by=world.admin)
    grid = dict(Element.objects.values_list("mrid", "id"))
    points = [
        add_usage_point(
            customer_id=world.customer.pk, branch_id=world.branch.pk, district_id=world.district.pk,
            number=f"УП-{number}", address=f"г Краснодар, ул Новая, д {number}", by=world.admin,
        )
        for number in range(1, 6)
    ]  # fmt: skip
    UsagePoint.objects.filter(pk__in=[point.pk for point in points[:3]]).update(element=grid["C1"])
    UsagePoint.objects.filter(pk__in=[point.pk for point in points[3:]]).update(element=grid["C2"])
    cause = Cause.objects.create(code="1.1", name="Повреждение провода", told="повреждение на линии")
    return Town(world=world, grid=grid, first=points[:3], second=points[3:], cause=cause)
