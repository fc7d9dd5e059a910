"""The journal of interruptions and the indices taken away as tables."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.operations.export import TableForm, TooManyRows
from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.tables import MOST_XLSX_ROWS, Cell, write_csv, write_xlsx
from opora.processes.outages.events import JournalTaken
from opora.processes.outages.form81 import Layout, cells, columns
from opora.processes.outages.queries.form81 import count_journal, journal_lines
from opora.processes.outages.queries.indices import Dimension, Figure, index_report
from opora.processes.outages.queries.interruptions import JournalFilter


@transaction.atomic
def export_journal(*, wanted: JournalFilter, layout: Layout, form: TableForm, by: User) -> IO[bytes]:
    """Write form 8.1 under a filter to a temporary file that disappears when it is closed, line by line.

    :raises TooManyRows: when a workbook cannot hold them all.
    """
    above = _above(_("Form 8.1, layout %s") % layout.value.upper(), wanted)
    if form == TableForm.XLSX and count_journal(wanted) > MOST_XLSX_ROWS - len(above) - 1:
        message = _("A workbook holds %d rows, and there are more: narrow the filter, or take CSV.")
        raise TooManyRows(message % MOST_XLSX_ROWS, field="form")
    publish(JournalTaken(layout=layout.value, form=form.value), by=by, about=[])
    titles = [column.title for column in columns(layout)]
    numbers: Sequence[Cell] = range(1, len(titles) + 1)
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    write = write_xlsx if form == TableForm.XLSX else write_csv
    lines = (cells(line, layout) for line in journal_lines(wanted))
    write(file, titles, lines, above=[*above, numbers])
    file.seek(0)
    return file


@transaction.atomic
def export_indices(*, wanted: JournalFilter, dimension: Dimension, form: TableForm, by: User) -> IO[bytes]:
    """Write the indices of a period to a temporary file, the total last."""
    report = index_report(wanted, dimension)
    publish(JournalTaken(layout=dimension.value, form=form.value), by=by, about=[])
    header = [
        str(dimension.label),
        _("Usage points"),
        _("Cut off"),
        _("Point-hours"),
        "SAIDI",
        "SAIFI",
        "CAIDI",
        _("Undelivered energy at most, kWh"),
    ]
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    write = write_xlsx if form == TableForm.XLSX else write_csv
    above = _above(_("Indices of reliability"), wanted)
    write(file, header, [_row(figure) for figure in (*report.figures, report.whole)], above=above)
    file.seek(0)
    return file


def _row(figure: Figure) -> Sequence[Cell]:
    found = figure.indices
    numbers = (figure.sums.hours, found.saidi, found.saifi, found.caidi, figure.sums.energy)
    rounded = [None if number is None else round(number, 4) for number in numbers]
    return [figure.title, figure.points, figure.sums.cut_off, *rounded]


def _above(title: str, wanted: JournalFilter) -> list[Sequence[Cell]]:
    """What stands over the table: what it is, of which period, under which filter, built when."""
    return [[title], *([label, text] for label, text in wanted.said()), [_("Built"), timezone.now()]]
