"""Two, and eight, at once, each with a database connection of his own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.operations import (
    CaseChange,
    answer_case,
    change_case,
    finish_stage,
    warn_of_deadlines,
)
from opora.casework.cases.tests.world import World, build_world, stage_of
from opora.platform.errors import BusinessError
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped


@pytest.fixture
def company(transactional_db, clock) -> World:
    """The company of the other tests, committed."""
    with scoped(EVERYTHING):
        return build_world()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run every act in a thread and transaction of its own, all beginning together; give results or refusals."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            with scoped(EVERYTHING):
                return act()
        except BusinessError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_eight_registrations_at_once_get_numbers_of_their_own_and_spread_over_the_people(company):
    with scoped(EVERYTHING):
        people = [company.curator.pk, *(company.hire(f"Человек{n}", company.curators).pk for n in range(3))]

    def eight() -> list[Case]:
        return [company.register(text=f"Обращение {n}") for n in range(6)]

    cases = [case for batch in at_once(*[eight] * 8) for case in batch]

    assert sorted(case.number for case in cases) == [f"03-2026-{n:06d}" for n in range(1, 49)]
    with scoped(EVERYTHING):
        held = Counter(CaseStage.objects.filter(status="RUNNING").values_list("employee_id", flat=True))
        assert set(held) == set(people)
        assert sum(held.values()) == 48
        assert max(held.values()) - min(held.values()) <= 8
        assert Entry.objects.filter(event="cases.CaseRegistered").count() == 48


def test_a_key_repeated_at_the_same_moment_makes_one_case(company):
    cases = at_once(*[lambda: company.register(once="портал:1")] * 8)

    assert len({case.pk for case in cases}) == 1
    with scoped(EVERYTHING):
        assert Case.objects.count() == 1
        assert CaseStage.objects.count() == 3
        assert Entry.objects.filter(event="cases.CaseRegistered").count() == 1


def test_of_two_who_save_at_once_the_second_is_told(company):
    with scoped(EVERYTHING):
        case = company.register()

    def save(text: str) -> Callable[[], Any]:
        return lambda: change_case(case_id=case.pk, version=1, change=CaseChange(text=text), by=company.admin).text

    results = at_once(save("Первый"), save("Второй"))

    assert "changed_meanwhile" in results
    (saved,) = [result for result in results if result != "changed_meanwhile"]
    with scoped(EVERYTHING):
        now = Case.objects.get()
        assert (now.text, now.version) == (saved, 2)
        assert Entry.objects.filter(event="cases.CaseChanged").count() == 1


def test_a_stage_finished_twice_at_once_is_finished_once(company):
    with scoped(EVERYTHING):
        case = company.register()
        review = stage_of(case, "review").pk

    results = at_once(*[lambda: finish_stage(stage_id=review, by=company.admin).status] * 4)

    assert sorted(results) == ["DONE", "forbidden_move", "forbidden_move", "forbidden_move"]
    with scoped(EVERYTHING):
        assert CaseStage.objects.filter(case=case, status="RUNNING").count() == 1
        assert Entry.objects.filter(event="cases.StageFinished").count() == 1


def test_two_answers_at_once_leave_one(company):
    with scoped(EVERYTHING):
        case = company.register()
        for code in ("review", "work"):
            finish_stage(stage_id=stage_of(case, code).pk, by=company.admin)

    def answer(text: str) -> Callable[[], Any]:
        return lambda: answer_case(case_id=case.pk, result="EXPLAINED", answer=text, by=company.admin).answer

    results = at_once(answer("Да"), answer("Нет"))

    assert "forbidden_move" in results
    with scoped(EVERYTHING):
        assert Case.objects.get().answer in results
        assert Entry.objects.filter(event="cases.CaseAnswered").count() == 1


def test_a_warning_is_given_once_by_two_runs_at_once(company, clock):
    with scoped(EVERYTHING):
        for _ in range(10):
            company.register()
    clock.at("2026-05-05 16:00")

    results = at_once(*[lambda: warn_of_deadlines(now=timezone.now(), by=company.admin).stages] * 2)

    assert sum(results) == 10
    with scoped(EVERYTHING):
        assert Entry.objects.filter(event="cases.StageWarned").count() == 10


def test_work_that_changes_hands_in_both_directions_at_once_does_not_deadlock(company):
    with scoped(EVERYTHING):
        cases = [company.register() for _ in range(16)]
        reviews = [stage_of(case, "review").pk for case in cases]

    def finish(stage_id: int) -> Callable[[], Any]:
        return lambda: finish_stage(stage_id=stage_id, by=company.admin).status

    assert at_once(*map(finish, reviews)) == ["DONE"] * 16
