"""How customers, and what belongs to them, change."""

from opora.registry.customers.operations.belongings import (
    WrongContact,
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    add_usage_point,
    change_usage_point,
    remove_contact_point,
)
from opora.registry.customers.operations.customers import (
    AlreadyKnown,
    NameMissing,
    change_customer,
    load_groups,
    locked_customer,
    move_to_group,
    record_payment_behaviour,
    refresh_documents,
    register_customer,
)
from opora.registry.customers.requisites import WrongRequisite

__all__ = [
    "AlreadyKnown",
    "NameMissing",
    "WrongContact",
    "WrongRequisite",
    "add_address",
    "add_agreement",
    "add_contact_person",
    "add_contact_point",
    "add_usage_point",
    "change_customer",
    "change_usage_point",
    "load_groups",
    "locked_customer",
    "move_to_group",
    "record_payment_behaviour",
    "refresh_documents",
    "register_customer",
    "remove_contact_point",
]
