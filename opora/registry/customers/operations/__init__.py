"""How customers, and what belongs to them, change."""

from opora.registry.customers.operations.address_matching import (
    DecidedAlready,
    ask_for_matching,
    decide_address,
    match_usage_point_addresses,
    read_address_doubts,
    reopen_address,
)
from opora.registry.customers.operations.agreements import add_agreement, end_agreement
from opora.registry.customers.operations.contacts import (
    WrongContact,
    add_address,
    add_contact_person,
    add_contact_point,
    change_contact_person,
    change_contact_point,
    remove_address,
    remove_contact_person,
    remove_contact_point,
)
from opora.registry.customers.operations.customers import (
    AlreadyKnown,
    NameMissing,
    change_customer,
    load_groups,
    locked_customer,
    move_to_group,
    refresh_documents,
    register_customer,
)
from opora.registry.customers.operations.fields import WrongValue
from opora.registry.customers.operations.imports import (
    ImportRefused,
    accept_import,
    enter_import,
    forget_imports,
    read_import,
    start_import,
    store_import,
)
from opora.registry.customers.operations.payments import PaymentBehaviour, record_payment_behaviour
from opora.registry.customers.operations.reading import (
    find_customers,
    read_agreements,
    read_customer,
    read_customer_list,
    read_duplicates,
    read_history,
    read_usage_point,
    read_usage_points,
)
from opora.registry.customers.operations.supply import Binding, bind_usage_points
from opora.registry.customers.operations.usage_points import NumberTaken, add_usage_point, change_usage_point
from opora.registry.customers.requisites import WrongRequisite

__all__ = [
    "AlreadyKnown",
    "Binding",
    "DecidedAlready",
    "ImportRefused",
    "NameMissing",
    "NumberTaken",
    "PaymentBehaviour",
    "WrongContact",
    "WrongRequisite",
    "WrongValue",
    "accept_import",
    "add_address",
    "add_agreement",
    "add_contact_person",
    "add_contact_point",
    "add_usage_point",
    "ask_for_matching",
    "bind_usage_points",
    "change_contact_person",
    "change_contact_point",
    "change_customer",
    "change_usage_point",
    "decide_address",
    "end_agreement",
    "enter_import",
    "find_customers",
    "forget_imports",
    "load_groups",
    "locked_customer",
    "match_usage_point_addresses",
    "move_to_group",
    "read_address_doubts",
    "read_agreements",
    "read_customer",
    "read_customer_list",
    "read_duplicates",
    "read_history",
    "read_import",
    "read_usage_point",
    "read_usage_points",
    "record_payment_behaviour",
    "refresh_documents",
    "register_customer",
    "remove_address",
    "remove_contact_person",
    "remove_contact_point",
    "reopen_address",
    "start_import",
    "store_import",
]
