"""Tables for people: CSV and XLSX, written row by row, so a million rows take no more memory than one.

Cells hold what strangers have written. A spreadsheet would take a text that begins with “=” for a formula and run it,
so such a text is shown as text: in CSV behind an apostrophe, in XLSX as a cell of the type text.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from itertools import chain
from typing import IO

import xlsxwriter
from django.utils import timezone

Cell = str | int | Decimal | datetime | date | None

#: What a sheet of a workbook holds, the header left out.
MOST_XLSX_ROWS = 1_048_575
_MOST_XLSX_SIGNS = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(
    target: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    encoding: str = "utf-8-sig",
    above: Sequence[Sequence[Cell]] = (),
) -> None:
    """Write UTF-8 with its mark and semicolons, which Excel opens without questions where commas divide decimals.

    :param above: lines before the header: what the table is, of which period, when it was built.
    :param encoding: of somebody whose program reads another; letters it does not have become question marks.
    """
    text = TextIOWrapper(target, encoding=encoding, errors="replace", newline="", write_through=True)
    lines = csv.writer(text, delimiter=";")
    lines.writerows([_plain(cell) for cell in row] for row in above)
    lines.writerow(header)
    lines.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()


def write_xlsx(
    target: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    above: Sequence[Sequence[Cell]] = (),
) -> None:
    """Write a workbook of one sheet; finished rows go to the disk at once.

    :param above: lines before the header: what the table is, of which period, when it was built.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    sheet = book.add_worksheet()
    top = len(above)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_column(0, len(header) - 1, 18)
    bold = book.add_format({"bold": True})
    for number, row in enumerate(chain(above, [header], rows)):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, column, timezone.localtime(cell).replace(tzinfo=None), moment)
            elif isinstance(cell, int | Decimal):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, str(cell)[:_MOST_XLSX_SIGNS], bold if number == top else None)
    book.close()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%d.%m.%Y %H:%M")
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text
