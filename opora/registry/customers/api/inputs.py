"""What requests about customers are made of."""

import re
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from opora.platform.rest.schemas import (
    Day,
    FilledLine,
    FilledText,
    Flag,
    Id,
    Input,
    Line,
    Money,
    Output,
    SmallId,
    Version,
    Yes,
    codes,
)
from opora.registry.customers.models import Agreement, ContactPoint, Customer, CustomerAddress, UsagePoint
from opora.registry.customers.queries import CustomerFilter
from opora.registry.customers.stages import CustomerKind

_POWER = r"[0-9]{1,9}([.][0-9]{1,3})?"


def _power(value: Any) -> Any:
    if isinstance(value, Decimal) or (isinstance(value, str) and re.fullmatch(_POWER, value, re.ASCII)):
        return value
    raise PydanticCustomError("decimal_type", "a number in a string")


KindCode = Annotated[CustomerKind, codes(CustomerKind)]
PaymentClassCode = Annotated[Customer.PaymentClass, codes(Customer.PaymentClass)]
ContactKindCode = Annotated[ContactPoint.Kind, codes(ContactPoint.Kind)]
AddressKindCode = Annotated[CustomerAddress.Kind, codes(CustomerAddress.Kind)]
AgreementKindCode = Annotated[Agreement.Kind, codes(Agreement.Kind)]
VoltageCode = Annotated[UsagePoint.Voltage, codes(UsagePoint.Voltage)]
ReliabilityCode = Annotated[UsagePoint.Reliability, codes(UsagePoint.Reliability)]
Power = Annotated[
    Decimal,
    BeforeValidator(_power),
    WithJsonSchema({"type": "string", "pattern": f"^{_POWER}$", "description": "kW", "examples": ["15.000"]}),
]
#: Numbers of persons and firms, with or without spaces and dashes.
Requisite = Annotated[Line, Field(max_length=40)]
Address = Annotated[FilledText, Field(max_length=300)]


class CustomerQuery(Output):
    """Which customers a list shows; what is left out hides nothing."""

    text: Line = Field("", description="Anything that identifies: phone, account, name, address, misspelt too")
    group_id: SmallId | None = None
    branch_id: SmallId | None = None
    kind: KindCode | None = None
    payment_class: PaymentClassCode | None = None
    debtors: Flag = Field(False, description="Only those with an overdue debt")

    def wanted(self) -> CustomerFilter:
        """The filter of the module's own queries."""
        return CustomerFilter(**self.dict(exclude_unset=True, exclude_none=True))


class DuplicateQuery(Output):
    """What is about to be entered."""

    name: Line = ""
    phone: Line = ""
    inn: Requisite = ""
    snils: Requisite = ""
    address: Line = ""


class NewCustomer(Input):
    """A person or sole proprietor has a last name, a firm a name."""

    kind: KindCode
    group_id: SmallId
    branch_id: SmallId = Field(description="The first of the branches that serve him")
    last_name: Line = Field("", max_length=100)
    first_name: Line = Field("", max_length=100)
    middle_name: Line = Field("", max_length=100)
    name: Line = ""
    short_name: Line = Field("", max_length=150)
    inn: Requisite = ""
    kpp: Requisite = ""
    ogrn: Requisite = ""
    snils: Requisite = ""
    region: Line = Field("", max_length=100)
    external_id: Line | None = Field(
        None, max_length=60, description="Your own key; the same key again answers with the customer registered before"
    )


class CustomerChange(Input):
    """Fields left out stay as they are."""

    version: Version
    kind: KindCode = Field(default_factory=lambda: CustomerKind.INDIVIDUAL)
    last_name: Line = Field(default_factory=str, max_length=100)
    first_name: Line = Field(default_factory=str, max_length=100)
    middle_name: Line = Field(default_factory=str, max_length=100)
    name: Line = Field(default_factory=str)
    short_name: Line = Field(default_factory=str, max_length=150)
    inn: Requisite = Field(default_factory=str)
    kpp: Requisite = Field(default_factory=str)
    ogrn: Requisite = Field(default_factory=str)
    snils: Requisite = Field(default_factory=str)
    region: Line = Field(default_factory=str, max_length=100)
    external_id: Line | None = Field(None, max_length=60)


class CustomerGroupChange(Input):
    group_id: SmallId


class NewContactPoint(Input):
    kind: ContactKindCode
    value: FilledLine = Field(description="A phone in any spelling, kept in E.164; or an e-mail address")
    note: Line = ""
    is_primary: Yes = False


class ContactPointChange(Input):
    """Fields left out stay as they are."""

    note: Line = Field(default_factory=str)
    is_primary: Yes = Field(default_factory=bool)


class NewContactPerson(Input):
    name: FilledLine
    position: Line = ""
    phone: Line = Field("", description="In any spelling")
    email: Line = ""


class ContactPersonChange(Input):
    """Fields left out stay as they are."""

    name: FilledLine = Field(default_factory=str)
    position: Line = Field(default_factory=str)
    phone: Line = Field(default_factory=str)
    email: Line = Field(default_factory=str)


class AddressText(Input):
    text: Address


class NewUsagePoint(Input):
    number: FilledLine = Field(max_length=30)
    branch_id: SmallId
    address: Address
    gar_id: UUID | None = Field(None, description="The house in the register of addresses")
    district_id: Id | None = None
    account: Line = Field("", max_length=30)
    voltage: VoltageCode = UsagePoint.Voltage.LOW
    max_power: Power | None = None
    reliability_category: ReliabilityCode = UsagePoint.Reliability.THIRD
    meter: Line = Field("", max_length=30)
    supplier: Line = ""


class UsagePointChange(Input):
    """Fields left out stay as they are."""

    version: Version
    number: FilledLine = Field(default_factory=str, max_length=30)
    branch_id: SmallId = Field(default_factory=int)
    address: Address = Field(default_factory=str)
    gar_id: UUID | None = Field(None, description="The house in the register; another address loses it")
    district_id: Id | None = None
    account: Line = Field(default_factory=str, max_length=30)
    voltage: VoltageCode = Field(default_factory=lambda: UsagePoint.Voltage.LOW)
    max_power: Power | None = None
    reliability_category: ReliabilityCode = Field(default_factory=lambda: UsagePoint.Reliability.THIRD)
    meter: Line = Field(default_factory=str, max_length=30)
    supplier: Line = Field(default_factory=str)


class NewAgreement(Input):
    number: FilledLine = Field(max_length=60)
    kind: AgreementKindCode
    signed_on: Day
    ends_on: Day | None = Field(None, description="The first day on which it no longer holds")
    usage_point_id: Id | None = None


class AgreementEnd(Input):
    ends_on: Day | None = Field(description="The first day on which it no longer holds; null: it has no end after all")


class PaymentRow(Input):
    customer_id: Id
    balance: Money
    overdue: Money = Field(description="Not negative")
    payment_class: PaymentClassCode
    reason: Line = ""


class PaymentRows(Input):
    as_of: Day
    rows: list[PaymentRow] = Field(min_length=1, max_length=1000)
