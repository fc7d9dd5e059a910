"""What belongs to a customer: contacts, addresses, usage points, agreements."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.phone import normalised
from opora.registry.customers.events import (
    AgreementAdded,
    ContactPointAdded,
    ContactPointRemoved,
    UsagePointAdded,
    UsagePointChanged,
)
from opora.registry.customers.models import (
    Agreement,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomerAddress,
    UsagePoint,
)
from opora.registry.customers.operations.customers import locked_customer, refresh_documents


class WrongContact(BusinessError):
    """Not a phone number, or not an e-mail address."""

    code = "wrong_contact"


class NumberTaken(BusinessError):
    code = "number_taken"
    status = 409


@transaction.atomic
def add_contact_point(
    *, customer_id: int, kind: ContactPoint.Kind, value: str, by: User, note: str = "", is_primary: bool = False
) -> ContactPoint:
    """Add a phone (in any spelling) or e-mail; adding it again finds the one that is there.

    :raises WrongContact: when it is neither.
    """
    value = _phone(value) if kind is ContactPoint.Kind.PHONE else _email(value)
    customer = locked_customer(customer_id)
    if is_primary:
        customer.contact_points.filter(kind=kind, is_primary=True).update(is_primary=False)
    point, created = ContactPoint.objects.get_or_create(
        customer=customer, kind=kind, value=value, defaults={"note": note, "is_primary": is_primary}
    )
    if created:
        event = ContactPointAdded(customer_id=customer.pk, contact_point_id=point.pk, kind=kind.value)
        publish(event, by=by, about=[customer])
    elif is_primary:
        point.is_primary = True
        point.save(update_fields=["is_primary"])
    return point


@transaction.atomic
def remove_contact_point(*, contact_point_id: int, by: User) -> None:
    """Take a phone or e-mail away; the journal keeps that it was there. Removing it twice is harmless."""
    point = ContactPoint.objects.filter(pk=contact_point_id).first()
    if point is None:
        return
    customer = locked_customer(point.customer_id)
    point.delete()
    event = ContactPointRemoved(customer_id=customer.pk, contact_point_id=contact_point_id, kind=point.kind)
    publish(event, by=by, about=[customer])


@transaction.atomic
def add_contact_person(
    *, customer_id: int, name: str, by: User, position: str = "", phone: str = "", email: str = ""
) -> ContactPerson:
    """Say whom to speak with at a firm."""
    customer = locked_customer(customer_id)
    return ContactPerson.objects.create(
        customer=customer, name=name, position=position,
        phone=_phone(phone) if phone else "", email=_email(email) if email else "",
    )  # fmt: skip


@transaction.atomic
def add_address(*, customer_id: int, kind: CustomerAddress.Kind, text: str, by: User) -> CustomerAddress:
    """Set the registered or postal address."""
    customer = locked_customer(customer_id)
    address, _created = CustomerAddress.objects.update_or_create(customer=customer, kind=kind, defaults={"text": text})
    refresh_documents([customer.pk])
    return address


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
    voltage: UsagePoint.Voltage = UsagePoint.Voltage.LOW,
    max_power: Decimal | None = None,
    reliability_category: UsagePoint.Reliability = UsagePoint.Reliability.THIRD,
    meter: str = "",
    supplier: str = "",
) -> UsagePoint:
    """Add a usage point; its branch sees the customer from now on.

    :raises NumberTaken: when another usage point has the number.
    """
    customer = locked_customer(customer_id)
    point = UsagePoint(
        customer=customer, number=number, branch_id=branch_id, district_id=district_id, account=account,
        address=address, voltage=voltage, max_power=max_power, reliability_category=reliability_category,
        meter=meter, supplier=supplier,
    )  # fmt: skip
    try:
        with transaction.atomic():
            point.save()
    except IntegrityError as clash:
        raise NumberTaken(_("Another usage point has this number."), field="number") from clash
    if branch_id not in customer.branch_ids:
        Customer.objects.filter(pk=customer.pk).update(branch_ids=[*customer.branch_ids, branch_id])
    refresh_documents([customer.pk])
    publish(UsagePointAdded(customer_id=customer.pk, usage_point_id=point.pk), by=by, about=[customer, point])
    return point


@transaction.atomic
def change_usage_point(*, usage_point_id: int, version: int, changes: Mapping[str, Any], by: User) -> UsagePoint:
    """Change what is known of a usage point.

    :raises ChangedMeanwhile: when somebody saved since `version`.
    """
    point = UsagePoint.objects.filter(pk=usage_point_id).first()
    if point is None:
        raise NotVisible(_("There is no such usage point."))
    customer = locked_customer(point.customer_id)
    point.refresh_from_db()
    if point.version != version:
        raise ChangedMeanwhile(_("Somebody changed this card meanwhile: look at it again and repeat."))
    changed = sorted(field for field, value in changes.items() if getattr(point, field) != value)
    if changed:
        for field in changed:
            setattr(point, field, changes[field])
        point.version += 1
        point.save()
        refresh_documents([customer.pk])
        event = UsagePointChanged(customer_id=customer.pk, usage_point_id=point.pk, fields=changed)
        publish(event, by=by, about=[customer, point])
    return point


@transaction.atomic
def add_agreement(
    *,
    customer_id: int,
    number: str,
    kind: Agreement.Kind,
    signed_on: date,
    by: User,
    ends_on: date | None = None,
    usage_point_id: int | None = None,
) -> Agreement:
    """Add a contract.

    :raises NumberTaken: when a contract of this kind has the number.
    """
    customer = locked_customer(customer_id)
    agreement = Agreement(
        customer=customer, number=number, kind=kind, signed_on=signed_on, ends_on=ends_on, usage_point_id=usage_point_id
    )
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError as clash:
        raise NumberTaken(_("Another agreement of this kind has the number."), field="number") from clash
    refresh_documents([customer.pk])
    publish(AgreementAdded(customer_id=customer.pk, agreement_id=agreement.pk), by=by, about=[customer])
    return agreement


def _phone(text: str) -> str:
    number = normalised(text)
    if number is None:
        raise WrongContact(_("“%s” is not a phone number: give it with the area code.") % text, field="value")
    return number


def _email(text: str) -> str:
    value = text.strip().lower()
    try:
        validate_email(value)
    except ValidationError as fault:
        raise WrongContact(_("“%s” is not an e-mail address.") % text, field="value") from fault
    return value
