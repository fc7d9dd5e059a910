"""Who turns to us, as far as the registration of a contact needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from opora.registry.customers.models import ContactPoint, Customer, UsagePoint


@dataclass(frozen=True, kw_only=True)
class CallerPoint:
    """A usage point of the caller."""

    id: int
    number: str
    address: str
    account: str
    branch_id: int
    district_id: int | None


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A known customer who turns to us."""

    id: int
    name: str
    kind: str
    group: str
    branch_ids: Sequence[int]
    phone: str
    email: str
    points: Sequence[CallerPoint]


#: A network of shops has thousands of points: those beyond are named by their number in the search.
_POINTS = 100


def caller_of(*, customer_id: int | None = None, usage_point_id: int | None = None) -> Caller | None:
    """The customer, or the one whose usage point it is; nobody when he is not visible. Three queries."""
    if customer_id is None and usage_point_id is not None:
        customer_id = UsagePoint.objects.filter(pk=usage_point_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        return None
    customer = Customer.objects.select_related("group").filter(pk=customer_id).first()
    if customer is None:
        return None
    contacts = list(
        ContactPoint.objects.filter(customer=customer).order_by("-is_primary", "pk").values_list("kind", "value")
    )
    points = [
        CallerPoint(
            id=point.pk,
            number=point.number,
            address=point.address,
            account=point.account,
            branch_id=point.branch_id,
            district_id=point.district_id,
        )
        for point in UsagePoint.objects.filter(customer=customer).order_by("pk")[:_POINTS]
    ]
    return Caller(
        id=customer.pk,
        name=customer.name,
        kind=customer.kind,
        group=customer.group.name,
        branch_ids=customer.branch_ids,
        phone=next((value for kind, value in contacts if kind == ContactPoint.Kind.PHONE), ""),
        email=next((value for kind, value in contacts if kind == ContactPoint.Kind.EMAIL), ""),
        points=points,
    )
