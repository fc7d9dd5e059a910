import os
import subprocess
import sys

import click
from django.conf import settings
from django.utils.translation import gettext as _

from opora.config import database


@click.command(
    "bench",
    help=_("Measure: without arguments everything at a small scale; see bench/README.md."),
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    database.connect()
    done = subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=settings.ROOT, env=dict(os.environ))
    sys.exit(done.returncode)
