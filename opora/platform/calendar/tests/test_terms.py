from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.platform.calendar import year_file
from opora.platform.calendar.explanation import explain
from opora.platform.calendar.hours import WorkingHours, office_week
from opora.platform.calendar.production import calendar_of
from opora.platform.calendar.terms import (
    Pause,
    Term,
    TermUnit,
    due_at,
    share_moments,
    spent_share,
    working_time_between,
)

YEARS = Path(year_file.__file__).parent / "years"
CALENDAR = calendar_of(year_file.parse_toml(path.read_text()) for path in sorted(YEARS.glob("*.toml")))
OFFICE = WorkingHours(zone="Europe/Moscow", week=office_week((time(8), time(12)), (time(13), time(17))))
HOTLINE = WorkingHours(zone="Europe/Moscow", week=office_week(), always_open=True)


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.tz)


def due(term: str, start: str, *pauses: tuple[str, str], hours: WorkingHours = OFFICE) -> str:
    stood = [Pause(moscow(begin), moscow(end)) for begin, end in pauses]
    moment = due_at(Term.parse(term), moscow(start), CALENDAR, hours, stood)
    return moment.astimezone(OFFICE.tz).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("term", "start", "expected"),
    [
        # Around the May holidays of 2024: 27 April works, 29 and 30 April, 1, 9 and 10 May are off, 8 May is short.
        ("1 WORKING_DAYS", "2024-04-26 10:00", "2024-04-27 17:00"),
        ("2 WORKING_DAYS", "2024-04-26 10:00", "2024-05-02 17:00"),
        ("5 WORKING_DAYS", "2024-04-26 10:00", "2024-05-07 17:00"),
        ("6 WORKING_DAYS", "2024-04-26 10:00", "2024-05-08 16:00"),
        ("7 WORKING_DAYS", "2024-04-26 10:00", "2024-05-13 17:00"),
        # New Year 2026: the first working day is 12 January.
        ("1 WORKING_DAYS", "2025-12-30 16:59", "2026-01-12 17:00"),
        # 30 calendar days from 10 December 2025 end on 9 January 2026, a day off.
        ("30 CALENDAR_DAYS", "2025-12-10 09:00", "2026-01-12 17:00"),
        ("30 CALENDAR_DAYS", "2026-02-02 23:59", "2026-03-04 17:00"),
        # Months: the same day, the last one where there is none, rolled over from 28 February 2026, a Saturday.
        ("1 MONTHS", "2026-01-31 12:00", "2026-03-02 17:00"),
        ("4 MONTHS", "2026-03-16 12:00", "2026-07-16 17:00"),
        ("6 MONTHS", "2026-08-31 12:00", "2027-03-01 17:00"),
        # 20 February 2027 is a working Saturday, short because 23 February follows the exchanged 22nd.
        ("1 WORKING_DAYS", "2027-02-19 12:00", "2027-02-20 16:00"),
        ("2 WORKING_DAYS", "2027-02-19 12:00", "2027-02-24 17:00"),
        # Clocks.
        ("4 HOURS", "2026-11-21 23:30", "2026-11-22 03:30"),
        ("4 WORKING_HOURS", "2026-11-23 10:00", "2026-11-23 15:00"),
        ("4 WORKING_HOURS", "2026-11-20 16:00", "2026-11-23 11:00"),
        ("30 WORKING_MINUTES", "2026-11-23 11:45", "2026-11-23 13:15"),
        ("90 MINUTES", "2026-11-23 11:45", "2026-11-23 13:15"),
    ],
)
def test_dates_counted_by_hand(term, start, expected):
    assert due(term, start) == expected


@pytest.mark.parametrize(
    ("term", "pauses", "expected"),
    [
        ("5 WORKING_DAYS", [("2026-11-24 10:00", "2026-11-24 15:00")], "2026-11-30 17:00"),
        ("5 WORKING_DAYS", [("2026-11-24 10:00", "2026-11-25 15:00")], "2026-12-01 17:00"),
        ("5 WORKING_DAYS", [("2026-11-27 10:00", "2026-11-30 09:00")], "2026-12-01 17:00"),
        ("10 CALENDAR_DAYS", [("2026-11-24 10:00", "2026-11-26 09:00")], "2026-12-07 17:00"),
        ("2 HOURS", [("2026-11-23 10:30", "2026-11-23 11:30")], "2026-11-23 13:00"),
        ("2 WORKING_HOURS", [("2026-11-23 10:30", "2026-11-23 11:30")], "2026-11-23 14:00"),
        ("2 WORKING_HOURS", [("2026-11-23 10:30", "2026-11-23 11:00"), ("2026-11-23 10:45", "2026-11-23 11:30")],
         "2026-11-23 14:00"),
    ],
)  # fmt: skip
def test_pauses_move_the_date_by_what_the_clock_stood(term, pauses, expected):
    assert due(term, "2026-11-23 10:00", *pauses) == expected


