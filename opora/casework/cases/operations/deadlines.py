"""Warnings before a term is spent: at a half, four fifths and the whole, once each, in working hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from opora.casework.cases.events import CaseWarned, StageWarned
from opora.casework.cases.models import Case
from opora.casework.cases.queries.clock import clock_of
from opora.platform.access.models import User
from opora.platform.journal.operations import publish_many
from opora.platform.live.operations import announce
from opora.registry.organization.queries import branches

#: Rows warned of in one run: more wait for the next minute, so that no run holds locks for long.
BATCH = 2000

_WARN = """
with due as (
    select id, case when warnings[3] <= %(now)s then 100 when warnings[2] <= %(now)s then 80 else 50 end as share
    from {table}
    where next_warning_at <= %(now)s and branch_id = any (%(branches)s) {condition}
    order by next_warning_at
    limit %(batch)s
    for no key update skip locked
)
update {table} thing set warned = due.share, next_warning_at = (
    select min(moment) from unnest(warnings) with ordinality as w (moment, place)
    where (array[50, 80, 100])[place] > due.share
)
from due where thing.id = due.id
returning {columns}, due.share, thing.due_at, thing.branch_id
"""
_STAGES = _WARN.format(
    table="cases_casestage",
    condition="and status = 'RUNNING'",
    columns="thing.id, thing.case_id, thing.code, thing.employee_id, thing.division_id",
)
_CASES = _WARN.format(
    table="cases_case",
    condition="and state in ('REGISTERED', 'IN_PROGRESS')",
    columns="thing.id, thing.id, '', thing.employee_id, thing.division_id",
)


@dataclass(frozen=True)
class Warned:
    """How many warnings a run has given."""

    stages: int
    cases: int


@transaction.atomic
def warn_of_deadlines(*, now: datetime, by: User) -> Warned:
    """Publish a warning for every stage and case that has spent a half, four fifths or the whole of its term.

    One statement finds, locks and marks them; a row that somebody is changing waits for the next run. Branches
    where nobody is at work wait for the morning. After a standstill only the highest share is told.
    """
    at_work = [branch.pk for branch in branches() if clock_of(branch.pk).working(now)]
    stages = _marked(_STAGES, now, at_work)
    cases = _marked(_CASES, now, at_work)
    facts = [
        (
            StageWarned(
                case_id=case_id, stage_id=pk, code=code, share=share, due_at=due_at.isoformat(), branch_id=branch_id
            ),
            [Case(pk=case_id)],
        )
        for pk, case_id, code, _employee, _division, share, due_at, branch_id in stages
    ]
    more = [
        (CaseWarned(case_id=pk, share=share, due_at=due_at.isoformat(), branch_id=branch_id), [Case(pk=pk)])
        for pk, _case, _code, _employee, _division, share, due_at, branch_id in cases
    ]
    publish_many([*facts, *more], by=by)
    touched = [*stages, *cases]
    if touched:
        divisions = {f"division:{row[4]}" for row in touched if row[4] is not None}
        announce("cases", *{f"branch:{row[7]}" for row in touched}, *divisions)
    return Warned(stages=len(stages), cases=len(cases))


def _marked(statement: str, now: datetime, branch_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    if not branch_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "branches": list(branch_ids), "batch": BATCH})
        return list(cursor.fetchall())
