import sys
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from opora.config import catalogues


@click.command(
    "messages", help=_("Collect texts into the catalogues of all modules or of these folders, and compile them.")
)
@click.option("--check", is_flag=True, help=_("Change nothing; fail when a text is missing or untranslated."))
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path))
def command(check: bool, folders: tuple[Path, ...]) -> None:
    if check:
        found = catalogues.problems()
        for problem in found:
            click.echo(problem)
        sys.exit(bool(found))
    for path, count in catalogues.collect(folders or (catalogues.ROOT,)).items():
        click.echo(
            _("%(path)s: %(count)d left to translate") % {"path": path.relative_to(settings.ROOT), "count": count}
        )
    catalogues.compile_stale()
