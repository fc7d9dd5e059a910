"""The customer himself: registration, change, group, payment behaviour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, EditForbidden, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.names import sort_key
from opora.registry.customers.events import CustomerChanged, CustomerMoved, CustomerRegistered
from opora.registry.customers.groups import GROUPS
from opora.registry.customers.models import Customer, CustomerGroup
from opora.registry.customers.requisites import Requisites, checked

_REQUISITES = ("inn", "kpp", "ogrn", "snils")


class NameMissing(BusinessError):
    code = "name_missing"


class AlreadyKnown(BusinessError):
    """A legal entity with the same INN and KPP is registered."""

    code = "already_known"
    status = 409


@transaction.atomic
def register_customer(
    *,
    kind: Customer.Kind,
    group_id: int,
    branch_id: int,
    by: User,
    last_name: str = "",
    first_name: str = "",
    middle_name: str = "",
    name: str = "",
    short_name: str = "",
    inn: str = "",
    kpp: str = "",
    ogrn: str = "",
    snils: str = "",
    region: str = "",
    external_id: str | None = None,
) -> Customer:
    """Add somebody to the base. A person has a last name, a firm a name.

    :raises NameMissing: when there is nothing to call the customer by.
    :raises WrongRequisite: when a number cannot be right.
    :raises AlreadyKnown: when the firm is there already.
    :raises EditForbidden: when the user may not edit the group, or the branch is not his.
    """
    requisites = checked(kind, Requisites(inn=inn, kpp=kpp, ogrn=ogrn, snils=snils))
    customer = Customer(
        kind=kind, group_id=group_id, branch_ids=[branch_id], last_name=last_name.strip(), first_name=first_name.strip(),
        middle_name=middle_name.strip(), name=name.strip(), short_name=short_name.strip(), region=region.strip(),
        external_id=external_id or None, **asdict(requisites),
    )  # fmt: skip
    _save(customer)
    refresh_documents([customer.pk])
    group = CustomerGroup.objects.get(pk=group_id)
    publish(CustomerRegistered(customer_id=customer.pk, group=group.code), by=by, about=[customer])
    return customer


@transaction.atomic
def change_customer(*, customer_id: int, version: int, changes: Mapping[str, Any], by: User) -> Customer:
    """Change names, requisites or region.

    :param version: of the card the editor has seen.
    :raises ChangedMeanwhile: when somebody saved since.
    """
    customer = locked_customer(customer_id)
    if customer.version != version:
        raise ChangedMeanwhile(_("Somebody changed this card meanwhile: look at it again and repeat."))
    changed = sorted(field for field, value in changes.items() if getattr(customer, field) != value)
    if not changed:
        return customer
    for field in changed:
        setattr(customer, field, changes[field])
    requisites = checked(Customer.Kind(customer.kind), Requisites(**{f: getattr(customer, f) for f in _REQUISITES}))
    for field, value in asdict(requisites).items():
        setattr(customer, field, value)
    customer.version += 1
    _save(customer)
    refresh_documents([customer.pk])
    publish(CustomerChanged(customer_id=customer.pk, fields=changed), by=by, about=[customer])
    return customer


@transaction.atomic
def move_to_group(*, customer_id: int, group_id: int, by: User) -> Customer:
    """Put the customer into another group; his cases follow by their foreign key."""
    customer = locked_customer(customer_id)
    before = customer.group
    if before.pk != group_id:
        group = CustomerGroup.objects.get(pk=group_id)
        customer.group = group
        customer.version += 1
        with _refusals():
            customer.save(update_fields=["group", "version"])
        publish(
            CustomerMoved(customer_id=customer.pk, group_before=before.code, group=group.code), by=by, about=[customer]
        )
    return customer


@dataclass(frozen=True)
class PaymentBehaviour:
    """What the billing system says of one customer."""

    customer_id: int
    balance: Decimal
    overdue: Decimal
    payment_class: Customer.PaymentClass
    reason: str


@transaction.atomic
def record_payment_behaviour(*, rows: Sequence[PaymentBehaviour], as_of: date, by: User) -> int:
    """Take over balances, debts and classes for many customers in one statement; older figures never replace newer.

    :return: how many customers were brought up to date.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_customer customer set balance = new.balance, overdue = new.overdue,"
            " payment_class = new.class, payment_reason = new.reason, payment_as_of = %s"
            " from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[], %s::text[])"
            " as new (id, balance, overdue, class, reason)"
            " where customer.id = new.id and (payment_as_of is null or payment_as_of <= %s)",
            [
                as_of,
                [row.customer_id for row in rows],
                [row.balance for row in rows],
                [row.overdue for row in rows],
                [row.payment_class.value for row in rows],
                [row.reason for row in rows],
                as_of,
            ],
        )
        return cursor.rowcount


@transaction.atomic
def load_groups(*, by: User) -> None:
    """Make the groups every installation has; names changed since are left alone."""
    known = set(CustomerGroup.objects.values_list("code", flat=True))
    CustomerGroup.objects.bulk_create(
        CustomerGroup(code=code, name=name) for code, name in GROUPS.items() if code not in known
    )


def refresh_documents(customer_ids: Iterable[int]) -> None:
    """Put together again what the search knows of these customers, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("select customers_refresh_documents(%s)", [list(customer_ids)])


def locked_customer(customer_id: int) -> Customer:
    """The customer, locked for a change.

    :raises NotVisible: when there is none in the user's scope.
    :raises EditForbidden: when he may only look.
    """
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        if Customer.objects.filter(pk=customer_id).exists():
            raise EditForbidden(_("You may look at customers of this group, but not change them."))
        raise NotVisible(_("There is no such customer."))
    return customer


def _save(customer: Customer) -> None:
    if customer.kind == Customer.Kind.LEGAL_ENTITY:
        if not customer.name:
            raise NameMissing(_("Give the name of the firm."), field="name")
    else:
        if not customer.last_name:
            raise NameMissing(_("Give the last name."), field="last_name")
        parts = (customer.last_name, customer.first_name, customer.middle_name)
        customer.name = " ".join(part for part in parts if part)
    customer.name_key = sort_key(customer.name)
    with _refusals():
        customer.save()


@contextmanager
def _refusals() -> Iterator[None]:
    """Translate what the database refuses into words, undoing only the refused statement."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as fault:
        if "one_entity_by_inn_kpp" in str(fault):
            message = _("A firm with this INN and KPP is registered already: open its card.")
            raise AlreadyKnown(message, field="inn") from fault
        if "row-level security" in str(fault):
            message = _("You may not put customers into this group or branch: choose another.")
            raise EditForbidden(message, field="group") from fault
        raise
