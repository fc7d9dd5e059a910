"""What the clock does. The only place where a time and its handlers meet.

A handler takes the moment it was planned for. However many workers run, each tick is run once: procrastinate keeps
every tick in a table with a unique constraint. Cron lines are read in UTC.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from opora.casework.cases.handlers import tell_of_new_work, watch_deadlines
from opora.casework.messaging.handlers import forget_old_notices, settle_interrupted
from opora.platform.access.handlers import forget_old_sessions
from opora.platform.files.handlers import sweep_abandoned_files
from opora.platform.journal.handlers import make_partitions_ahead, retry_jobs_of_dead_workers
from opora.platform.journal.operations import via
from opora.platform.rest.handlers import forget_old_answers
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.handlers import confirm_outages, count_usage_points, watch_estimates, watch_limits
from opora.processes.telecontrol.handlers import make_signal_partitions_ahead
from opora.registry.customers.handlers import forget_old_imports

Timed = Callable[[datetime], None]

SCHEDULE: Sequence[tuple[str, Timed]] = (
    ("* * * * *", retry_jobs_of_dead_workers),
    ("* * * * *", settle_interrupted),
    ("* * * * *", watch_deadlines),
    ("* * * * *", tell_of_new_work),
    ("* * * * *", confirm_outages),
    ("* * * * *", watch_estimates),
    ("*/5 * * * *", watch_limits),
    ("40 2 * * *", count_usage_points),
    ("15 1 * * *", make_partitions_ahead),
    ("20 1 * * *", make_signal_partitions_ahead),
    ("45 1 * * *", forget_old_sessions),
    ("50 1 * * *", forget_old_answers),
    ("55 1 * * *", forget_old_imports),
    ("10 2 * * *", sweep_abandoned_files),
    ("20 2 * * *", forget_old_notices),
)


def _plan(cron: str, handler: Timed) -> None:
    """Let procrastinate run the handler at its times, seeing everything, in one transaction."""

    def run(timestamp: int) -> None:
        token = via.set("worker")
        try:
            with scoped(EVERYTHING):
                handler(datetime.fromtimestamp(timestamp, UTC))
        finally:
            via.reset(token)

    name = f"{handler.__module__}.{handler.__qualname__}"
    task = app.task(name=name, queue=getattr(handler, "queue", "default"))(run)
    app.periodic(cron=cron)(task)


for _cron, _handler in SCHEDULE:
    _plan(_cron, _handler)