def test_a_hotline_works_on_holidays_too():
    assert due("4 WORKING_HOURS", "2026-01-01 22:00", hours=HOTLINE) == "2026-01-02 02:00"


terms = st.builds(Term, st.integers(0, 40), st.sampled_from(TermUnit))
moments = st.datetimes(datetime(2023, 1, 1), datetime(2026, 9, 30), timezones=st.just(UTC))


@st.composite
def pauses_after(draw, start):
    found, at = [], start
    for _ in range(draw(st.integers(0, 3))):
        at += draw(st.timedeltas(timedelta(0), timedelta(days=9)))
        end = at + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=9)))
        found.append(Pause(at, end))
        at = end
    return found


@given(terms, moments, st.data())
def test_a_pause_never_brings_a_date_nearer_and_never_before_the_start(term, start, data):
    pauses = data.draw(pauses_after(start))

    plain = due_at(term, start, CALENDAR, OFFICE)
    paused = due_at(term, start, CALENDAR, OFFICE, pauses)

    assert paused >= plain
    assert term.value == 0 or plain > start or OFFICE.local_day(plain) >= OFFICE.local_day(start)


@given(terms, moments, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_later_start_or_a_longer_term_never_ends_earlier(term, start, later):
    earlier = due_at(term, start, CALENDAR, OFFICE)

    assert due_at(term, start + later, CALENDAR, OFFICE) >= earlier
    assert due_at(Term(term.value + 1, term.unit), start, CALENDAR, OFFICE) >= earlier


@given(st.integers(1, 40), st.sampled_from([TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.MONTHS]), moments)
def test_a_term_in_days_ends_at_the_closing_time_of_a_working_day(value, unit, start):
    moment = due_at(Term(value, unit), start, CALENDAR, OFFICE)

    assert CALENDAR.is_working(OFFICE.local_day(moment))
    assert moment == OFFICE.periods(OFFICE.local_day(moment), CALENDAR)[-1][1]


@given(st.integers(1, 40), st.sampled_from([TermUnit.WORKING_HOURS, TermUnit.WORKING_MINUTES]), moments)
def test_working_time_up_to_the_due_moment_is_the_term(value, unit, start):
    term = Term(value, unit)

    assert working_time_between(start, due_at(term, start, CALENDAR, OFFICE), CALENDAR, OFFICE) == term.duration


@given(st.builds(Term, st.integers(1, 40), st.sampled_from(TermUnit)), moments, st.data())
def test_shares_follow_each_other_and_the_whole_is_the_due_moment(term, start, data):
    pauses = data.draw(pauses_after(start))

    half, most, whole = share_moments(term, start, [50, 80, 100], CALENDAR, OFFICE, pauses)

    assert start <= half <= most <= whole == due_at(term, start, CALENDAR, OFFICE, pauses)
    assert spent_share(term, start, whole, CALENDAR, OFFICE, pauses) == pytest.approx(1)
    assert spent_share(term, start, half, CALENDAR, OFFICE, pauses) == pytest.approx(0.5, abs=1e-6)


@given(st.builds(Term, st.integers(1, 40), st.sampled_from(TermUnit)), moments, st.data())
def test_the_explanation_ends_in_the_same_date(term, start, data):
    pauses = data.draw(pauses_after(start))

    assert explain(term, start, CALENDAR, OFFICE, pauses).due == due_at(term, start, CALENDAR, OFFICE, pauses)


def test_the_explanation_names_the_holidays_it_skips():
    found = explain(Term.parse("6 WORKING_DAYS"), moscow("2026-05-06 10:00"), CALENDAR, OFFICE)

    text = " ".join(found.lines)
    assert OFFICE.local_day(found.due) == date(2026, 5, 15)
    assert "День Победы" in text
    assert len(found.lines) == 6
