"""Who does a stage: routing rules name the division, load and absence the person."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from opora.casework.cases.models import CaseStage
from opora.registry.organization.queries import (
    AVAILABLE_EMPLOYEES,
    available_employee_ids,
    stand_ins_of_division,
)


def person_for(stage: CaseStage, others: Iterable[CaseStage], now: datetime) -> int | None:
    """Somebody of the stage's division who is at work: whoever has done a stage of the same role in this case goes
    on, otherwise who has the least to do. When nobody of the division is there, those who stand in for its people.

    :param others: the stages of the case, of which the latest counts first.
    """
    assert stage.division_id is not None
    before = [other for other in others if other is not stage and other.role == stage.role and other.employee_id]
    if not before and (found := _freest_of(stage.division_id, now)):
        return found
    people = available_employee_ids(stage.division_id, now) or stand_ins_of_division(stage.division_id, now)
    for earlier in sorted(before, key=lambda other: (other.started_at or now, other.ordinal), reverse=True):
        if earlier.employee_id in people:
            return earlier.employee_id
    return free_person(people)


def free_person(people: Sequence[int]) -> int | None:
    """Whoever of these has the least on his desk, passing over those to whom work is being given right now."""
    if len(people) < 2:
        return people[0] if people else None
    with connection.cursor() as cursor:
        cursor.execute("select cases_free_person(%s::bigint[])", [list(people)])
        found: int | None = cursor.fetchone()[0]
    return found


def _freest_of(division_id: int, now: datetime) -> int | None:
    """The freest of those who are at work, asked in one statement: every registration does."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select cases_free_person(array({AVAILABLE_EMPLOYEES})::bigint[])",
            {"division": division_id, "day": timezone.localtime(now).date()},
        )
        found: int | None = cursor.fetchone()[0]
    return found
