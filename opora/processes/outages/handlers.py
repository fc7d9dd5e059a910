"""What follows by the clock."""

from datetime import datetime

from opora.platform.access.queries import system_user
from opora.platform.journal.operations import on_queue
from opora.processes.outages.operations import confirm_suspected


@on_queue("alerts")
def confirm_outages(at: datetime) -> None:
    """Once a minute: what has not reclosed by now is an outage."""
    confirm_suspected(by=system_user())
