"""What happens to customers. Ids and codes only, never personal data: names and numbers are on the card."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    label: ClassVar[Promise | str] = _("Customer registered")

    customer_id: int
    group: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    label: ClassVar[Promise | str] = _("Customer’s card changed")

    customer_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomerMoved(Event):
    """To another group: other people see him now."""

    label: ClassVar[Promise | str] = _("Customer moved to another group")

    customer_id: int
    group_before: str
    group: str


@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(Event):
    label: ClassVar[Promise | str] = _("Phone or e-mail added")

    customer_id: int
    contact_point_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ContactPointChanged(Event):
    label: ClassVar[Promise | str] = _("Phone or e-mail changed")

    customer_id: int
    contact_point_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ContactPointRemoved(Event):
    label: ClassVar[Promise | str] = _("Phone or e-mail removed")

    customer_id: int
    contact_point_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ContactPersonAdded(Event):
    label: ClassVar[Promise | str] = _("Contact person added")

    customer_id: int
    contact_person_id: int


@dataclass(frozen=True, kw_only=True)
class ContactPersonChanged(Event):
    label: ClassVar[Promise | str] = _("Contact person changed")

    customer_id: int
    contact_person_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ContactPersonRemoved(Event):
    label: ClassVar[Promise | str] = _("Contact person removed")

    customer_id: int
    contact_person_id: int


@dataclass(frozen=True, kw_only=True)
class AddressChanged(Event):
    label: ClassVar[Promise | str] = _("Address changed")

    customer_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class AddressRemoved(Event):
    label: ClassVar[Promise | str] = _("Address removed")

    customer_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class UsagePointAdded(Event):
    label: ClassVar[Promise | str] = _("Usage point added")

    customer_id: int
    usage_point_id: int


@dataclass(frozen=True, kw_only=True)
class UsagePointChanged(Event):
    label: ClassVar[Promise | str] = _("Usage point changed")

    customer_id: int
    usage_point_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class UsagePointsBound(Event):
    """Usage points were told which element of the network supplies them."""

    label: ClassVar[Promise | str] = _("Usage points bound to the network")

    count: int


@dataclass(frozen=True, kw_only=True)
class AgreementAdded(Event):
    label: ClassVar[Promise | str] = _("Agreement added")

    customer_id: int
    agreement_id: int


@dataclass(frozen=True, kw_only=True)
class AgreementEnded(Event):
    """`ends_on` is empty when it has no end after all."""

    label: ClassVar[Promise | str] = _("End of the agreement changed")

    customer_id: int
    agreement_id: int
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class PaymentBehaviourRecorded(Event):
    """Of up to a thousand customers, all named in the entry."""

    label: ClassVar[Promise | str] = _("Payment behaviour brought up to date")

    as_of: str


@dataclass(frozen=True, kw_only=True)
class CustomersImported(Event):
    label: ClassVar[Promise | str] = _("Customers imported")

    import_id: int
    created: int
    changed: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ImportStarted(Event):
    """A file of customers was loaded, to be read and checked."""

    label: ClassVar[Promise | str] = _("File of customers loaded")

    import_id: int


@dataclass(frozen=True, kw_only=True)
class ImportAccepted(Event):
    """The checked rows of a file are to be entered."""

    label: ClassVar[Promise | str] = _("Entry of a file of customers begun")

    import_id: int


@dataclass(frozen=True, kw_only=True)
class AddressMatchingAsked(Event):
    """Usage points without a house are to be matched with the register of addresses."""

    label: ClassVar[Promise | str] = _("Matching of addresses asked for")


@dataclass(frozen=True, kw_only=True)
class AddressesMatched(Event):
    """A part of the usage points was matched with the register."""

    label: ClassVar[Promise | str] = _("Addresses matched with the register")

    bound: int
    doubtful: int


@dataclass(frozen=True, kw_only=True)
class AddressDecided(Event):
    """Somebody has said which house a doubtful address means; an empty one: none of the register."""

    label: ClassVar[Promise | str] = _("House of the usage point decided")

    customer_id: int
    usage_point_id: int
    house: str


@dataclass(frozen=True, kw_only=True)
class AddressReopened(Event):
    """A decision on an address was taken back."""

    label: ClassVar[Promise | str] = _("Decision on the house taken back")

    customer_id: int
    usage_point_id: int
