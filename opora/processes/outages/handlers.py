"""What follows: reporters are told, suspicions confirmed, dispatchers warned."""

from datetime import datetime

from opora.platform.access.queries import system_user
from opora.platform.journal.operations import on_queue
from opora.processes.outages import operations
from opora.processes.outages.events import (
    EstimateSet,
    OutageConfirmed,
    ReportJoined,
    ReportRegistered,
    SupplyRestored,
)


@on_queue("alerts")
def confirm_outages(at: datetime) -> None:
    """Once a minute: what has not reclosed by now is an outage."""
    operations.confirm_suspected(by=system_user())


@on_queue("alerts")
def watch_estimates(at: datetime) -> None:
    """Once a minute: warn of times that have passed."""
    operations.warn_of_lateness(now=at, by=system_user())


def acknowledge_report(event: ReportRegistered) -> None:
    """Tell whoever reported a known outage what is known of it."""
    if event.outage_id is not None:
        operations.tell_known(outage_id=event.outage_id, case_id=event.case_id, by=system_user())


def tell_joined(event: ReportJoined) -> None:
    """Tell whoever reported it before it was known."""
    operations.tell_known(outage_id=event.outage_id, case_id=event.case_id, by=system_user())


def tell_confirmed(event: OutageConfirmed) -> None:
    """Tell those who reported it while it could still come back by itself."""
    operations.tell_known(outage_id=event.outage_id, by=system_user())


def tell_of_estimate(event: EstimateSet) -> None:
    """Tell the new time."""
    operations.tell_estimate(estimate_id=event.estimate_id, by=system_user())


def tell_of_restoration(event: SupplyRestored) -> None:
    """Tell those who have supply again."""
    operations.tell_restored(step_id=event.step_id, by=system_user())
