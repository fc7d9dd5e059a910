import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import TOWN, write
from opora.platform.access.operations import ensure_system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.operations import apply_delivery, read_delivery


@pytest.fixture
def admin(db):
    with scoped(EVERYTHING):
        yield ensure_system_user()


@pytest.fixture
def deliver(admin, tmp_path):
    """Write a delivery of these files, read it and apply it."""

    def deliver(files, *, name="gar_xml", apply=True, **where):
        source = GarDelivery(write(tmp_path / name, files, **where))
        delivery = read_delivery(source=source, by=admin)
        return apply_delivery(delivery_id=delivery.pk, by=admin) if apply else delivery

    return deliver


@pytest.fixture
def town(deliver):
    """Krasnodar and the village of Dinskaya, as `TOWN` has them."""
    return deliver(TOWN)
