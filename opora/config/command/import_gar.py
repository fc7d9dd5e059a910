from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from django.utils.translation import gettext as _

from opora.config import database
from opora.config.errors import NotReady
from opora.config.progress import Progress
from opora.gateways.gar.delivery import GarDelivery
from opora.platform.access.queries import system_user, user_named
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.models import DeliveryFault
from opora.registry.addresses.operations import apply_delivery, preview_delivery, read_delivery
from opora.registry.addresses.queries import faults_of, result_lines
from opora.registry.addresses.stages import DeliveryStage

#: Objects at fault shown on the terminal; the page of the register has more.
SHOWN = 20


@click.command(
    "gar", help=_("Read a delivery of the address register (GAR): a folder or an archive; apply with --apply.")
)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--apply", is_flag=True, help=_("Bring the register to it; without it nothing is changed."))
@click.option("--region", "regions", type=click.IntRange(1, 99), multiple=True, help=_("Only this region; repeatable."))
@click.option(
    "--delta/--full", "is_delta", default=None, help=_("Only changes, or everything; said by the name if left out.")
)
@click.option("--user", "username", help=_("In whose name; the system's when left out."))
def gar(path: Path, apply: bool, regions: tuple[int, ...], is_delta: bool | None, username: str | None) -> None:
    database.connect()
    source = GarDelivery(path, regions=regions, is_delta=is_delta)
    with scoped(EVERYTHING):
        user = user_named(username) if username else system_user()
    progress = Progress()
    with progress.step(_("Reading %s") % source.name) as on_progress:
        delivery = read_delivery(source=source, by=user, on_progress=on_progress)
    if delivery.stage == DeliveryStage.REFUSED:
        raise NotReady("\n".join(fault.reason for fault in faults_of(delivery)))
    for file in delivery.files.order_by("pk"):
        click.echo(f"  {file.records:>12,}  {file.name}".replace(",", " "))
    if apply:
        with progress.step(_("Applying %s") % source.name), scoped(EVERYTHING):
            delivery = apply_delivery(delivery_id=delivery.pk, by=user)
        _report(delivery.result, faults_of(delivery))
    else:
        with progress.step(_("Comparing %s with the register") % source.name):
            _report(*preview_delivery(delivery_id=delivery.pk))
        click.echo(_("Nothing has been changed. To apply it: the same command with --apply."))


def _report(result: Mapping[str, int], faults: Sequence[DeliveryFault]) -> None:
    for title, count in result_lines(result):
        click.echo(f"  {title:<40}{count:>14,}".replace(",", " "))
    for fault in faults[:SHOWN]:
        click.secho(f"  {fault.object or fault.file}: {fault.reason}", fg="yellow", err=True)
    if (more := result["faults"] - min(SHOWN, len(faults))) > 0:
        click.echo(_("and %d objects more") % more, err=True)
