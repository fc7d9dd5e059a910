import pytest

from opora.platform.access.operations import ensure_system_user
from opora.registry.grid.models import Element
from opora.registry.grid.operations import import_network
from opora.registry.grid.tests.networks import NETWORK


@pytest.fixture
def admin(db):
    return ensure_system_user()


@pytest.fixture
def grid(admin):
    """The small network, in the database: ids of its elements by mRID."""
    import_network(network=NETWORK, by=admin)
    return dict(Element.objects.values_list("mrid", "id"))
