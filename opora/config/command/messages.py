import sys

import click
from django.conf import settings
from django.utils.translation import gettext as _

from opora.config import catalogues


@click.command("messages", help=_("Collect texts into the modules' catalogues and compile them."))
@click.option("--check", is_flag=True, help=_("Change nothing; fail when a text is missing or untranslated."))
def command(check: bool) -> None:
    if check:
        found = catalogues.problems()
        for problem in found:
            click.echo(problem)
        sys.exit(bool(found))
    for path, count in catalogues.collect().items():
        click.echo(
            _("%(path)s: %(count)d left to translate") % {"path": path.relative_to(settings.ROOT), "count": count}
        )
    catalogues.compile_stale()
