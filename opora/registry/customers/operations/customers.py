"""The customer himself: registration, change, group."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, EditForbidden, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.names import sort_key
from opora.platform.scope import current_scope
from opora.registry.customers.events import CustomerChanged, CustomerMoved, CustomerRegistered
from opora.registry.customers.groups import GROUPS
from opora.registry.customers.models import Customer, CustomerGroup
from opora.registry.customers.operations.fields import put, taken_over
from opora.registry.customers.requisites import Requisites, checked
from opora.registry.organization.models import Branch

_REQUISITES = ("inn", "kpp", "ogrn", "snils")
_PERSONAL = ("last_name", "first_name", "middle_name")
#: What `change_customer` changes; group, payment behaviour and belongings have operations of their own.
CHANGEABLE = ("kind", "name", *_PERSONAL, "short_name", *_REQUISITES, "region", "external_id")


class NameMissing(BusinessError):
    code = "name_missing"


class AlreadyKnown(BusinessError):
    """A legal entity with the same INN and KPP is registered, or somebody with the same key of the outside system."""

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

    :param external_id: the key of an outside system; the same key again returns the customer registered before.
    :raises NameMissing: when there is nothing to call the customer by.
    :raises WrongRequisite: when a number cannot be right.
    :raises WrongValue: when a text is too long.
    :raises AlreadyKnown: when the firm is there already.
    :raises EditForbidden: when the user may not put customers into the group, or into the branch.
    :raises NotVisible: when there is no such group or branch.
    """
    if external_id and (repeated := Customer.objects.filter(external_id=external_id).first()):
        return repeated
    group = _group_to_fill(group_id)
    customer = Customer(group=group, branch_ids=[_branch_to_fill(branch_id)])
    put(customer, {
        "kind": kind, "last_name": last_name, "first_name": first_name, "middle_name": middle_name,
        "short_name": short_name, "region": region, "external_id": external_id or None,
    })  # fmt: skip
    customer.name = name
    _put_requisites(customer, Requisites(inn=inn, kpp=kpp, ogrn=ogrn, snils=snils))
    _name(customer)
    with _refusals():
        customer.save()
    refresh_documents([customer.pk])
    publish(CustomerRegistered(customer_id=customer.pk, group=group.code), by=by, about=[customer])
    return customer


@transaction.atomic
def change_customer(*, customer_id: int, version: int, changes: Mapping[str, Any], by: User) -> Customer:
    """Change kind, names, requisites, region or the key of the outside system: the fields in `CHANGEABLE`.

    :param version: of the card the editor has seen.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises NameMissing: when there would be nothing to call the customer by.
    :raises WrongRequisite: when a number cannot be right.
    :raises WrongValue: when a field is not to be changed here, or cannot hold the value.
    :raises AlreadyKnown: when another firm has these requisites, or another customer the key.
    """
    customer = locked_customer(customer_id)
    if customer.version != version:
        raise ChangedMeanwhile(_("Somebody changed this card meanwhile: look at it again and repeat."))
    before = {field: getattr(customer, field) for field in CHANGEABLE}
    requisites = {field: changes[field] for field in _REQUISITES if field in changes}
    taken_over(customer, {name: value for name, value in changes.items() if name not in requisites}, allowed=CHANGEABLE)
    customer.external_id = customer.external_id or None
    known = {field: getattr(customer, field) for field in _REQUISITES}
    _put_requisites(customer, Requisites(**{**known, **requisites}))
    _name(customer)
    changed = sorted(field for field in CHANGEABLE if getattr(customer, field) != before[field])
    if changed:
        customer.version += 1
        with _refusals():
            customer.save(update_fields=[*changed, "name_key", "version"])
        refresh_documents([customer.pk])
        publish(CustomerChanged(customer_id=customer.pk, fields=changed), by=by, about=[customer])
        announce(f"customer:{customer.pk}")
    return customer


@transaction.atomic
def move_to_group(*, customer_id: int, group_id: int, by: User) -> Customer:
    """Put the customer into another group; his cases follow by their foreign key.

    :raises EditForbidden: when the user may not change him, or put customers into that group.
    """
    customer = locked_customer(customer_id)
    before = customer.group
    if before.pk != group_id:
        group = _group_to_fill(group_id)
        customer.group = group
        customer.version += 1
        with _refusals():
            customer.save(update_fields=["group", "version"])
        publish(
            CustomerMoved(customer_id=customer.pk, group_before=before.code, group=group.code), by=by, about=[customer]
        )
        announce(f"customer:{customer.pk}")
    return customer


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
    customer = Customer.objects.defer("document").select_for_update().filter(pk=customer_id).first()
    if customer is None:
        if Customer.objects.filter(pk=customer_id).exists():
            raise EditForbidden(_("You may look at customers of this group, but not change them."))
        raise NotVisible(_("There is no such customer."))
    return customer


def _group_to_fill(group_id: int) -> CustomerGroup:
    """The group, if the user may put customers into it; row-level security would say the same in fewer words."""
    scope = current_scope()
    group = CustomerGroup.objects.filter(pk=group_id).first()
    if group is None or not (scope.everything or group_id in scope.groups_seen):
        raise NotVisible(_("There is no such group."), field="group_id")
    if not (scope.everything or group_id in scope.groups_edited):
        raise EditForbidden(_("You may not put customers into this group: choose another."), field="group_id")
    return group


def _branch_to_fill(branch_id: int) -> int:
    scope = current_scope()
    if not (scope.everything or branch_id in scope.branches):
        raise NotVisible(_("There is no such branch."), field="branch_id")
    if not Branch.objects.filter(pk=branch_id, closed_at=None).exists():
        raise NotVisible(_("There is no such branch."), field="branch_id")
    return branch_id


def _put_requisites(customer: Customer, given: Requisites) -> None:
    for field, value in asdict(checked(Customer.Kind(customer.kind), given)).items():
        setattr(customer, field, value)


def _name(customer: Customer) -> None:
    """Put together how the customer is called and sorted; a firm has no personal names."""
    if customer.kind == Customer.Kind.LEGAL_ENTITY:
        if not customer.name.strip():
            raise NameMissing(_("Give the name of the firm."), field="name")
        customer.last_name = customer.first_name = customer.middle_name = ""
    else:
        if not customer.last_name:
            raise NameMissing(_("Give the last name."), field="last_name")
        customer.name = " ".join(filter(None, (getattr(customer, field) for field in _PERSONAL)))
    put(customer, {"name": customer.name})
    customer.name_key = sort_key(customer.name)


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
        if "external_id" in str(fault):
            message = _("Another customer has this key of the outside system.")
            raise AlreadyKnown(message, field="external_id") from fault
        if "row-level security" in str(fault):
            message = _("You may not put customers into this group or branch: choose another.")
            raise EditForbidden(message, field="group_id") from fault
        raise
