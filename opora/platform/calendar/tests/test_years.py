import json
from datetime import date, timedelta

import holidays
import pytest

from opora.platform.access.operations import ensure_system_user
from opora.platform.calendar import queries
from opora.platform.calendar.models import ProductionDay, ProductionYear
from opora.platform.calendar.operations import UnreadableYear, load_builtin_years, load_production_xml
from opora.platform.calendar.production import calendar_of
from opora.platform.calendar.tests.real_calendars import FOLDER, needs_real_calendars
from opora.platform.calendar.tests.test_terms import CALENDAR
from opora.platform.calendar.year_file import parse_xml


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@needs_real_calendars
@pytest.mark.parametrize("year", range(2013, 2027))
def test_working_days_and_hours_of_the_published_calendars(year):
    expected = json.loads((FOLDER / "expected.json").read_text())[str(year)]

    calendar = calendar_of([parse_xml((FOLDER / f"calendar_{year}.xml").read_bytes())])

    working = [day for day in days_of(year) if calendar.is_working(day)]
    assert len(working) == expected["working_days"]
    assert sum(7 if day in calendar.short else 8 for day in working) == expected["hours40"]


@needs_real_calendars
@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_our_years_say_what_the_published_ones_say(year):
    published = calendar_of([parse_xml((FOLDER / f"calendar_{year}.xml").read_bytes())])

    for day in days_of(year):
        assert (CALENDAR.is_working(day), day in CALENDAR.short) == (published.is_working(day), day in published.short)


def test_2027_agrees_with_a_second_opinion():
    other = holidays.Russia(years=2027)

    for day in days_of(2027):
        works = other.is_working_day(day)
        assert CALENDAR.is_working(day) == works, day


@pytest.mark.django_db
def test_built_in_years_are_loaded_once():
    system = ensure_system_user()

    assert load_builtin_years(by=system) == [2023, 2024, 2025, 2026, 2027]
    assert load_builtin_years(by=system) == []
    queries.forget()
    assert queries.production_calendar() == CALENDAR


@needs_real_calendars
@pytest.mark.django_db
def test_a_published_year_is_loaded_and_loading_it_again_changes_nothing():
    system = ensure_system_user()
    content = (FOLDER / "calendar_2026.xml").read_bytes()

    load_production_xml(content=content, by=system)
    before = list(ProductionDay.objects.order_by("day").values())
    load_production_xml(content=content, by=system)

    assert list(ProductionDay.objects.order_by("day").values()) == before
    assert ProductionYear.objects.get().year == 2026


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [b"", b"<calendar/>", b"<calendar year='2026'><days/></calendar>", b"PK\x03\x04",
     b"<calendar year='2026'><days><day d='13.45' t='1'/></days></calendar>",
     b"<calendar year='2026'><days><day d='01.01' t='1'/><day d='01.01' t='2'/></days></calendar>"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_and_nothing_is_written(content):
    with pytest.raises(UnreadableYear) as refusal:
        load_production_xml(content=content, by=ensure_system_user())

    assert refusal.value.field == "file"
    assert ProductionYear.objects.count() == 0
