import sys

import click
from django.utils.translation import gettext as _

from opora.config import database
from opora.config.health import Level, examine

MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.FAILURE: ("✗", "red")}


@click.command("doctor", help=_("Examine the installation and say what to do; exit code 1 when something is broken."))
def command() -> None:
    database.connect()
    worst = 0
    for finding in examine():
        mark, colour = MARKS[finding.level]
        click.echo(click.style(mark, fg=colour, bold=True) + f" {finding.what}")
        if finding.mend:
            click.echo(f"    → {finding.mend}")
        worst = max(worst, finding.level is Level.FAILURE)
    sys.exit(int(worst))
