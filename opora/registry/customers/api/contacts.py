"""How to reach a customer, over HTTP."""

from django.http import HttpRequest, HttpResponse
from ninja import Status

from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id
from opora.registry.customers import operations
from opora.registry.customers.api.inputs import (
    AddressKindCode,
    AddressText,
    ContactPersonChange,
    ContactPointChange,
    NewContactPerson,
    NewContactPoint,
)
from opora.registry.customers.api.outputs import AddressOut, ContactPersonOut, ContactPointOut, ContactsOut
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Contacts of customers"])


@router.get(
    "/customers/{int:customer_id}/contacts",
    permission=CustomerPermission.VIEW,
    response=ContactsOut,
    summary="Read a customer's contacts",
)
def get_contacts(request: HttpRequest, customer_id: Id) -> ContactsOut:
    """Read phones, e-mails, contact persons and addresses. The journal says who has read them."""
    return ContactsOut.from_orm(operations.read_customer(customer_id=customer_id, by=caller(request)).contacts)


@router.post(
    "/customers/{int:customer_id}/contact-points",
    permission=CustomerPermission.EDIT,
    response={201: ContactPointOut},
    summary="Add a phone or e-mail",
)
def add_contact_point(request: HttpRequest, customer_id: Id, payload: NewContactPoint) -> Status[ContactPointOut]:
    """Add a phone or e-mail; adding it again answers with the one that is there."""
    point = operations.add_contact_point(customer_id=customer_id, **payload.dict(), by=caller(request))
    return Status(201, ContactPointOut.from_orm(point))


@router.patch(
    "/contact-points/{int:contact_point_id}",
    permission=CustomerPermission.EDIT,
    response=ContactPointOut,
    summary="Change a phone or e-mail",
)
def change_contact_point(request: HttpRequest, contact_point_id: Id, payload: ContactPointChange) -> ContactPointOut:
    """Change the note, or make it the primary one; another number is another contact point."""
    point = operations.change_contact_point(
        contact_point_id=contact_point_id, changes=payload.dict(exclude_unset=True), by=caller(request)
    )
    return ContactPointOut.from_orm(point)


@router.delete(
    "/contact-points/{int:contact_point_id}",
    permission=CustomerPermission.EDIT,
    response={204: None},
    summary="Remove a phone or e-mail",
)
def remove_contact_point(request: HttpRequest, contact_point_id: Id) -> HttpResponse:
    """Take a phone or e-mail away; removing it twice is harmless."""
    operations.remove_contact_point(contact_point_id=contact_point_id, by=caller(request))
    return HttpResponse(status=204)


@router.post(
    "/customers/{int:customer_id}/contact-persons",
    permission=CustomerPermission.EDIT,
    response={201: ContactPersonOut},
    summary="Add a contact person",
)
def add_contact_person(request: HttpRequest, customer_id: Id, payload: NewContactPerson) -> Status[ContactPersonOut]:
    """Say whom to speak with at a firm."""
    person = operations.add_contact_person(customer_id=customer_id, **payload.dict(), by=caller(request))
    return Status(201, ContactPersonOut.from_orm(person))


@router.patch(
    "/contact-persons/{int:contact_person_id}",
    permission=CustomerPermission.EDIT,
    response=ContactPersonOut,
    summary="Change a contact person",
)
def change_contact_person(
    request: HttpRequest, contact_person_id: Id, payload: ContactPersonChange
) -> ContactPersonOut:
    """Change what is given; the rest stays."""
    person = operations.change_contact_person(
        contact_person_id=contact_person_id, changes=payload.dict(exclude_unset=True), by=caller(request)
    )
    return ContactPersonOut.from_orm(person)


@router.delete(
    "/contact-persons/{int:contact_person_id}",
    permission=CustomerPermission.EDIT,
    response={204: None},
    summary="Remove a contact person",
)
def remove_contact_person(request: HttpRequest, contact_person_id: Id) -> HttpResponse:
    """Take a contact person away; removing him twice is harmless."""
    operations.remove_contact_person(contact_person_id=contact_person_id, by=caller(request))
    return HttpResponse(status=204)


@router.put(
    "/customers/{int:customer_id}/addresses/{kind}",
    permission=CustomerPermission.EDIT,
    response=AddressOut,
    summary="Set an address",
)
def set_address(request: HttpRequest, customer_id: Id, kind: AddressKindCode, payload: AddressText) -> AddressOut:
    """Set the registered or the postal address, in the place of the one before."""
    address = operations.add_address(customer_id=customer_id, kind=kind, text=payload.text, by=caller(request))
    return AddressOut.from_orm(address)


@router.delete(
    "/customers/{int:customer_id}/addresses/{kind}",
    permission=CustomerPermission.EDIT,
    response={204: None},
    summary="Remove an address",
)
def remove_address(request: HttpRequest, customer_id: Id, kind: AddressKindCode) -> HttpResponse:
    """Take an address away; removing it twice is harmless."""
    operations.remove_address(customer_id=customer_id, kind=kind, by=caller(request))
    return HttpResponse(status=204)
