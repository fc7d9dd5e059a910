import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from opora.config import database
from opora.config.roles import ADMINISTRATOR
from opora.platform.access.operations import create_user
from opora.platform.access.queries import system_user
from opora.platform.scope import EVERYTHING, scoped


@click.command("admin", help=_("Make an administrator: the first user of a new installation."))
@click.argument("username")
@click.option("--password", envvar="OPORA_ADMIN_PASSWORD", help=_("Asked for when it is not given."))
def command(username: str, password: str | None) -> None:
    database.connect()
    password = password or click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Once more"))
    try:
        validate_password(password)
    except ValidationError as error:
        raise click.ClickException("\n".join(error.messages)) from error
    with scoped(EVERYTHING):
        create_user(username=username, password=password, roles=[ADMINISTRATOR], scope=EVERYTHING, by=system_user())
    click.secho(_("“%s” may sign in.") % username, fg="green")
