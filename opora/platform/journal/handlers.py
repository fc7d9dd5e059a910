"""What keeps the journal and the jobs in order while nobody looks."""

from datetime import datetime, timedelta

from django.db import connection

from opora.platform.journal.operations import make_partitions, on_queue

MONTHS_AHEAD = timedelta(days=100)
SILENCE_OF_THE_DEAD = "90 seconds"


def make_partitions_ahead(at: datetime) -> None:
    """Keep the journal's partitions three months ahead."""
    make_partitions(first=at.date(), last=(at + MONTHS_AHEAD).date())


@on_queue("alerts")
def retry_jobs_of_dead_workers(at: datetime) -> None:
    """Give jobs back that were being done by a worker which died; handlers may run twice, so nothing is lost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select procrastinate_retry_job_v2(job.id, now(), null, null, null)"
            " from procrastinate_jobs job left join procrastinate_workers worker on worker.id = job.worker_id"
            " where job.status = 'doing'"
            " and (worker.id is null or worker.last_heartbeat < now() - %s::interval)",
            [SILENCE_OF_THE_DEAD],
        )
