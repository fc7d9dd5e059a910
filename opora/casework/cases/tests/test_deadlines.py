"""Due times on the real calendar of 2026, and warnings before they come."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.operations import (
    Warned,
    extend_case,
    finish_stage,
    pause_stage,
    resume_stage,
    warn_of_deadlines,
)
from opora.casework.cases.queries.clock import Clock
from opora.casework.cases.tests.world import moscow, passport, stage, stage_of, told
from opora.platform.calendar.operations import create_schedule
from opora.platform.calendar.production import calendar_of
from opora.platform.calendar.queries import ORDINARY
from opora.platform.calendar.terms import working_time_between
from opora.platform.calendar.year_file import parse_toml
from opora.platform.journal.models import Entry
from opora.registry.organization import queries as organization
from opora.registry.organization.models import Branch

YEARS = Path(__file__).resolve().parents[3] / "platform" / "calendar" / "years"


def case_with(world, term, **more):
    """A case whose only stage has this term."""
    world.load(
        passport("timed", stages=[stage("answer", term=term, answer=True, **more)], chosen_for=[{"topic": "outage"}])
    )  # fmt: skip
    return world.register()


@pytest.mark.parametrize(
    ("begun", "term", "due"),
    [
        # The day of the event is not counted; a working day ends at 17:00.
        ("2026-05-04 10:00", {"working_days": 1}, "2026-05-05 17:00"),
        # 9 May is a Saturday, so Monday the 11th is off; Friday the 8th is short.
        ("2026-05-07 10:00", {"working_days": 1}, "2026-05-08 16:00"),
        ("2026-05-07 10:00", {"working_days": 2}, "2026-05-12 17:00"),
        ("2026-05-08 15:59", {"working_days": 1}, "2026-05-12 17:00"),
        # New Year: 30 December 2025 is the last working day but one; 9 January is off instead of the 3rd.
        ("2025-12-30 12:00", {"working_days": 1}, "2026-01-12 17:00"),
        # Calendar days end on the next working day when they fall on a day off.
        ("2026-05-04 10:00", {"days": 5}, "2026-05-12 17:00"),
        ("2026-05-04 10:00", {"days": 30}, "2026-06-03 17:00"),
        # A month ends on the same day; 31 January has none in February, 28 February 2026 is a Saturday.
        ("2026-01-31 10:00", {"months": 1}, "2026-03-02 17:00"),
        # Hours run round the clock, working ones leave out lunch, nights and days off.
        ("2026-05-04 10:00", {"hours": 4}, "2026-05-04 14:00"),
        ("2026-05-08 22:00", {"hours": 24}, "2026-05-09 22:00"),
        ("2026-05-04 10:00", {"working_hours": 4}, "2026-05-04 15:00"),
        ("2026-05-04 12:30", {"working_hours": 1}, "2026-05-04 14:00"),
        ("2026-05-08 15:00", {"working_hours": 2}, "2026-05-12 09:00"),
        ("2026-05-04 16:30", {"minutes": 45}, "2026-05-04 17:15"),
    ],
)
def test_a_stage_is_due_by_the_calendar_and_the_hours_of_its_branch(world, clock, begun, term, due):
    clock.at(begun)
    assert told(stage_of(case_with(world, term), "answer").due_at) == due


def test_a_branch_may_work_with_hours_of_its_own(world, clock):
    week = {weekday: [(time(9), time(13)), (time(14), time(18)), (time(19), time(20))] for weekday in range(5)}
    schedule = create_schedule(name="Трёхсменная", week=week, by=world.admin)
    Branch.objects.filter(pk=world.branch.pk).update(schedule=schedule)
    organization.forget()
    clock.at("2026-05-04 12:00")

    assert told(stage_of(case_with(world, {"working_hours": 6}), "answer").due_at) == "2026-05-04 20:00"


def test_the_two_clocks_do_not_touch_one_another(world, clock):
    case = world.register()
    whole = case.due_at
    clock.at("2026-05-20 10:00")  # the review is two weeks late
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    case.refresh_from_db()
    assert (case.due_at, told(stage_of(case, "work").due_at)) == (whole, "2026-05-27 17:00")

    pause_stage(stage_id=stage_of(case, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    clock.at("2026-06-10 10:00")
    resume_stage(stage_id=stage_of(case, "work").pk, by=world.admin)

    case.refresh_from_db()
    assert case.due_at == whole
    assert told(stage_of(case, "work").due_at) == "2026-06-17 17:00"


# Warnings


def warned(world, clock, text):
    """What a run at this moment tells: the share of each stage and case."""
    clock.at(text)
    before = set(Entry.objects.values_list("pk", flat=True))
    done = warn_of_deadlines(now=clock.now(), by=world.admin)
    fresh = Entry.objects.exclude(pk__in=before).order_by("pk")
    told_ = [(entry.event.removeprefix("cases."), entry.facts["share"]) for entry in fresh]
    assert done == Warned(
        stages=sum(name == "StageWarned" for name, _ in told_), cases=sum(name == "CaseWarned" for name, _ in told_)
    )
    return told_


def test_each_share_is_told_once_at_its_hour(world, clock):
    case_with(world, {"working_hours": 10})  # till noon of the 5th: a working day has eight

    assert warned(world, clock, "2026-05-04 15:59") == []
    assert warned(world, clock, "2026-05-04 16:00") == [("StageWarned", 50)]
    assert warned(world, clock, "2026-05-04 16:30") == []
    assert warned(world, clock, "2026-05-05 10:00") == [("StageWarned", 80)]
    assert warned(world, clock, "2026-05-05 13:00") == [("StageWarned", 100)]  # noon is lunch time
    assert warned(world, clock, "2026-05-05 15:00") == []
    only = CaseStage.objects.get()
    assert (only.warned, only.next_warning_at) == (100, None)


def test_nobody_is_warned_at_night_or_on_a_day_off(world, clock):
    clock.at("2026-05-08 12:00")
    case_with(world, {"hours": 12})  # half at 18:00 on Friday, four fifths at 21:36, over at midnight

    assert warned(world, clock, "2026-05-08 21:00") == []
    assert warned(world, clock, "2026-05-09 12:00") == []
    assert warned(world, clock, "2026-05-12 08:00") == [("StageWarned", 100)]


def test_after_a_standstill_only_the_highest_share_is_told(world, clock):
    case_with(world, {"working_days": 2})

    assert warned(world, clock, "2026-05-14 10:00") == [("StageWarned", 100)]


def test_a_case_with_several_stages_has_warnings_of_its_own(world, clock):
    case = world.register()
    assert warned(world, clock, "2026-05-06 10:00") == [("StageWarned", 100)]
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)

    assert warned(world, clock, "2026-05-19 13:29") == [("StageWarned", 100)]
    assert warned(world, clock, "2026-05-19 13:30") == [("CaseWarned", 50)]
    case.refresh_from_db()
    assert (case.warned, told(case.next_warning_at)) == (50, "2026-05-28 15:36")


def test_a_case_of_one_stage_is_not_warned_of_twice(world, clock):
    case = case_with(world, {"working_days": 2})

    assert case.next_warning_at is None


def test_a_clock_that_stands_warns_of_nothing(world, clock):
    case = case_with(world, {"working_hours": 10}, pause_reasons=["WEATHER"])
    only = stage_of(case, "answer")
    pause_stage(stage_id=only.pk, reason="WEATHER", by=world.admin)
    assert warned(world, clock, "2026-05-06 10:00") == []

    resume_stage(stage_id=only.pk, by=world.admin)

    assert told(stage_of(case, "answer").next_warning_at) == "2026-05-06 16:00"


def test_an_extended_term_warns_again_of_shares_not_yet_spent(world, clock):
    case = case_with(world, {"days": 10})
    assert warned(world, clock, "2026-05-14 10:00") == [("StageWarned", 80)]

    extend_case(case_id=case.pk, days=30, reason="Экспертиза", by=world.admin)

    only = stage_of(case, "answer")
    assert (only.warned, told(only.due_at)) == (0, "2026-06-15 17:00")
    assert told(only.next_warning_at) == "2026-05-25 13:30"


def test_a_row_that_somebody_is_changing_waits_for_the_next_run(world, clock):
    case_with(world, {"working_hours": 10})
    clock.at("2026-05-04 16:00")
    CaseStage.objects.update(next_warning_at=None)

    assert warn_of_deadlines(now=clock.now(), by=world.admin) == Warned(stages=0, cases=0)


def test_the_answered_and_the_done_are_left_alone(world, clock):
    case = world.register()
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    CaseStage.objects.exclude(code="work").update(next_warning_at=None)

    assert stage_of(case, "review").next_warning_at is None
    assert Case.objects.get().next_warning_at is not None


def test_the_warning_names_the_branch_and_the_due_time(world, clock):
    case = case_with(world, {"working_hours": 10})
    warned(world, clock, "2026-05-04 16:00")

    entry = Entry.objects.get(event="cases.StageWarned")
    only = stage_of(case, "answer")
    assert entry.facts == {
        "case_id": case.pk,
        "stage_id": only.pk,
        "code": "answer",
        "share": 50,
        "due_at": only.due_at.isoformat(),
        "branch_id": world.branch.pk,
    }
    assert entry.about == [f"cases.Case:{case.pk}"]
    assert only.due_at == moscow("2026-05-05 12:00")


UNUSUAL = Clock(
    calendar_of(parse_toml(path.read_text()) for path in sorted(YEARS.glob("*.toml"))),
    replace(ORDINARY, exceptions={date(2025, 5, 6): ((time(10), time(11)),)}),
)


@settings(deadline=None, max_examples=50)
@given(first=st.integers(-60_000, 60_000), length=st.integers(-90_000, 90_000))
def test_the_time_left_is_counted_at_once_and_is_the_same_as_counted_day_by_day(first, length):
    now = moscow("2025-06-03 11:30") + timedelta(minutes=first)
    due = now + timedelta(minutes=length)

    assert UNUSUAL.left(now, due) == working_time_between(now, due, UNUSUAL.calendar, UNUSUAL.hours)
