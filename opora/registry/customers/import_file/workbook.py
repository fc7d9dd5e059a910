"""The first visible sheet of an XLSX workbook, row by row.

A row is all that is kept, and the shared texts lie on the disk; the libraries keep more (docs/adr/0014). One million
rows of 25 columns, ten million different texts: here 103 MB, `openpyxl` in its streaming mode 2.5 GB. What a small file
may unpack to is bounded. Formulas are never looked at: only the values that were saved beside them.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from opora.registry.customers.import_file.unreadable import UnreadableFile

_CHUNK = 256 * 1024
#: What Excel itself allows a cell to hold, and a sheet to be wide and long.
_MOST_SIGNS = 32_767
_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
#: What a file may unpack to, however small it is: a full sheet of 25 columns takes one gigabyte, its texts half of one.
_MOST_UNPACKED = 4 << 30
_MOST_TEXTS = 50_000_000
_MOST_FRAME = 16 << 20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LETTERS = re.compile(r"[A-Z]{1,3}")
_FRACTION = re.compile(r"-?\d+\.\d+(E-?\d+)?|-?\d+(\.\d+)?E\+?-?\d+", re.IGNORECASE)


class Workbook:
    """An opened workbook; `position` of `size` bytes of its sheet have been read."""

    def __init__(self, path: Path) -> None:
        """:raises UnreadableFile: when it is no workbook, or is locked with a password."""
        try:
            self._zip = ZipFile(path)
            self.sheet, self._member = self._first_sheet()
        except (BadZipFile, KeyError, ElementTree.ParseError, StopIteration) as fault:
            message = _("This is not a workbook of Excel, or it is damaged: save it again as XLSX, without a password.")
            raise UnreadableFile(message) from fault
        if any(part.file_size > _MOST_UNPACKED for part in self._zip.infolist()):
            raise _too_large()
        self.size = self._zip.getinfo(self._member).file_size
        self.position = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Number of each row that has something in it, and its cells as text.

        :raises UnreadableFile: where the sheet breaks off.
        """
        texts = _Texts(self._zip)
        parser = _Sheet(texts)
        with self._zip.open(self._member) as stream:
            for chunk in _chunks(stream, parser.expat):
                self.position += chunk
                yield from parser.taken()

    def close(self) -> None:
        self._zip.close()

    def _first_sheet(self) -> tuple[str, str]:
        book = self._frame("xl/workbook.xml")
        properties = book.find("{*}workbookPr")
        if properties is not None and properties.get("date1904") in ("1", "true"):
            raise UnreadableFile(_("This workbook counts dates from 1904: save it with the usual calendar."))
        sheets = book.findall("{*}sheets/{*}sheet")
        sheet = next(sheet for sheet in sheets if sheet.get("state", "visible") == "visible")
        relations = self._frame("xl/_rels/workbook.xml.rels")
        target = next(r.get("Target", "") for r in relations if r.get("Id") == sheet.get(_RELATION))
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        self._zip.getinfo(member)
        return sheet.get("name", ""), member

    def _frame(self, member: str) -> ElementTree.Element:
        """A part that is small in every honest workbook, as a whole."""
        with self._zip.open(member) as stream:
            text = stream.read(_MOST_FRAME + 1)
        if len(text) > _MOST_FRAME:
            raise _too_large()
        return ElementTree.fromstring(text)


class _Texts:
    """The shared texts of a workbook: on the disk, only their places in memory."""

    def __init__(self, book: ZipFile) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # lives as long as the reader
        self._ends = array("Q", [0])
        self._text = ""
        self._in_text = self._in_phonetic = False
        if "xl/sharedStrings.xml" in book.namelist():
            parser = _parser(self._start, self._end, self._characters)
            with book.open("xl/sharedStrings.xml") as stream:
                for _size in _chunks(stream, parser):
                    pass
        self._file.flush()

    def __getitem__(self, number: int) -> str:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _tag(name)
        self._in_text = tag == "t" and not self._in_phonetic
        if tag == "rPh":
            self._in_phonetic = True

    def _end(self, name: str) -> None:
        tag = _tag(name)
        self._in_text = False
        if tag == "rPh":
            self._in_phonetic = False
        elif tag == "si":
            if len(self._ends) > _MOST_TEXTS:
                raise _too_large()
            self._ends.append(self._ends[-1] + self._file.write(self._text.encode()))
            self._text = ""

    def _characters(self, text: str) -> None:
        if self._in_text:
            self._text += text[: _MOST_SIGNS - len(self._text)]


class _Sheet:
    """Listens to the parser, and puts cells together into rows."""

    def __init__(self, texts: _Texts) -> None:
        self.expat = _parser(self._start, self._end, self._characters)
        self._texts = texts
        self._rows: list[tuple[int, list[str]]] = []
        self._number = 0
        self._row: list[str] = []
        self._column = -1
        self._type = ""
        self._value = ""
        self._in_value = False

    def taken(self) -> list[tuple[int, list[str]]]:
        """Rows that are whole since they were last asked for."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _tag(name)
        if tag == "c":
            place = attributes.get("r")
            self._column = _column(place) if place else self._column + 1
            self._type = attributes.get("t", "n")
        elif tag in ("v", "t"):
            self._in_value = True
        elif tag == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            if not 1 <= self._number <= _MOST_ROWS:
                raise ValueError("no such row")
            self._row, self._column = [], -1

    def _end(self, name: str) -> None:
        tag = _tag(name)
        if tag in ("v", "t"):
            self._in_value = False
        elif tag == "c":
            if self._value:
                self._put(self._value)
                self._value = ""
        elif tag == "row" and any(self._row):
            self._rows.append((self._number, self._row))

    def _characters(self, text: str) -> None:
        if self._in_value:
            self._value += text[: _MOST_SIGNS - len(self._value)]

    def _put(self, value: str) -> None:
        if not 0 <= self._column < _MOST_COLUMNS:
            return
        if self._type == "s":
            value = self._texts[int(value)]
        elif self._type == "n" and _FRACTION.fullmatch(value):
            value = _number(float(value))
        self._row.extend([""] * (self._column + 1 - len(self._row)))
        self._row[self._column] = value


def _too_large() -> UnreadableFile:
    return UnreadableFile(_("The workbook is too large to unpack: split it, or save it as CSV."))


def _number(value: float) -> str:
    """As Excel shows it: fifteen figures, no exponent for whole numbers."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _column(place: str) -> int:
    letters = _LETTERS.match(place)
    number = 0
    for letter in letters.group() if letters else "":
        number = number * 26 + ord(letter) - 64
    return number - 1


def _tag(name: str) -> str:
    return name.rpartition(":")[2]


def _parser(
    start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], characters: Callable[[str], None]
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    return parser


def _chunks(stream: IO[bytes], parser: expat.XMLParserType) -> Iterator[int]:
    """Feed a part of the workbook to the parser piece by piece; yield the size of each piece."""
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
            yield len(chunk)
        parser.Parse(b"", True)
    except (expat.ExpatError, BadZipFile, EOFError, ValueError, IndexError) as fault:
        raise UnreadableFile(_("The workbook breaks off or is damaged: save it again as XLSX.")) from fault
