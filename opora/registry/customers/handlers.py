"""Imports of customers and the matching of addresses: long, in parts, and never before alerts."""

from datetime import datetime, timedelta

from opora.platform.access.queries import system_user
from opora.platform.journal.operations import in_own_transactions, on_queue
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.events import DeliveryApplied
from opora.registry.customers.events import AddressMatchingAsked, ImportAccepted, ImportStarted
from opora.registry.customers.operations import enter_import, forget_imports, read_import
from opora.registry.customers.operations.address_matching import match_usage_point_addresses

#: Files and their faults hold personal data: they are not kept longer than anybody asks about them.
KEPT = timedelta(days=30)


@on_queue("mass")
@in_own_transactions
def check_file(event: ImportStarted) -> None:
    """Read and check a file that was loaded."""
    read_import(import_id=event.import_id)


@on_queue("mass")
@in_own_transactions
def enter_file(event: ImportAccepted) -> None:
    """Enter the checked rows."""
    enter_import(import_id=event.import_id)


@on_queue("mass")
@in_own_transactions
def match_addresses(event: AddressMatchingAsked | DeliveryApplied) -> None:
    """Look for the houses of usage points that have none; in a new register, of those in doubt too."""
    with scoped(EVERYTHING):
        system = system_user()
    match_usage_point_addresses(by=system, again=isinstance(event, DeliveryApplied))


def forget_old_imports(at: datetime) -> None:
    """Drop imports that are a month old."""
    forget_imports(before=at - KEPT)
