"""An imported file as numbered rows of text, whatever it was saved as."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from opora.registry.customers.import_file.unreadable import UnreadableFile
from opora.registry.customers.import_file.workbook import Workbook

Rows = Iterator[tuple[int, list[str]]]

#: What billing systems here write besides UTF-8.
_CYRILLIC = ["cp1251", "cp866", "koi8_r"]
_SEPARATORS = ";,\t"
_SAMPLE = 1 << 20
#: A quotation mark that is never closed swallows the rest of the file; this much it may.
_LONGEST_LINE = 1 << 20
_XLSX, _OLD_EXCEL, _UTF16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

csv.field_size_limit(_LONGEST_LINE)


@dataclass(frozen=True)
class Format:
    """How a file is written, as it was found out."""

    kind: str
    encoding: str = ""
    separator: str = ""
    sheet: str = ""


class ImportFile:
    """A file opened for reading; `done` is the share of it that has been read."""

    def __init__(self, path: Path) -> None:
        """:raises UnreadableFile: when it is empty, or nothing that can be read."""
        self.path = path
        self.size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(8)
        if not start.strip():
            raise UnreadableFile(_("The file is empty: nothing to import."))
        if start.startswith(_OLD_EXCEL):
            raise UnreadableFile(_("This is a workbook of an old Excel, or it has a password: save it as XLSX or CSV."))
        if start.startswith(_UTF16):
            raise UnreadableFile(_("The file is in UTF-16: save it as “CSV UTF-8”."))
        self._book: Workbook | None = None
        self._position = 0
        if start.startswith(_XLSX):
            self._book = Workbook(path)
            self.format = Format("XLSX", sheet=self._book.sheet)
        else:
            encoding = _encoding(path)
            self.format = Format("CSV", encoding, _separator(path, encoding))

    @property
    def done(self) -> float:
        """From 0 to 1."""
        position, size = (self._book.position, self._book.size) if self._book else (self._position, self.size)
        return min(position / size, 1.0) if size else 1.0

    def rows(self) -> Rows:
        """Rows that have something in them, numbered as a spreadsheet numbers them.

        :raises UnreadableFile: at the byte that is not of the encoding, or at a quotation mark that is never closed.
        """
        return self._book.rows() if self._book else self._csv()

    def close(self) -> None:
        if self._book:
            self._book.close()

    def _csv(self) -> Rows:
        lines = csv.reader(self._lines(), delimiter=self.format.separator)
        number = 0
        try:
            for number, cells in enumerate(lines, start=1):
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error as fault:
            message = _("Row %d cannot be read: a quotation mark in it is not closed.")
            raise UnreadableFile(message % (number + 1)) from fault

    def _lines(self) -> Iterator[str]:
        encoding = self.format.encoding
        with self.path.open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), start=1):
                try:
                    text = line.decode(encoding)
                except UnicodeDecodeError as fault:
                    message = _(
                        "Line %(line)d, byte %(byte)d of the file is not %(encoding)s: "
                        "save the file again in one encoding, best as “CSV UTF-8”."
                    )
                    at = {"line": number, "byte": self._position + fault.start, "encoding": encoding}
                    raise UnreadableFile(message % at) from fault
                self._position += len(line)
                yield text.removeprefix("\ufeff") if number == 1 else text


def _encoding(path: Path) -> str:
    """UTF-8 if the first letters beyond ASCII are that; otherwise the likeliest of the Cyrillic ones."""
    with path.open("rb") as stream:
        while (sample := stream.read(_SAMPLE)) and sample.isascii() and b"\x00" not in sample:
            pass
        sample += stream.readline()
    if b"\x00" in sample:
        raise UnreadableFile(_("This is neither a table in CSV nor a workbook XLSX: save it as one of them."))
    text = sample.decode("utf-8", errors="replace")
    letters = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    if text.count("\ufffd") * 10 <= letters:
        return "utf-8"
    found = from_bytes(sample, cp_isolation=_CYRILLIC).best()
    return found.encoding if found else "cp1251"


def _separator(path: Path, encoding: str) -> str:
    """The one that stands most often in the first line."""
    with path.open("rb") as stream:
        heading = stream.readline(_SAMPLE).decode(encoding, errors="replace")
    return max(_SEPARATORS, key=heading.count)
