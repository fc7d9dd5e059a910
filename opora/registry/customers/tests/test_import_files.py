"""Imported files as files: how they are written, how large they are, why they cannot be read."""

import tracemalloc
from io import BytesIO
from itertools import islice

import pytest
import xlsxwriter

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
