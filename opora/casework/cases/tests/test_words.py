"""Cases found by their words, however long ago they were registered."""

import pytest

from opora.casework.cases.queries.lists import CaseFilter, Count, case_list, count_cases
from opora.casework.cases.tests.world import moscow

SPARKS = CaseFilter(text="искрить")


@pytest.fixture
def sparks(world):
    """The oldest case first: of two years ago, of two months ago, of today; and one about something else."""
    days = ("2024-04-15 10:00", "2026-03-02 10:00", "2026-05-04 09:00")
    found = [world.register(text="Искрит провод у столба", registered_at=moscow(day)) for day in days]
    world.register(text="Низкое напряжение")
    return [case.number for case in found]


def numbers(page):
    return [row.number for row in page.rows]


def test_words_in_any_form_find_the_newest_first_and_the_oldest_too(sparks):
    page = case_list(SPARKS)

    assert numbers(page) == sparks[::-1]
    assert count_cases(SPARKS) == Count(3, exact=True)


def test_found_cases_are_paged_there_and_back(sparks):
    first = case_list(SPARKS, limit=1)
    second = case_list(SPARKS, after=first.next, limit=1)
    third = case_list(SPARKS, after=second.next, limit=1)
    back = case_list(SPARKS, before=third.previous, limit=1)

    assert [numbers(first), numbers(second), numbers(third)] == [[number] for number in sparks[::-1]]
    assert third.next is None
    assert numbers(back) == numbers(second)


def test_other_conditions_hold_for_what_the_words_find(world, sparks):
    assert case_list(CaseFilter(text="искрить", branch_id=world.other_branch.pk)).rows == []
    assert numbers(case_list(CaseFilter(text="искрить", branch_id=world.branch.pk))) == sparks[::-1]
