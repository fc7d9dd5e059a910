"""Everything that has to be there before Opora runs: each step does only what is missing."""

from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from opora.config import database, frontend, reference
from opora.config.progress import Progress
from opora.platform.access.operations import ensure_system_user
from opora.platform.journal.handlers import make_partitions_ahead
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.telecontrol.handlers import make_signal_partitions_ahead

#: A step that took less is not worth a line.
UNNOTICED = 1.0


def build(progress: Progress) -> None:
    """Build what the pages load."""
    with progress.step(_("Front end"), quiet_under=UNNOTICED):
        frontend.build()


def prepare(progress: Progress) -> None:
    """Bring the installation in `OPORA_HOME` up to this version of the program.

    :raises NotReady: with what is missing and what to do.
    """
    settings.HOME.mkdir(parents=True, exist_ok=True)
    settings.MEDIA_ROOT.mkdir(mode=0o700, exist_ok=True)
    build(progress)
    with progress.step(_("Database"), quiet_under=UNNOTICED):
        database.connect()
        database.check_server()
    database.become_owner()
    if pending := database.pending_migrations():
        with progress.step(_("Migrations: %d") % len(pending)):
            database.migrate()
    else:
        database.grant()
    connection.close()
    database.become_app()
    with progress.step(_("Static files"), quiet_under=UNNOTICED):
        call_command("collectstatic", interactive=False, verbosity=0)
    with progress.step(_("Reference data"), quiet_under=UNNOTICED), scoped(EVERYTHING):
        reference.load(by=ensure_system_user())
        make_partitions_ahead(datetime.now(UTC))
        make_signal_partitions_ahead(datetime.now(UTC))
