from datetime import timedelta

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.config import database
from opora.platform.access.operations import issue_token, revoke_token
from opora.platform.access.queries import system_user, tokens, user_named
from opora.platform.scope import EVERYTHING, scoped


@click.group("token", help=_("Keys for programs: issue, list, revoke."))
def command() -> None:
    database.connect()


@command.command("issue", help=_("Make a key that acts as the user; it is shown once."))
@click.argument("username")
@click.argument("name")
@click.option("--permission", "permissions", multiple=True, help=_("May be repeated; all of the user's when left out."))
@click.option("--days", default=365, show_default=True, help=_("How long it holds."))
def issue(username: str, name: str, permissions: tuple[str, ...], days: int) -> None:
    with scoped(EVERYTHING):
        user = user_named(username)
        token, secret = issue_token(
            user_id=user.pk,
            name=name,
            permissions=permissions or user.permissions,
            expires_at=timezone.now() + timedelta(days=days),
            by=system_user(),
        )
    click.echo(secret)
    click.echo(_("Key %(id)d holds until %(day)s.") % {"id": token.pk, "day": f"{token.expires_at:%d.%m.%Y}"}, err=True)


@command.command("list", help=_("Every key with its user and its end."))
def list_tokens() -> None:
    with scoped(EVERYTHING):
        for token in tokens():
            state = _("revoked") if token.revoked_at else f"{token.expires_at:%d.%m.%Y}"
            click.echo(f"{token.pk:>6}  {token.user.username:<20}{state:<14}{token.name}")


@command.command("revoke", help=_("Close a key at once."))
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    with scoped(EVERYTHING):
        revoke_token(token_id=token_id, by=system_user())
    click.secho(_("Key %d is closed.") % token_id, fg="green")
