"""Imported files as files: how they are written, how large they are, why they cannot be read."""

import tracemalloc
from datetime import datetime
from io import BytesIO
from itertools import islice
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from openpyxl import load_workbook

from opora.platform.stages import ForbiddenMove
from opora.registry.customers.import_file.reading import ImportFile
from opora.registry.customers.import_file.unreadable import UnreadableFile
from opora.registry.customers.models import (
    Agreement,
    Customer,
    UsagePoint,
)
from opora.registry.customers.operations import (
    accept_import,
)
from opora.registry.customers.tests.files import ANNA, HEADINGS, enter, faults, load


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encodings_and_separators_are_found_out(world, encoding, separator):
    text = "Код;Вид;Группа;Филиал;Наименование\nК-1;физ. лицо;Население;01;Ёлкина Анна Петровна".replace(";", separator)

    source = load(text, world, encoding=encoding)

    assert (source.stage, source.refusal, source.created) == ("CHECKED", "", 1)
    assert source.format == {
        "kind": "CSV", "encoding": encoding.removesuffix("-sig"), "separator": separator, "sheet": "",
    }  # fmt: skip


def test_a_workbook_is_read_with_its_numbers_dates_and_formulas(world):
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Абоненты")
    sheet.write_row(0, 0, HEADINGS.split(";"))
    for column, cell in enumerate(ANNA.split(";")):
        sheet.write(2, column, cell)
    sheet.write_number(2, 5, 500100732259)
    sheet.write_number(2, 13, 15.5)
    sheet.write_number(2, 17, 43862)
    sheet.write_formula(2, 9, '=HYPERLINK("http://example.org")', None, "1001")
    book.close()

    source = load(stream.getvalue(), world, name="абоненты.xlsx")

    assert (source.stage, source.format["sheet"], faults(source)) == ("CHECKED", "Абоненты", [])
    enter(source, world)
    point = UsagePoint.objects.get()
    assert (point.account, str(point.max_power), Customer.objects.get().inn) == ("1001", "15.500", "500100732259")
    assert str(Agreement.objects.get().signed_on) == "2020-02-01"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Файл пуст: вносить нечего."),
        ("Код;Вид;Группа;Филиал;Наименование\n".encode(), "В файле есть заголовки, но нет строк."),
        (
            "Код;Вид;Група;Филиал;Наименование\nК-1".encode(),
            "В первой строке файла нет столбцов: «Группа». «Група» — неизвестный столбец: может быть, «Группа»?",
        ),
        ("Сальдо\n5".encode(), "В первой строке файла нет столбцов: «Код»."),
        ("Код;Код;Сальдо\n1;2;3".encode(), "Эти столбцы повторяются: Код. Оставьте по одному."),
        (
            "Код;Сальдо\nК-1;5\nК-2;".encode() + b"\xff;",
            "Строка 3, байт 32 файла — не utf-8: сохраните файл заново в одной кодировке, лучше «CSV UTF-8».",
        ),
        ("Код;Сальдо\nК-1;5".encode("utf-16"), "Файл в UTF-16: сохраните его как «CSV UTF-8»."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "Это книга старого Excel или книга с паролем: сохраните её как XLSX или CSV.",
        ),
        (b"PK\x03\x04garbage", "Это не книга Excel или она повреждена: сохраните её заново как XLSX, без пароля."),
        (b"\x89PNG\r\n\x00\x00\x01", "Это не таблица CSV и не книга XLSX: сохраните файл в одном из этих видов."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(world, data, reason):
    source = load(data, world)

    assert (source.stage, source.refusal) == ("REFUSED", reason)
    with pytest.raises(ForbiddenMove):
        accept_import(import_id=source.pk, by=world)


def test_unknown_columns_are_named_with_the_nearest_known_one(world):
    source = load("Код;Сальдо;Телефонн;Цвет глаз\nК-1;5;1;2", world)

    assert source.headings["unknown"] == [
        {"heading": "Телефонн", "nearest": "Телефон"}, {"heading": "Цвет глаз", "nearest": ""},
    ]  # fmt: skip


def test_an_unclosed_quotation_mark_does_not_swallow_the_file(world):
    source = load('Код;Сальдо\nК-1;"5\n' + "x" * 2_000_000, world)

    assert source.refusal == "Строка 2 не читается: в ней не закрыта кавычка."


def test_a_workbook_with_one_cell_far_away_takes_no_memory(world):
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Код", "Сальдо"])
    sheet.write_row(1, 0, ["К-1", "5"])
    sheet.write(1_000_000, 16_000, "x")
    book.close()

    source = load(stream.getvalue(), world)

    assert (source.stage, source.last_row, source.rows) == ("CHECKED", 1_000_001, 2)


def test_our_reader_sees_what_openpyxl_sees(tmp_path):
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Скрытый").hide()
    sheet = book.add_worksheet("Абоненты")
    sheet.activate()
    sheet.set_first_sheet()
    sheet.write_row(0, 0, ["Код", "ё\nй", " & <b> ", "007", 500100732259, 15.5, -0.1, 1e-7, 1e21, True])
    sheet.write_rich_string(4, 1, "а", book.add_format({"bold": True}), "б", "в")
    sheet.write_formula(4, 30, "=1+1", None, 2)
    sheet.write_datetime(5, 0, datetime(2020, 2, 1), book.add_format({"num_format": "dd.mm.yyyy"}))
    book.close()

    file = ImportFile(path)
    ours = dict(file.rows())

    assert (file.format.sheet, file.done) == ("Абоненты", 1.0)
    theirs = load_workbook(path, data_only=True)["Абоненты"]
    assert [[cell.value for cell in row if cell.value is not None] for row in theirs.iter_rows(max_row=5)] == [
        ["Код", "ё\nй", " & <b> ", "007", 500100732259, 15.5, -0.1, 1e-7, 1e21, True], [], [], [], ["абв", 2],
    ]  # fmt: skip
    assert ours == {
        1: ["Код", "ё\nй", " & <b> ", "007", "500100732259", "15.5", "-0.1", "1e-07", "1e+21", "1"],
        5: ["", "абв", *[""] * 28, "2"],
        6: ["43862"],
    }
    assert theirs["A6"].value == datetime(2020, 2, 1)


def repacked(**parts):
    """A small workbook with some of its parts replaced: `sheet`, `texts`, `book`."""
    plain, changed = BytesIO(), BytesIO()
    book = xlsxwriter.Workbook(plain)
    book.add_worksheet().write_row(0, 0, ["Код", "Сальдо"])
    book.close()
    names = {"xl/worksheets/sheet1.xml": "sheet", "xl/sharedStrings.xml": "texts", "xl/workbook.xml": "book"}
    with ZipFile(plain) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, parts.get(names.get(member, ""), old.read(member)))
    return changed.getvalue()


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            {"sheet": "<worksheet><sheetData><row r='99999999999'><c><v>1</v></c></row></sheetData></worksheet>"},
            "Книга обрывается или повреждена: сохраните её заново как XLSX.",
        ),
        (
            {"sheet": "<worksheet><sheetData><row r='1'><c><v>1</v>"},
            "Книга обрывается или повреждена: сохраните её заново как XLSX.",
        ),
        (
            {"sheet": "<worksheet><sheetData><row r='1'><c t='s'><v>7</v></c></row></sheetData></worksheet>"},
            "Книга обрывается или повреждена: сохраните её заново как XLSX.",
        ),
        (
            {"book": " " * (17 << 20)},
            "Книга слишком велика, чтобы её распаковать: разделите её или сохраните как CSV.",
        ),
    ],
)
def test_a_workbook_made_to_do_harm_is_refused(world, parts, reason):
    source = load(repacked(**parts), world, name="книга.xlsx")

    assert (source.stage, source.refusal) == ("REFUSED", reason)


