"""The list of those whom an outage cuts off, taken away as a table."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from opora.casework.cases.operations.export import TableForm, TooManyRows
from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.journal.operations import record_read
from opora.platform.tables import MOST_XLSX_ROWS, Cell, write_csv, write_xlsx
from opora.processes.outages.models import Affected, Outage


@transaction.atomic
def export_affected(*, outage_id: int, form: TableForm, by: User) -> IO[bytes]:
    """Write everybody an outage cuts off, or has cut off, as far as the user may see them, to a temporary file.

    Their data are personal, so the journal says who took them away (152-ФЗ, ст. 19).

    :raises NotVisible: when there is no such outage.
    :raises TooManyRows: when a workbook cannot hold them all.
    """
    outage = Outage.objects.filter(pk=outage_id).first()
    if outage is None:
        raise NotVisible(_("There is no such outage."))
    if form == TableForm.XLSX and outage.points_total > MOST_XLSX_ROWS:
        message = _("A workbook holds %d rows, and there are more: take CSV.")
        raise TooManyRows(message % MOST_XLSX_ROWS, field="form")
    record_read(what=f"outages.affected.{form}", about=[outage], by=by)
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    write = write_xlsx if form == TableForm.XLSX else write_csv
    write(file, _header(), _lines(outage))
    file.seek(0)
    return file


def _header() -> Sequence[str]:
    return [
        _("Usage point"),
        _("Address"),
        _("Customer"),
        _("Account"),
        _("Reliability category"),
        _("Maximum power, kW"),
        _("Off since"),
        _("On since"),
    ]


def _lines(outage: Outage) -> Iterator[Sequence[Cell]]:
    rows = Affected.objects.filter(outage=outage).select_related("usage_point__customer").order_by("pk")
    for row in rows.iterator(chunk_size=2_000):
        point = row.usage_point
        yield (
            point.number, point.address, point.customer.name, point.account, point.reliability_category,
            point.max_power, row.since, row.until,
        )  # fmt: skip
