"""What follows: reporters are told, suspicions confirmed, dispatchers warned."""

from datetime import datetime

from opora.platform.access.queries import system_user
from opora.platform.journal.operations import on_queue
from opora.processes.outages import operations
from opora.processes.outages.events import (
    EstimateSet,
    OutageBlinked,
    OutageChanged,
    OutageConfirmed,
    OutageGrew,
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


@on_queue("mass")
def gather_restored(event: SupplyRestored) -> None:
    """Bring what reports read up to date: part of an outage is over."""
    operations.gather_interruptions(outage_id=event.outage_id, by=system_user())


@on_queue("mass")
def gather_blinked(event: OutageBlinked) -> None:
    """A blink is no interruption."""
    operations.gather_interruptions(outage_id=event.outage_id, by=system_user())


@on_queue("mass")
def gather_lost_again(event: OutageGrew) -> None:
    """Those who had supply again may have lost it in the same interruption."""
    operations.gather_interruptions(outage_id=event.outage_id, by=system_user())


@on_queue("mass")
def gather_changed(event: OutageChanged) -> None:
    """What was withdrawn is no interruption."""
    if "stage" in event.fields:
        operations.gather_interruptions(outage_id=event.outage_id, by=system_user())


@on_queue("alerts")
def watch_limits(at: datetime) -> None:
    """Every five minutes: warn before usage points have spent the hours they may be off."""
    operations.warn_of_limits(now=at, by=system_user())


@on_queue("mass")
def count_usage_points(at: datetime) -> None:
    """Once a day: the most usage points of a month divide in the indices of reliability."""
    operations.count_points()