def test_a_text_that_unpacks_to_a_hundred_megabytes_takes_no_memory(tmp_path):
    """Cut at what Excel lets a cell hold, though lines and letters come in many pieces."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(repacked(texts="<sst><si><t>" + "\nx&amp;" * 15_000_000 + "</t></si><si><t>б</t></si></sst>"))

    tracemalloc.start()
    rows = list(ImportFile(path).rows())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [(number, [len(cell) for cell in cells]) for number, cells in rows] == [(1, [32_767, 1])]
    assert most < 5_000_000


def test_a_file_of_two_gigabytes_is_read_in_pieces(tmp_path):
    """Sparse on the disk; of its rows only one piece at a time is held."""
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.write("Код;Сальдо\n".encode("cp1251"))
        stream.write(b"K-1;5\n" * 200_000)
        stream.truncate(2 * 1024**3)

    file = ImportFile(path)
    rows = file.rows()
    tracemalloc.start()
    read = sum(1 for _row in islice(rows, 200_001))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (file.size, file.format.encoding, read) == (2 * 1024**3, "cp1251", 200_001)
    assert most < 5_000_000
    assert file.done < 0.01


def test_two_gigabytes_that_are_no_table_are_refused_at_once(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.write(b"x")
        stream.truncate(2 * 1024**3)

    with pytest.raises(UnreadableFile, match="Это не таблица CSV и не книга XLSX"):
        ImportFile(path)
