import os
from collections.abc import Sequence

import click
from django.utils.translation import gettext as _

from opora.config import installation
from opora.config.demo import LOGINS, build_demo
from opora.config.errors import NotReady
from opora.config.progress import Progress
from opora.platform.access.queries import anybody_may_sign_in, names_in_use
from opora.platform.scope import EVERYTHING, scoped

#: `OPORA_DEMO`: how much of the region, for tests that need little of it.
SMALL = "small"


@click.command("demo", help=_("Fill an empty installation with the demo region: synthetic people only."))
@click.option("--small", is_flag=True, help=_("A tenth of it, in seconds."))
def command(small: bool) -> None:
    progress = Progress()
    installation.prepare(progress)
    if anybody_may_sign_in():
        raise NotReady(_("There are users already: the demo region goes only into an empty installation."))
    _build(progress, small=small)
    for username, password, role in logins():
        click.echo(f"  {username:<14}{password:<18}{role}")


def build_if_empty(progress: Progress) -> None:
    """Fill the installation unless somebody works in it already."""
    if not anybody_may_sign_in():
        _build(progress, small=os.environ.get("OPORA_DEMO") == SMALL)


def logins() -> Sequence[tuple[str, str, str]]:
    """Name, password and role of the demo's users that are in this installation."""
    present = names_in_use([username for username, _password, _role in LOGINS])
    return [login for login in LOGINS if login[0] in present]


def _build(progress: Progress, *, small: bool) -> None:
    """One transaction: an interrupted build leaves nothing behind."""
    with progress.step(_("Demo region")) as on_progress, scoped(EVERYTHING):
        build_demo(on_progress=on_progress, small=small)
