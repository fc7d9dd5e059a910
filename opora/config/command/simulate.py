from pathlib import Path

import click
from django.utils.translation import gettext as _

from opora.gateways.iec104.outstation import Outstation, Step, read_script


@click.group("simulate", help=_("Play what is outside, to try things out."))
def command() -> None:
    pass


@command.command("scada", help=_("Be a station of telecontrol that plays a script; see docs/how-to/scada.md."))
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=int, help=_("Another port than the script's."))
@click.option("--stay", is_flag=True, help=_("Go on answering after the last step, until stopped."))
def scada(script: Path, port: int | None, stay: bool) -> None:
    """Wait for whoever listens, then play."""
    outstation = Outstation(read_script(script, port=port))
    outstation.start()
    try:
        told = outstation.script
        click.echo(_("%(name)s answers on %(host)s:%(port)d as station %(address)d") % {
            "name": told.name, "host": told.host, "port": told.port, "address": told.common_address,
        })  # fmt: skip
        outstation.wait()
        outstation.play(on_step=_tell)
        if stay:
            outstation.wait(for_nobody=True)
    finally:
        outstation.stop()


def _tell(step: Step) -> None:
    what = _("down for %g s") % step.down if step.down else f"{step.point} → {step.state}"
    click.echo(f"{step.after:8.2f}  {what}" + (f" × {step.repeat}" if step.repeat > 1 else ""))
