"""What keeps the inbox in order while nobody looks."""

from datetime import datetime, timedelta

from opora.processes.telecontrol.operations import make_partitions

MONTHS_AHEAD = timedelta(days=100)


def make_signal_partitions_ahead(at: datetime) -> None:
    """Keep the partitions of the inbox three months ahead."""
    make_partitions(first=at.date(), last=(at + MONTHS_AHEAD).date())
