import click
from django.utils.translation import gettext as _

from opora.config import installation
from opora.config.progress import Progress


@click.command("setup", help=_("Front end, database, reference data: whatever is missing. Starts nothing."))
@click.option("--build", is_flag=True, help=_("Only build what the pages load."))
def command(build: bool) -> None:
    progress = Progress()
    if build:
        installation.build(progress)
        return
    installation.prepare(progress)
    click.secho(_("Opora is ready. Start it: opora up"), fg="green")
