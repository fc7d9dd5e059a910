"""Cases taken away as a table: for people, without formulas, journalled, in constant memory."""

import csv
import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from opora.casework.cases.permissions import CasePermission
from opora.platform.journal.models import Entry
from opora.platform.tables import write_csv, write_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def exchange(caller):
    return caller(*CasePermission)


@pytest.fixture
def cases(exchange, region):
    texts = ['=HYPERLINK("http://evil")', "+7 918", "-1", "@SUM(A1)", "Нет света; с утра\nи вечера", "<b>жирно</b>"]
    return [
        exchange.post("/cases", region.case(text=text, contact={"name": "=1+1", "phone": "89181234567"})).json()
        for text in texts
    ]


def table(response):
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")), delimiter=";"))


def sheet(content):
    """Values of the first sheet; of a formula it would be what was saved beside it, not its text."""
    return [list(row) for row in load_workbook(io.BytesIO(content), data_only=True).worksheets[0].values]


def test_csv_shows_formulas_as_text(exchange, cases):
    header, *lines = table(exchange.get("/cases/export"))

    text, name, phone = (header.index(title) for title in ("Text", "Contact person", "Phone"))
    assert [line[text] for line in lines[::-1]] == [
        "'=HYPERLINK(\"http://evil\")", "'+7 918", "'-1", "'@SUM(A1)", "Нет света; с утра\nи вечера", "<b>жирно</b>",
    ]  # fmt: skip
    assert {(line[name], line[phone]) for line in lines} == {("'=1+1", "8 (918) 123-45-67")}
    assert [line[0] for line in lines] == [case["number"] for case in cases[::-1]]


def test_a_workbook_holds_texts_and_moments(exchange, cases):
    response = exchange.get("/cases/export", form="xlsx")

    header, *lines = sheet(b"".join(response.streaming_content))
    assert response.headers["Content-Disposition"] == 'attachment; filename="cases.xlsx"'
    assert lines[-1][header.index("Text")] == '=HYPERLINK("http://evil")'
    registered = lines[0][header.index("Registered")]
    told = datetime.fromisoformat(cases[-1]["registered_at"])
    assert abs((registered - told.astimezone(registered.tzinfo).replace(tzinfo=None)).total_seconds()) < 3 * 3600 + 60


def test_no_formula_is_written_into_a_workbook(tmp_path):
    path = tmp_path / "table.xlsx"
    with path.open("wb") as file:
        write_xlsx(file, ["a"], [["=1+1"], ["{=1}"], ["http://evil"], ["007"]])

    assert sheet(path.read_bytes()) == [["a"], ["=1+1"], ["{=1}"], ["http://evil"], ["007"]]


def test_the_filter_of_the_list_holds_for_the_export(exchange, cases, region):
    complaint = exchange.post("/cases", region.case(kind="COMPLAINT", channel="WEB")).json()

    lines = table(exchange.get("/cases/export", kind="COMPLAINT"))

    assert [line[0] for line in lines] == ["Number", complaint["number"]]


def test_an_export_is_journalled(exchange, cases):
    exchange.get("/cases/export", form="xlsx")

    read = Entry.objects.get(event="journal.PersonalDataRead")
    assert (read.by_id, read.facts) == (exchange.user.pk, {"what": "cases.export.xlsx"})


def test_a_table_in_an_unknown_form_is_refused_and_not_journalled(exchange, region):
    response = exchange.get("/cases/export", form="pdf")

    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert not Entry.objects.filter(event="journal.PersonalDataRead").exists()


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_long_table_takes_no_more_memory_than_a_short_one(tmp_path, write):
    def peak(rows):
        now = datetime(2026, 1, 1, tzinfo=UTC)
        tracemalloc.start()
        with (tmp_path / f"{rows}").open("wb") as file:
            write(file, ["a", "b"], (["Текст обращения" * 10, now] for _ in range(rows)))
        _current, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(10)

    assert peak(20_000) < peak(1_000) + 300_000
