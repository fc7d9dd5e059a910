"""What answers about customers are made of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from opora.platform.rest.schemas import Money, Output
from opora.registry.customers.api.inputs import Power
from opora.registry.customers.models import Agreement
from opora.registry.customers.queries import CustomerCard


class CandidateOut(Output):
    """Somebody who may be meant, and why."""

    customer_id: int
    name: str
    group: str
    kind: str
    usage_point_id: int | None = Field(description="The one meant by the text, else the customer's first")
    address: str
    account: str
    phone: str
    field: str = Field(
        description="What matched: phone, email, account, usage_point, meter, agreement, inn, snils, name, address"
    )
    reason: str = Field(description="The same in words")
    exact: bool = Field(description="Found by a number that says who it is")


class DuplicateOut(Output):
    customer_id: int
    name: str
    group: str
    address: str
    field: str = Field(description="What is the same: inn, snils, phone, name_and_address")
    reason: str = Field(description="The same in words")


class CustomerLine(Output):
    id: int
    kind: str
    name: str
    group_id: int
    group: str
    branch_ids: list[int]
    inn: str
    kpp: str
    region: str
    phone: str
    email: str
    address: str = Field(description="Of the first usage point")
    account: str = Field(description="Of the first usage point")
    usage_points: int
    balance: Money | None
    overdue: Money | None
    payment_class: str
    version: int


class CustomerCount(Output):
    value: int
    exact: bool = Field(description="False: about so many, more than ten thousand")


class CustomerGroupOut(Output):
    id: int
    code: str
    name: str


class ContactPointOut(Output):
    id: int
    kind: str
    value: str
    is_primary: bool
    note: str


class ContactPersonOut(Output):
    id: int
    name: str
    position: str
    phone: str
    email: str


class AddressOut(Output):
    kind: str
    text: str


class ContactsOut(Output):
    points: list[ContactPointOut] = Field(description="The primary ones first")
    persons: list[ContactPersonOut]
    addresses: list[AddressOut]


class CustomerOut(Output):
    """A customer; his usage points and agreements are lists of their own."""

    id: int
    kind: str
    name: str
    last_name: str
    first_name: str
    middle_name: str
    short_name: str
    inn: str
    kpp: str
    ogrn: str
    snils: str
    region: str
    group_id: int
    group: str
    branch_ids: list[int]
    balance: Money | None
    overdue: Money | None
    payment_class: str
    payment_reason: str
    payment_as_of: date | None
    external_id: str | None
    editable: bool = Field(description="Whether you may change him, or only look")
    contacts: ContactsOut
    version: int
    created_at: datetime


class UsagePointOut(Output):
    id: int
    number: str
    customer_id: int
    branch_id: int
    district_id: int | None
    account: str
    address: str
    gar_id: UUID | None = Field(description="The house in the register of addresses")
    voltage: str
    max_power: Power | None
    reliability_category: str
    meter: str
    supplier: str
    version: int


class AgreementOut(Output):
    id: int
    customer_id: int
    usage_point_id: int | None
    usage_point: str = Field(description="Its number, or empty")
    number: str
    kind: str
    signed_on: date
    ends_on: date | None


class CustomerHistoryLine(Output):
    at: datetime
    by: str
    via: str
    event: str
    label: str = Field(description="The event in words")
    facts: dict[str, Any]


class PaymentsTaken(Output):
    updated: int = Field(description="Customers brought up to date; newer figures and hidden customers are left alone")


def customer_out(card: CustomerCard) -> CustomerOut:
    """Show a card."""
    customer = card.customer
    columns = {name: getattr(customer, name) for name in CustomerOut.model_fields if hasattr(customer, name)}
    columns |= {
        "group": customer.group.name,
        "editable": card.editable,
        "contacts": ContactsOut.from_orm(card.contacts),
    }
    return CustomerOut(**columns)


def agreement_out(agreement: Agreement) -> AgreementOut:
    """Show an agreement."""
    number = agreement.usage_point.number if agreement.usage_point else ""
    columns = {name: getattr(agreement, name) for name in AgreementOut.model_fields if name != "usage_point"}
    return AgreementOut(**columns, usage_point=number)
