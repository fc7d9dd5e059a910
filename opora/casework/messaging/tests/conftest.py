import pytest

from opora.casework.messaging.operations import load_templates
from opora.platform.access.operations import ensure_system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import ContactPoint, Customer, CustomerGroup
from opora.registry.customers.operations import add_contact_point, load_groups, register_customer
from opora.registry.organization.operations import create_branch


@pytest.fixture
def everything(db):
    with scoped(EVERYTHING):
        yield


@pytest.fixture
def admin(everything):
    return ensure_system_user()


@pytest.fixture
def branch(admin):
    return create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)


@pytest.fixture
def templates(admin):
    return {(t.code, t.channel): t for t in load_templates(by=admin)}


@pytest.fixture
def customer(admin, branch):
    load_groups(by=admin)
    group = CustomerGroup.objects.order_by("pk").first()
    return register_customer(
        kind=Customer.Kind.INDIVIDUAL, group_id=group.pk, branch_id=branch.pk, last_name="Ёлкин", first_name="Пётр",
        by=admin,
    )  # fmt: skip


@pytest.fixture
def email(customer, admin):
    """Make the customer reachable by e-mail."""
    return add_contact_point(
        customer_id=customer.pk, kind=ContactPoint.Kind.EMAIL, value="elkin@example.org", is_primary=True, by=admin
    )
