"""The network drawn: what is dead is seen to be dead."""

import pytest
from django.utils import timezone

from opora.platform.access.operations import create_user, define_role, ensure_system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.permissions import OutagePermission
from opora.registry.grid.models import Container, Element
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import import_network, set_switch_positions
from opora.registry.grid.stages import PositionSource
from opora.registry.grid.tests.networks import NETWORK
from opora.registry.organization.operations import create_branch


@pytest.fixture
def drawn(db, client):
    with scoped(EVERYTHING):
        admin = ensure_system_user()
        branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)
        import_network(network=NETWORK, by=admin)
        Container.objects.update(branch=branch)
        role = define_role(code="d", name="Диспетчер", permissions=[*OutagePermission])
        client.force_login(create_user(username="d", password=None, roles=["d"], scope=EVERYTHING, by=admin))
        assert role
    return client, admin


def test_a_dead_place_and_its_line_are_marked_and_a_tie_is_dashed(drawn):
    client, admin = drawn
    before = client.get("/dispatcher/").content.decode()
    with scoped(EVERYTHING):
        change = PositionChange(
            element_id=Element.objects.get(mrid="Q1").pk, is_open=True, at=timezone.now(), source=PositionSource.SCADA
        )
        set_switch_positions(changes=[change], by=admin)

    after = client.get("/dispatcher/map/").content.decode()

    assert "ПС 35/10 Северная" in before and 'class="is-dead"' not in before
    assert after.count('class="is-dead"') == 2  # the transformer point, and the line that leads to it
    assert "ТП-1: нет питания" in after


def test_the_drawing_costs_the_same_whatever_it_shows(drawn, django_assert_max_num_queries):
    client, _admin = drawn
    client.get("/dispatcher/")
    with django_assert_max_num_queries(16):
        client.get("/dispatcher/map/")


def test_without_a_network_the_desk_says_what_to_do(db, client):
    with scoped(EVERYTHING):
        admin = ensure_system_user()
        define_role(code="d", name="Диспетчер", permissions=[*OutagePermission])
        client.force_login(create_user(username="d", password=None, roles=["d"], scope=EVERYTHING, by=admin))

    assert "Сеть здесь не описана" in client.get("/dispatcher/").content.decode()


def test_who_does_not_dispatch_has_no_desk(db, client):
    with scoped(EVERYTHING):
        admin = ensure_system_user()
        define_role(code="v", name="Смотрит", permissions=[OutagePermission.VIEW])
        client.force_login(create_user(username="v", password=None, roles=["v"], scope=EVERYTHING, by=admin))

    assert client.get("/dispatcher/").status_code == 403
