"""Lists of cases taken away as a table for people."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from opora.casework.cases.queries.lists import CaseFilter, CaseRow, count_cases, export_rows
from opora.casework.cases.stages import Channel, Justified, Kind, Result, Source, State
from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import record_read
from opora.platform.phone import shown
from opora.platform.tables import MOST_XLSX_ROWS, Cell, write_csv, write_xlsx


class TooManyRows(BusinessError):
    code = "too_many_rows"


class TableForm(StrEnum):
    """The kinds of files a list may be taken away in."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        if self == TableForm.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=utf-8"


@transaction.atomic
def export_cases(*, wanted: CaseFilter, form: TableForm, by: User) -> IO[bytes]:
    """Write every case the filter finds, newest first, to a temporary file that disappears when it is closed.

    Their data are personal, so the journal says who took them away (152-ФЗ, ст. 19).

    :raises TooManyRows: when a workbook cannot hold them all.
    """
    if form == TableForm.XLSX and count_cases(wanted).value > MOST_XLSX_ROWS:
        message = _("A workbook holds %d rows, and there are more: narrow the filter, or take CSV.")
        raise TooManyRows(message % MOST_XLSX_ROWS, field="form")
    record_read(what=f"cases.export.{form}", about=[], by=by)
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    write = write_xlsx if form == TableForm.XLSX else write_csv
    write(file, _header(), _lines(wanted))
    file.seek(0)
    return file


def _header() -> Sequence[str]:
    return [
        _("Number"),
        _("Registered"),
        _("Received"),
        _("State"),
        _("Kind"),
        _("Channel"),
        _("From whom"),
        _("Topic"),
        _("Branch"),
        _("Customer"),
        _("Contact person"),
        _("Phone"),
        _("Text"),
        _("Division"),
        _("Employee"),
        _("Due"),
        _("Overdue"),
        _("Justified"),
        _("Result"),
        _("Answered"),
        _("Closed"),
    ]


def _lines(wanted: CaseFilter) -> Iterator[Sequence[Cell]]:
    yes = _("yes")
    for row in export_rows(wanted):
        yield _line(row, yes)


def _line(row: CaseRow, yes: str) -> Sequence[Cell]:
    return [
        row.number,
        row.registered_at,
        row.received_at,
        str(State(row.state).label),
        str(Kind(row.kind).label),
        str(Channel(row.channel).label),
        str(Source(row.source).label),
        row.topic,
        row.branch,
        row.customer,
        row.contact_name,
        shown(row.contact_phone) if row.contact_phone else "",
        row.text,
        row.division,
        row.employee,
        row.due_at,
        yes if row.overdue else "",
        str(Justified(row.justified).label) if row.justified else "",
        str(Result(row.result).label) if row.result else "",
        row.answered_at,
        row.closed_at,
    ]
