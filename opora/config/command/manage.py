import sys

import click
from django.core.management import execute_from_command_line
from django.utils.translation import gettext as _

from opora.config import database


@click.command(
    "manage",
    help=_("Django's own commands, as the owner of the database: opora manage makemigrations"),
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    database.connect()
    database.become_owner()
    execute_from_command_line(["opora manage", *arguments])
    if "migrate" in sys.argv:
        database.grant()
