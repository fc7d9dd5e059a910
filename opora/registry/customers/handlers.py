"""Imports of customers at work: long, in parts, and never before alerts."""

from datetime import datetime, timedelta

from opora.platform.journal.operations import in_own_transactions, on_queue
from opora.registry.customers.events import ImportAccepted, ImportStarted
from opora.registry.customers.operations import enter_import, forget_imports, read_import

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


def forget_old_imports(at: datetime) -> None:
    """Drop imports that are a month old."""
    forget_imports(before=at - KEPT)
