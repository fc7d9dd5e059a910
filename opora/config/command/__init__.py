"""The `opora` command: one file for each subcommand."""

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any

import click

from opora.config import catalogues

COMMANDS = (
    "setup",
    "up",
    "worker",
    "admin",
    "token",
    "demo",
    "import",
    "grid",
    "scada",
    "simulate",
    "doctor",
    "bench",
    "messages",
    "manage",
)


class Commands(click.Group):
    """Loads a subcommand's file when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{'import_' if name == 'import' else name}")
        command: click.Command = module.command
        return command


def main(arguments: list[str] | None = None) -> Any:
    """Start Django, in Russian, and run the subcommand; a refusal is a message and exit code 1."""
    catalogues.compile_stale()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opora.config.settings")
    import django
    from django.conf import settings
    from django.db import OperationalError
    from django.utils import translation

    django.setup()
    translation.activate(settings.LANGUAGE_CODE)
    from django.utils.translation import gettext as _

    from opora.config.errors import NotReady
    from opora.platform.errors import BusinessError
    from opora.platform.journal.operations import via

    via.set("command")
    signal.signal(signal.SIGTERM, _end_orderly)
    group = Commands("opora", help=_("Opora: customer service of a distribution grid company."))
    try:
        return group.main(arguments, prog_name="opora")
    except (NotReady, BusinessError) as refusal:
        click.secho(str(refusal), fg="red", err=True)
        return sys.exit(1)
    except OperationalError as failure:
        advice = _("The database does not answer, or has not been set up here. Set it up with: opora setup")
        click.secho(f"{advice}\n{str(failure).strip()}", fg="red", err=True)
        return sys.exit(1)


def _end_orderly(number: int, frame: FrameType | None) -> None:
    """Unwind as an exception does: transactions roll back, and the embedded database is stopped."""
    sys.exit(128 + number)
