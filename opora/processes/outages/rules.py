"""Times and judgements about outages: pure calculation."""

from datetime import datetime, timedelta

from opora.processes.outages.stages import Stage

#: An outage that a breaker has ended by itself within this time was an automatic reclosing (АПВ), not an outage.
RECLOSING = timedelta(seconds=60)
#: Consumers are told of planned works so long before them; the law gives no figure for them, so it is the company's.
CONSUMERS_TOLD = timedelta(days=10)
#: Reports within this time may have one cause.
TOGETHER = timedelta(hours=2)


def outage_number(*, planned: bool, branch_code: str, year: int, sequence: int) -> str:
    """`А-03-2026-00017`: А for emergency (аварийное) and П for planned, branch, year, number within both."""
    return f"{'П' if planned else 'А'}-{branch_code}-{year}-{sequence:05d}"


def is_reclosing(*, opened_at: datetime, closed_at: datetime) -> bool:
    """Whether a switch that opened and closed again did so by its automatics."""
    return closed_at - opened_at <= RECLOSING


def stage_when_restored(*, left: int) -> Stage:
    """The stage of an outage once some of its usage points have supply again."""
    return Stage.PARTLY_RESTORED if left else Stage.RESTORED


def is_too_late(*, begins_at: datetime, now: datetime) -> bool:
    """Whether consumers can no longer be told of planned works in time."""
    return begins_at - now < CONSUMERS_TOLD
