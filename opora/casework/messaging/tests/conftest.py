import pytest
from django.utils import translation

from opora.casework.messaging.operations import Recipient, load_templates, send
from opora.casework.messaging.tests import networks
from opora.platform.access import queries as access
from opora.platform.access.operations import create_user, ensure_system_user
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.registry.customers.models import ContactPoint, Customer, CustomerGroup
from opora.registry.customers.operations import add_contact_point, load_groups, register_customer
from opora.registry.organization import queries as organization
from opora.registry.organization.operations import create_branch

VALUES = {"number": "01-2026-000017", "topic": "Качество напряжения", "due": "24.12.2026"}

#: A survey and an advertisement, which the built-in templates do not have.
MORE = """
[[templates]]
code = "survey"
name = "Опрос"
purpose = "SURVEY"
fields = []
words.EMAIL = { subject = "Оцените нашу работу", body = "Здравствуйте, {name}!" }

[[templates]]
code = "offer"
name = "Предложение"
purpose = "ADVERTISING"
fields = []
words.SMS = { body = "Скидка на проверку счётчика. {company}" }
words.EMAIL = { subject = "Скидка", body = "Скидка на проверку счётчика." }
"""


@pytest.fixture
def everything(db):
    with scoped(EVERYTHING):
        yield


@pytest.fixture(autouse=True)
def _in_russian():
    """Whatever language the request of another test has left behind."""
    with translation.override("ru"):
        yield


@pytest.fixture(autouse=True)
def network(settings):
    """Every channel is carried by a network that answers as the test tells it to."""
    settings.TRANSPORTS = dict.fromkeys(["EMAIL", "SMS"], "opora.casework.messaging.tests.networks.Network")
    for kept in (networks.handed, networks.answers, networks.settled):
        kept.clear()
    return networks


@pytest.fixture
def admin(everything, monkeypatch):
    monkeypatch.setattr(access, "_system_user", [])  # kept in the process, while every test has its own
    organization.forget()
    return ensure_system_user()


@pytest.fixture
def branch(admin):
    return create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)


@pytest.fixture
def templates(admin):
    made = [*load_templates(by=admin), *load_templates(by=admin, source=MORE)]
    return {(template.code, template.channel): template for template in made}


@pytest.fixture
def group(admin):
    load_groups(by=admin)
    return CustomerGroup.objects.order_by("pk").first()


@pytest.fixture
def customer(admin, branch, group, templates):
    return register_customer(
        kind=Customer.Kind.INDIVIDUAL, group_id=group.pk, branch_id=branch.pk, last_name="Ёлкин", first_name="Пётр",
        by=admin,
    )  # fmt: skip


@pytest.fixture
def email(customer, admin):
    """An e-mail of the customer."""
    kind = ContactPoint.Kind.EMAIL
    return add_contact_point(customer_id=customer.pk, kind=kind, value="elkin@example.org", is_primary=True, by=admin)


@pytest.fixture
def phone(customer, admin):
    """A phone of the customer."""
    kind = ContactPoint.Kind.PHONE
    return add_contact_point(customer_id=customer.pk, kind=kind, value="+79180000017", is_primary=True, by=admin)


@pytest.fixture
def write(customer, admin):
    """Send the customer a message; by default that his case is registered."""

    def write(template="case_registered", once="registered:17", **more):
        return send(
            template=template,
            to=more.pop("to", Recipient(customer_id=customer.pk)),
            values=more.pop("values", VALUES),
            once=once,
            by=more.pop("by", admin),
            **more,
        )

    return write


@pytest.fixture
def user(branch, group, admin):
    """Somebody of the branch, who sees the group."""
    scope = Scope(branches=frozenset([branch.pk]), groups_seen=frozenset([group.pk]), groups_edited=frozenset())
    return create_user(username="olga", password=None, roles=[], scope=scope, by=admin)
