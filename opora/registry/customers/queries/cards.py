"""One customer whole: the head of his card and its tabs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.platform.scope import current_scope
from opora.registry.customers.models import (
    Agreement,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomerAddress,
    UsagePoint,
)
from opora.registry.organization.models import Branch
from opora.registry.organization.queries import branches

#: Usage points and agreements on the card itself; a large consumer has thousands, read page by page.
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """How to reach the customer: the primary phone and e-mail first."""

    points: Sequence[ContactPoint]
    persons: Sequence[ContactPerson]
    addresses: Sequence[CustomerAddress]

    @property
    def phones(self) -> Sequence[ContactPoint]:
        return [point for point in self.points if point.kind == ContactPoint.Kind.PHONE]

    @property
    def emails(self) -> Sequence[ContactPoint]:
        return [point for point in self.points if point.kind == ContactPoint.Kind.EMAIL]

    @property
    def phone(self) -> str:
        """The number to call: the primary one, else the first known."""
        return next((point.value for point in self.phones), "")

    @property
    def email(self) -> str:
        """Where to write: the primary address, else the first known."""
        return next((point.value for point in self.emails), "")


@dataclass(frozen=True, kw_only=True)
class CustomerCard:
    """Everything the 360° card shows of the customer himself; cases and messages come from their own modules."""

    #: With his group; payment behaviour, its reason and date are his columns.
    customer: Customer
    branches: Sequence[Branch]
    contacts: Contacts
    #: The first `SHOWN`, by number, with branch and district; `more_usage_points` when there are others.
    usage_points: Sequence[UsagePoint]
    more_usage_points: bool
    #: The first `SHOWN`, the latest first, with their usage points.
    agreements: Sequence[Agreement]
    more_agreements: bool
    #: Whether the user may change him, or only look.
    editable: bool


def customer_card(customer_id: int) -> CustomerCard:
    """The card of one customer, in seven queries however large he is.

    :raises NotVisible: when there is none in the user's scope.
    """
    customer = Customer.objects.select_related("group").defer("document").filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible(_("There is no such customer."))
    points = list(usage_points_of(customer_id)[: SHOWN + 1])
    agreements = list(agreements_of(customer_id)[: SHOWN + 1])
    scope = current_scope()
    return CustomerCard(
        customer=customer,
        branches=list(branches().filter(pk__in=customer.branch_ids)),
        contacts=contacts_of(customer_id),
        usage_points=points[:SHOWN],
        more_usage_points=len(points) > SHOWN,
        agreements=agreements[:SHOWN],
        more_agreements=len(agreements) > SHOWN,
        editable=scope.everything
        or (customer.group_id in scope.groups_edited and not scope.branches.isdisjoint(customer.branch_ids)),
    )


def contacts_of(customer_id: int) -> Contacts:
    """Phones, e-mails, contact persons and addresses of a customer, in three queries."""
    return Contacts(
        points=list(ContactPoint.objects.filter(customer_id=customer_id).order_by("-is_primary", "pk")),
        persons=list(ContactPerson.objects.filter(customer_id=customer_id).order_by("pk")),
        addresses=list(CustomerAddress.objects.filter(customer_id=customer_id).order_by("kind")),
    )


def usage_points_of(customer_id: int) -> QuerySet[UsagePoint]:
    """Usage points of a customer by number, with branch and district; pages go on by `number`."""
    return UsagePoint.objects.filter(customer_id=customer_id).select_related("branch", "district").order_by("number")


def usage_point_numbered(number: str) -> UsagePoint:
    """The usage point of that number, with its customer, branch and district.

    :raises NotVisible: when there is none in the user's scope.
    """
    point = UsagePoint.objects.select_related("customer", "branch", "district").filter(number=number).first()
    if point is None:
        raise NotVisible(_("There is no such usage point."), field="number")
    return point


def agreements_of(customer_id: int) -> QuerySet[Agreement]:
    """Agreements of a customer, the latest first; pages go on by `-signed_on, -pk`."""
    return Agreement.objects.filter(customer_id=customer_id).select_related("usage_point").order_by("-signed_on", "-pk")


def contact_for(customer_id: int, kind: str) -> str:
    """Where to reach the customer: his primary contact point of the kind, else the first known, else nothing.

    :param kind: of `ContactPoint.Kind`.
    """
    found = ContactPoint.objects.filter(customer_id=customer_id, kind=kind).order_by("-is_primary", "pk")
    return found.values_list("value", flat=True).first() or ""
