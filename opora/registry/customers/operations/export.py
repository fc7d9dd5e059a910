"""The list of customers taken away as a table for people."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import record_read
from opora.platform.phone import shown
from opora.platform.tables import MOST_XLSX_ROWS, Cell, write_csv, write_xlsx
from opora.registry.customers.models import Customer
from opora.registry.customers.queries import CustomerFilter, count_customers, export_rows, visible_branches


class TooManyRows(BusinessError):
    code = "too_many_rows"


class TableKind(StrEnum):
    """The kinds of files a list may be taken away in."""

    CSV = "csv"
    XLSX = "xlsx"


@transaction.atomic
def export_customers(*, wanted: CustomerFilter, kind: TableKind, by: User) -> IO[bytes]:
    """Write every customer the filter finds, in Russian order, to a temporary file that is gone when it is closed.

    The journal says who took them away (152-ФЗ, ст. 19).

    :raises TooManyRows: when a workbook cannot hold them all.
    """
    if kind is TableKind.XLSX and count_customers(wanted).value > MOST_XLSX_ROWS:
        message = _("A workbook holds %d rows, and there are more: narrow the filter, or take CSV.")
        raise TooManyRows(message % MOST_XLSX_ROWS)
    record_read(what=f"customers.export.{kind}", about=[], by=by)
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    write = write_xlsx if kind is TableKind.XLSX else write_csv
    write(file, _header(), _lines(wanted))
    file.seek(0)
    return file


def _header() -> Sequence[str]:
    return [
        pgettext("customer", "Name"), _("Kind"), _("Group"), _("Branches"), _("INN"), _("KPP"), _("Region"),
        _("Phone"), _("E-mail"),
        _("Usage points"), _("Account"), _("Address"), _("Balance"), _("Overdue debt"), _("Payment"),
    ]  # fmt: skip


def _lines(wanted: CustomerFilter) -> Iterator[Sequence[Cell]]:
    kinds, classes = dict(Customer.Kind.choices), dict(Customer.PaymentClass.choices)
    branches = dict(visible_branches().values_list("pk", "short_name"))
    for row in export_rows(wanted):
        yield [
            row.name, str(kinds[row.kind]), row.group, ", ".join(branches.get(pk, "") for pk in row.branch_ids),
            row.inn, row.kpp, row.region, shown(row.phone) if row.phone else "", row.email, row.usage_points,
            row.account, row.address, row.balance, row.overdue, str(classes.get(row.payment_class, "")),
        ]  # fmt: skip
