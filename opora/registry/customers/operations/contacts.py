"""How to reach a customer: phones, e-mails, contact persons, addresses."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.events import Event
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.phone import normalised
from opora.registry.customers.events import (
    AddressChanged,
    AddressRemoved,
    ContactPersonAdded,
    ContactPersonChanged,
    ContactPersonRemoved,
    ContactPointAdded,
    ContactPointChanged,
    ContactPointRemoved,
)
from opora.registry.customers.models import ContactPerson, ContactPoint, Customer, CustomerAddress
from opora.registry.customers.operations.customers import locked_customer, refresh_documents
from opora.registry.customers.operations.fields import put, taken_over

Belonging = TypeVar("Belonging", ContactPoint, ContactPerson)


class WrongContact(BusinessError):
    """Not a phone number, or not an e-mail address."""

    code = "wrong_contact"


@transaction.atomic
def add_contact_point(
    *, customer_id: int, kind: ContactPoint.Kind, value: str, by: User, note: str = "", is_primary: bool = False
) -> ContactPoint:
    """Add a phone (in any spelling) or e-mail; adding it again finds the one that is there.

    The first of its kind is the primary one.

    :raises WrongContact: when it is neither.
    """
    value = phone_number(value) if kind == ContactPoint.Kind.PHONE else email_address(value)
    customer = locked_customer(customer_id)
    others = list(customer.contact_points.filter(kind=kind))
    point = next((other for other in others if other.value == value), None)
    if point is None:
        point = ContactPoint(customer=customer, kind=kind, value=value)
        put(point, {"note": note})
        if is_primary:
            _depose_primary(customer, kind)
        point.is_primary = is_primary or not others
        point.save()
        _tell(ContactPointAdded(customer_id=customer.pk, contact_point_id=point.pk, kind=kind), customer, by)
    elif is_primary and not point.is_primary:
        return change_contact_point(contact_point_id=point.pk, changes={"is_primary": True}, by=by)
    return point


@transaction.atomic
def change_contact_point(*, contact_point_id: int, changes: Mapping[str, Any], by: User) -> ContactPoint:
    """Change the note, or whether it is the primary one; another number is another contact point.

    :raises NotVisible: when there is no such contact.
    """
    point, customer = _locked(ContactPoint.objects.all(), contact_point_id)
    others = {name: value for name, value in changes.items() if name != "is_primary"}
    changed = taken_over(point, others, allowed=("note",))
    is_primary = bool(changes.get("is_primary", point.is_primary))
    if is_primary != point.is_primary:
        if is_primary:
            _depose_primary(customer, point.kind)
        point.is_primary = is_primary
        changed.append("is_primary")
    if changed:
        point.save(update_fields=changed)
        event = ContactPointChanged(customer_id=customer.pk, contact_point_id=point.pk, fields=changed)
        _tell(event, customer, by)
    return point


@transaction.atomic
def remove_contact_point(*, contact_point_id: int, by: User) -> None:
    """Take a phone or e-mail away; the journal keeps that it was there. Removing it twice is harmless."""
    if not ContactPoint.objects.filter(pk=contact_point_id).exists():
        return
    point, customer = _locked(ContactPoint.objects.all(), contact_point_id)
    point.delete()
    _tell(
        ContactPointRemoved(customer_id=customer.pk, contact_point_id=contact_point_id, kind=point.kind), customer, by
    )


@transaction.atomic
def add_contact_person(
    *, customer_id: int, name: str, by: User, position: str = "", phone: str = "", email: str = ""
) -> ContactPerson:
    """Say whom to speak with at a firm.

    :raises WrongContact: when phone or e-mail cannot be right.
    """
    customer = locked_customer(customer_id)
    person = ContactPerson(customer=customer)
    put(person, _person({"name": name, "position": position, "phone": phone, "email": email}))
    person.save()
    refresh_documents([customer.pk])
    _tell(ContactPersonAdded(customer_id=customer.pk, contact_person_id=person.pk), customer, by)
    return person


@transaction.atomic
def change_contact_person(*, contact_person_id: int, changes: Mapping[str, Any], by: User) -> ContactPerson:
    """Change name, position, phone or e-mail of a contact person.

    :raises NotVisible: when there is no such person.
    :raises WrongContact: when phone or e-mail cannot be right.
    """
    person, customer = _locked(ContactPerson.objects.all(), contact_person_id)
    changed = taken_over(person, _person(changes), allowed=("name", "position", "phone", "email"))
    if changed:
        person.save(update_fields=changed)
        refresh_documents([customer.pk])
        event = ContactPersonChanged(customer_id=customer.pk, contact_person_id=person.pk, fields=changed)
        _tell(event, customer, by)
    return person


@transaction.atomic
def remove_contact_person(*, contact_person_id: int, by: User) -> None:
    """Take a contact person away. Removing him twice is harmless."""
    if not ContactPerson.objects.filter(pk=contact_person_id).exists():
        return
    person, customer = _locked(ContactPerson.objects.all(), contact_person_id)
    person.delete()
    refresh_documents([customer.pk])
    _tell(ContactPersonRemoved(customer_id=customer.pk, contact_person_id=contact_person_id), customer, by)


@transaction.atomic
def add_address(*, customer_id: int, kind: CustomerAddress.Kind, text: str, by: User) -> CustomerAddress:
    """Set the registered or postal address, in the place of the one before."""
    customer = locked_customer(customer_id)
    address = CustomerAddress.objects.filter(customer=customer, kind=kind).first()
    address = address or CustomerAddress(customer=customer, kind=kind)
    if taken_over(address, {"text": text}, allowed=("text",)):
        address.gar_id = None
        address.save()
        refresh_documents([customer.pk])
        _tell(AddressChanged(customer_id=customer.pk, kind=kind), customer, by)
    return address


@transaction.atomic
def remove_address(*, customer_id: int, kind: CustomerAddress.Kind, by: User) -> None:
    """Take an address away. Removing it twice is harmless."""
    customer = locked_customer(customer_id)
    removed, _by_table = CustomerAddress.objects.filter(customer=customer, kind=kind).delete()
    if removed:
        refresh_documents([customer.pk])
        _tell(AddressRemoved(customer_id=customer.pk, kind=kind), customer, by)


def phone_number(text: str, *, field: str = "value") -> str:
    """The number in E.164.

    :raises WrongContact: when the text is no whole phone number.
    """
    number = normalised(text)
    if number is None:
        raise WrongContact(_("“%s” is not a phone number: give it with the area code.") % text, field=field)
    return number


def email_address(text: str, *, field: str = "value") -> str:
    """The address in lower case.

    :raises WrongContact: when the text is no e-mail address.
    """
    value = text.strip().lower()
    try:
        validate_email(value)
    except ValidationError as fault:
        raise WrongContact(_("“%s” is not an e-mail address.") % text, field=field) from fault
    return value


def _person(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if found.get("phone"):
        found["phone"] = phone_number(found["phone"], field="phone")
    if found.get("email"):
        found["email"] = email_address(found["email"], field="email")
    return found


def _locked(belongings: QuerySet[Belonging], belonging_id: int) -> tuple[Belonging, Customer]:
    """Something of a customer, under the customer's lock: all that belongs to him changes under it."""
    found = belongings.filter(pk=belonging_id).first()
    if found is None:
        raise NotVisible(_("There is no such contact."))
    customer = locked_customer(found.customer_id)
    current = belongings.filter(pk=belonging_id).first()
    if current is None:
        raise NotVisible(_("There is no such contact."))
    return current, customer


def _depose_primary(customer: Customer, kind: str) -> None:
    customer.contact_points.filter(kind=kind, is_primary=True).update(is_primary=False)


def _tell(event: Event, customer: Customer, by: User) -> None:
    publish(event, by=by, about=[customer])
    announce(f"customer:{customer.pk}")
