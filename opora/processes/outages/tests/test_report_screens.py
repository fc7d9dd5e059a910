"""Reports on outages on the screen and as files: each figure opens its rows, each file says what it is."""

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations.limits import load_limits
from opora.processes.outages.tests.test_indices import year  # noqa: F401  # a fixture


@pytest.fixture
def analyst(town, year):  # noqa: F811
    load_limits(by=town.admin)
    client = Client()
    client.force_login(town.world.user("аналитик", roles=["analyst"]))
    return client


def test_figures_open_the_journal_under_their_own_filter(town, year, analyst):  # noqa: F811
    january, _may = year
    page = analyst.get("/outages/indices/?since=2025-01-01&until=2025-12-31&by=voltage").content.decode()

    address = "/outages/journal/?since=2025-01-01&amp;until=2025-12-31&amp;voltage=NN"
    assert address in page
    rows = analyst.get(address.replace("&amp;", "&")).content.decode()
    assert january.number in rows
    assert "01.01.2025 – 31.12.2025" in rows


def test_form_8_1_says_what_it_is_and_has_all_its_columns(town, year, analyst):  # noqa: F811
    for layout, columns in (("a", 35), ("b", 27)):
        answer = analyst.get(f"/outages/journal/export/?since=2025-01-01&until=2025-12-31&layout={layout}")
        sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        head = next(number for number, row in enumerate(rows) if "№" in str(row[0]) or "Номер" in str(row[0]))
        assert rows[1][1] == "01.01.2025 – 31.12.2025"
        assert [int(cell) for cell in rows[head - 1][:columns]] == list(range(1, columns + 1))
        assert len([cell for cell in rows[head] if cell]) == columns
        assert len(rows) == head + 1 + 3


def test_a_place_that_looks_like_a_formula_is_text_in_the_file(town, year, analyst):  # noqa: F811
    january, _may = year
    type(january).objects.filter(pk=january.pk).update(element=None, area="=cmd|'/c calc'!A1")
    answer = analyst.get("/outages/journal/export/?since=2025-01-01&until=2025-12-31&form=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert ";'=cmd|" in text


def test_limits_and_indices_answer_over_the_api(town, year, analyst):  # noqa: F811
    asked = "/api/v1/outages/indices?since=2025-01-01&until=2025-12-31&by=month"
    found = analyst.get(asked).json()
    assert (found["whole"]["cut_off"], len(found["figures"])) == (5, 12)

    first = analyst.get("/api/v1/outages/journal?since=2025-01-01&until=2025-12-31&limit=2").json()
    second = analyst.get(first["next"]).json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]

    years = analyst.get("/api/v1/outages/limits/years?year=2025").json()
    # 5 h; 1.5 h of the two in May; 1 h of the two that were back first
    assert [line["seconds"] for line in years["items"]] == [18_000, 5_400, 5_400, 3_600, 3_600]
    assert analyst.get("/outages/limits/?year=2025").status_code == 200


def test_pages_open_with_nothing_in_them(town):
    with scoped(EVERYTHING):
        client = Client()
        client.force_login(town.world.user("аналитик", roles=["analyst"]))
    for path in ("journal", "indices", "limits", "public"):
        assert client.get(f"/outages/{path}/").status_code == 200
    for nonsense in ("since=вчера&branch=x&kind=ы&cause=-1&voltage=9", "since=0001-01-01&until=9999-12-31&by=month"):
        assert client.get(f"/outages/journal/?{nonsense}").status_code == 200
        assert client.get(f"/outages/indices/?{nonsense}").status_code == 200
