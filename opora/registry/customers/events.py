from dataclasses import dataclass

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    customer_id: int
    group: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    customer_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomerMoved(Event):
    """To another group: other people see him now."""

    customer_id: int
    group_before: str
    group: str


@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(Event):
    customer_id: int
    contact_point_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ContactPointRemoved(Event):
    customer_id: int
    contact_point_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class UsagePointAdded(Event):
    customer_id: int
    usage_point_id: int


@dataclass(frozen=True, kw_only=True)
class UsagePointChanged(Event):
    customer_id: int
    usage_point_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class AgreementAdded(Event):
    customer_id: int
    agreement_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersImported(Event):
    import_id: int
    created: int
    changed: int
    refused: int
