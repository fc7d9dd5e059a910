from dataclasses import dataclass, field
from itertools import count

import pytest
from django.db import connection

from opora.platform.access.models import User
from opora.platform.access.operations import create_user, ensure_system_user
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.registry.customers.models import ContactPoint, Customer, CustomerGroup
from opora.registry.customers.operations import add_contact_point, add_usage_point, load_groups, register_customer
from opora.registry.organization.models import Branch
from opora.registry.organization.operations import create_branch, create_district

_numbers = count(1)


@dataclass
class Base:
    """Two branches, the usual groups, and ways to fill them; the test runs in a scope that sees everything."""

    admin: User
    branch: Branch
    other: Branch
    groups: dict[str, CustomerGroup] = field(default_factory=dict)

    def person(self, last_name="Иваненко", first_name="Пётр", *, group="POPULATION", branch=None, **more) -> Customer:
        """Somebody, with a phone and a usage point where they are given."""
        phone, address = more.pop("phone", ""), more.pop("address", "")
        point = {key: more.pop(key) for key in ("number", "account", "meter") if key in more}
        branch = branch or self.branch
        customer = register_customer(
            kind=Customer.Kind.INDIVIDUAL, group_id=self.groups[group].pk, branch_id=branch.pk,
            last_name=last_name, first_name=first_name, by=self.admin, **more,
        )  # fmt: skip
        if phone:
            add_contact_point(customer_id=customer.pk, kind=ContactPoint.Kind.PHONE, value=phone, by=self.admin)
        if address or point:
            number = point.pop("number", f"ТП-{next(_numbers)}")
            add_usage_point(
                customer_id=customer.pk, number=number, branch_id=branch.pk, address=address or "адрес неизвестен",
                by=self.admin, **point,
            )  # fmt: skip
        return customer

    def firm(self, name="ООО «Ромашка»", *, group="ENTITIES", branch=None, **more) -> Customer:
        return register_customer(
            kind=Customer.Kind.LEGAL_ENTITY, group_id=self.groups[group].pk, branch_id=(branch or self.branch).pk,
            name=name, by=self.admin, **more,
        )  # fmt: skip

    def scope(self, *, sees=("POPULATION",), edits=(), branches=None) -> Scope:
        return Scope(
            branches=frozenset(branch.pk for branch in branches or [self.branch]),
            groups_seen=frozenset(self.groups[code].pk for code in sees),
            groups_edited=frozenset(self.groups[code].pk for code in edits),
        )

    def user(self, scope: Scope) -> User:
        return create_user(username=f"user-{next(_numbers)}", password=None, roles=[], scope=scope, by=self.admin)


def build_base() -> Base:
    """The same, in the caller's scope: for tests with connections of their own."""
    admin = ensure_system_user()
    load_groups(by=admin)
    branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)
    other = create_branch(code="02", name="Сочинские электрические сети", short_name="СЭС", by=admin)
    return Base(admin, branch, other, {group.code: group for group in CustomerGroup.objects.all()})


@pytest.fixture
def base(db):
    with scoped(EVERYTHING):
        yield build_base()


@pytest.fixture
def world(db):
    """One branch with one district, for imports; yields who may do everything."""
    with scoped(EVERYTHING):
        admin = ensure_system_user()
        load_groups(by=admin)
        branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)
        create_district(branch_id=branch.pk, code="01-С", name="Северный РЭС", by=admin)
        yield admin


@pytest.fixture
def no_jobs_left():
    """For tests with transactions of their own: what they gave the worker to do is taken back."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where queue_name = 'mass'")
