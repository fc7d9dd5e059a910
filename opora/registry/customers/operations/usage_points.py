"""Where a customer is supplied."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.registry.customers.events import UsagePointAdded, UsagePointChanged
from opora.registry.customers.models import Customer, UsagePoint
from opora.registry.customers.operations.customers import locked_customer, refresh_documents
from opora.registry.customers.operations.fields import WrongValue, put, taken_over

#: What `change_usage_point` changes.
CHANGEABLE = (
    "number",
    "branch_id",
    "district_id",
    "account",
    "address",
    "gar_id",
    "voltage",
    "max_power",
    "reliability_category",
    "meter",
    "supplier",
)


_WATT = Decimal("0.001")


class NumberTaken(BusinessError):
    """Another usage point, or another agreement of the kind, has the number."""

    code = "number_taken"
    status = 409


@transaction.atomic
def add_usage_point(
    *,
    customer_id: int,
    number: str,
    branch_id: int,
    address: str,
    by: User,
    district_id: int | None = None,
    account: str = "",
    gar_id: UUID | None = None,
    voltage: UsagePoint.Voltage = UsagePoint.Voltage.LOW,
    max_power: Decimal | None = None,
    reliability_category: UsagePoint.Reliability = UsagePoint.Reliability.THIRD,
    meter: str = "",
    supplier: str = "",
) -> UsagePoint:
    """Add a usage point; its branch sees the customer from now on.

    :param gar_id: of the house in the register of addresses, where it is known.
    :raises NumberTaken: when another usage point has the number.
    :raises WrongValue: when a field cannot hold its value, or the district is of another branch.
    """
    customer = locked_customer(customer_id)
    point = UsagePoint(customer=customer)
    put(point, {
        "number": number, "branch_id": branch_id, "district_id": district_id, "account": account, "address": address,
        "gar_id": gar_id, "voltage": voltage, "max_power": max_power, "reliability_category": reliability_category,
        "meter": meter, "supplier": supplier,
    })  # fmt: skip
    _check(point)
    with _refusals():
        point.save()
    _show_to_branch(customer, point.branch_id)
    refresh_documents([customer.pk])
    publish(UsagePointAdded(customer_id=customer.pk, usage_point_id=point.pk), by=by, about=[customer, point])
    announce(f"customer:{customer.pk}")
    return point


@transaction.atomic
def change_usage_point(*, usage_point_id: int, version: int, changes: Mapping[str, Any], by: User) -> UsagePoint:
    """Change what is known of a usage point: the fields in `CHANGEABLE`. Another address is no longer of that house.

    :param version: of the usage point the editor has seen.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises NumberTaken: when another usage point has the number.
    :raises WrongValue: when a field is not to be changed here or cannot hold its value.
    """
    customer_id = UsagePoint.objects.filter(pk=usage_point_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotVisible(_("There is no such usage point."))
    customer = locked_customer(customer_id)
    point = UsagePoint.objects.get(pk=usage_point_id)
    if point.version != version:
        raise ChangedMeanwhile(_("Somebody changed this usage point meanwhile: look at it again and repeat."))
    if changes.get("address", point.address).strip() != point.address:
        changes = {"gar_id": None, **changes}
    changed = taken_over(point, changes, allowed=CHANGEABLE)
    if changed:
        _check(point)
        point.version += 1
        with _refusals():
            point.save(update_fields=[*changed, "version"])
        _show_to_branch(customer, point.branch_id)
        refresh_documents([customer.pk])
        event = UsagePointChanged(customer_id=customer.pk, usage_point_id=point.pk, fields=changed)
        publish(event, by=by, about=[customer, point])
        announce(f"customer:{customer.pk}")
    return point


def _check(point: UsagePoint) -> None:
    if point.max_power is not None:
        if point.max_power <= 0:
            raise WrongValue(_("The maximum power is greater than zero, or unknown."), field="max_power")
        point.max_power = point.max_power.quantize(_WATT)
    if point.district is not None and point.district.branch_id != point.branch_id:
        raise WrongValue(_("The district belongs to another branch: choose another."), field="district_id")


def _show_to_branch(customer: Customer, branch_id: int) -> None:
    if branch_id not in customer.branch_ids:
        Customer.objects.filter(pk=customer.pk).update(branch_ids=[*customer.branch_ids, branch_id])


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as clash:
        if "customers_usagepoint_number" in str(clash):
            raise NumberTaken(_("Another usage point has this number."), field="number") from clash
        raise
