import click
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from opora.config import database

QUEUES = ("alerts", "default", "mass")
#: How long a running job may still take after the worker was told to stop; it then runs again elsewhere.
GRACE = 15.0


@click.command("worker", help=_("Do the jobs of the named queues, or of all of them, until stopped."))
@click.argument("queues", nargs=-1, type=click.Choice(QUEUES))
@click.option("--threads", default=4, show_default=True, help=_("Jobs done at the same time."))
def command(queues: tuple[str, ...], threads: int) -> None:
    database.connect()
    # Another app with the same tasks, rather than `replace_connector`: what a handler publishes must go on by Django's
    # own connection, in the handler's transaction, or its jobs would run before what they speak of is committed.
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker.run_worker(
        queues=list(queues) or None,
        name="+".join(queues) or "all",
        concurrency=threads,
        delete_jobs="successful",  # the journal keeps what happened
        shutdown_graceful_timeout=GRACE,
    )
