"""Who works where, who is there today, and who stands in."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.calendar import queries as calendar
from opora.platform.calendar.hours import WorkingHours
from opora.platform.names import words
from opora.registry.organization.models import Absence, Branch, District, Division, Employee, Office, Position

_FUZZY = 0.45
_SECONDS = 60.0

_schedules: dict[int, int | None] = {}
_read_at = [0.0]


def working_hours_of(branch_id: int) -> WorkingHours:
    """The hours of a branch; which schedule it has is kept in the process for a minute, as the hours are."""
    if branch_id not in _schedules or time.monotonic() - _read_at[0] > _SECONDS:
        _schedules.update(Branch.objects.values_list("pk", "schedule_id"))
        _read_at[0] = time.monotonic()
    return calendar.working_hours(_schedules.get(branch_id))


def forget() -> None:
    """Read the schedules of branches afresh at the next question."""
    _schedules.clear()


def branches() -> QuerySet[Branch]:
    """Branches that are open, head office first."""
    return Branch.objects.filter(closed_at=None).order_by("-is_head", "code")


def districts(*, branch_id: int | None = None) -> QuerySet[District]:
    """Open districts, of one branch or of all."""
    found = District.objects.filter(closed_at=None).select_related("branch").order_by("branch__code", "name", "pk")
    return found if branch_id is None else found.filter(branch_id=branch_id)


def offices() -> QuerySet[Office]:
    """Open customer offices, by branch and name."""
    return Office.objects.filter(closed_at=None).select_related("branch", "district").order_by("branch__code", "name")


def divisions(*, branch_id: int | None = None) -> QuerySet[Division]:
    """Open divisions with the number of people in each."""
    found = (
        Division.objects.filter(closed_at=None)
        .select_related("branch", "district")
        .annotate(people=Count("employees", filter=Q(employees__active=True)))
        .order_by("branch__code", "code")
    )
    return found if branch_id is None else found.filter(branch_id=branch_id)


def structure() -> QuerySet[Branch]:
    """The whole tree: branches with their districts, offices and divisions, in four queries."""
    return branches().prefetch_related(
        Prefetch("districts", District.objects.filter(closed_at=None).order_by("name")),
        Prefetch("offices", Office.objects.filter(closed_at=None).order_by("kind", "name")),
        Prefetch("divisions", divisions()),
    )


def positions() -> QuerySet[Position]:
    """All posts, by title."""
    return Position.objects.order_by("title")


def away(on: date) -> QuerySet[Absence]:
    """Absences that cover the day."""
    return Absence.objects.filter(period__contains=on)


#: Ids of a division's people who work on a day. Written out: every stage that begins asks it, or embeds it.
AVAILABLE_EMPLOYEES = """
select id from organization_employee employee where division_id = %(division)s and active
    and not exists (select from organization_absence absence
        where absence.employee_id = employee.id and absence.period @> %(day)s)
order by id
"""


def available_employee_ids(division_id: int, at: datetime) -> list[int]:
    """Ids of the division's people who work on that day."""
    with connection.cursor() as cursor:
        cursor.execute(AVAILABLE_EMPLOYEES, {"division": division_id, "day": timezone.localtime(at).date()})
        return [employee_id for (employee_id,) in cursor.fetchall()]


def head_of(division_id: int) -> Employee | None:
    """The head of the division, or of the nearest one above it that has a head."""
    step: int | None = division_id
    while step is not None:
        head = Employee.objects.filter(division_id=step, is_head=True, active=True).first()
        if head is not None:
            return head
        step = Division.objects.values_list("parent_id", flat=True).get(pk=step)
    return None


def stand_in_for(employee_id: int, at: datetime) -> int:
    """Who does the work of an employee at that moment: himself, or the first of his deputies who is there.

    When everybody in the chain is away, it stays with himself.
    """
    return _present(employee_id, *_away_and_deputies(at)) or employee_id


def stand_ins_of_division(division_id: int, at: datetime) -> list[int]:
    """Ids of those who stand in, at that moment, for the division's absent people."""
    absent, deputies = _away_and_deputies(at)
    people = Employee.objects.filter(division_id=division_id, active=True, pk__in=absent).values_list("pk", flat=True)
    return sorted({deputy for person in people if (deputy := _present(person, absent, deputies)) is not None})


def _away_and_deputies(at: datetime) -> tuple[set[int], dict[int, int]]:
    absent = set(away(timezone.localtime(at).date()).values_list("employee_id", flat=True))
    named = Employee.objects.filter(active=True, deputy__active=True).values_list("pk", "deputy_id")
    return absent, {employee: deputy for employee, deputy in named if deputy is not None}


def _present(employee_id: int, absent: set[int], deputies: dict[int, int]) -> int | None:
    """The first one who is there, down the chain of deputies."""
    step: int | None = employee_id
    seen: set[int] = set()
    while step is not None and step in absent:
        if step in seen:
            return None
        seen.add(step)
        step = deputies.get(step)
    return step


def employee_of(user: User) -> Employee | None:
    """The employee behind a user, with his division."""
    return Employee.objects.select_related("division", "division__branch").filter(user=user, active=True).first()


def colleagues(division_id: int) -> QuerySet[Employee]:
    """People of a division, in Russian order."""
    return Employee.objects.filter(division_id=division_id, active=True).order_by("name_key", "pk")


@dataclass(frozen=True)
class DirectoryEntry:
    """A line of the employees' directory."""

    employee: Employee
    absent_until: date | None
    reason: str
    deputy: Employee | None


def search_directory(
    text: str = "",
    *,
    branch_id: int | None = None,
    division_id: int | None = None,
    after: str = "",
    after_id: int | None = None,
    before: tuple[str, int] | None = None,
    limit: int = 50,
) -> Sequence[DirectoryEntry]:
    """People whose name (in any order, misspelt too), phone, e-mail, position, division or duties fit the text.

    :param after: name key of the last line of the page before.
    :param after_id: id of that line, so that a namesake at the border of two pages is not lost.
    :param before: name key and id of the first line of the page after; then the lines just above it.
    """
    found = _fitting(text, branch_id, division_id).select_related("division", "division__branch", "position", "deputy")
    if after:
        namesakes = Q(name_key=after, pk__gt=after_id) if after_id is not None else Q(pk__in=[])
        found = found.filter(Q(name_key__gt=after) | namesakes)
    if before:
        found = found.filter(Q(name_key__lt=before[0]) | Q(name_key=before[0], pk__lt=before[1]))
        people = list(found.order_by("-name_key", "-pk")[:limit])[::-1]
    else:
        people = list(found.order_by("name_key", "pk")[:limit])
    absent = {row.employee_id: row for row in away(timezone.localdate()).filter(employee__in=people)}
    return [
        DirectoryEntry(
            employee=person,
            absent_until=absence.period.upper if absence else None,
            reason=absence.get_reason_display() if absence else "",
            deputy=person.deputy,
        )
        for person in people
        for absence in [absent.get(person.pk)]
    ]


def count_directory(text: str = "", *, branch_id: int | None = None, division_id: int | None = None) -> int:
    """How many lines the same search has altogether."""
    return _fitting(text, branch_id, division_id).count()


def _fitting(text: str, branch_id: int | None, division_id: int | None) -> QuerySet[Employee]:
    found = Employee.objects.filter(active=True)
    if branch_id is not None:
        found = found.filter(division__branch_id=branch_id)
    if division_id is not None:
        found = found.filter(division_id=division_id)
    for word in words(text):
        digits = "".join(filter(str.isdigit, word))
        fits = (
            Q(name_key__contains=word)
            | Q(likeness__gte=_FUZZY)
            | Q(email__icontains=word)
            | Q(position__title__icontains=word)
            | Q(division__name__icontains=word)
            | Q(duties__icontains=word)
        )
        if len(digits) >= 3 and digits == word.replace("-", ""):
            fits |= Q(phone__contains=digits) | Q(internal_phone__contains=digits)
        found = found.alias(likeness=TrigramWordSimilarity(word, "name_key")).filter(fits)
    return found


def employee_card(employee_id: int) -> Employee:
    """One employee with everything his card shows.

    :raises Employee.DoesNotExist: when there is none.
    """
    return Employee.objects.select_related(
        "division", "division__branch", "division__district", "position", "deputy", "deputy__position", "user"
    ).get(pk=employee_id)


def absences_from(employee_id: int, day: date) -> QuerySet[Absence]:
    """Absences that are going on or are still to come, the nearest first."""
    return Absence.objects.filter(employee_id=employee_id, period__endswith__gt=day).order_by("period", "pk")


def absences_of(employee_id: int) -> QuerySet[Absence]:
    """Absences of an employee, latest first."""
    return Absence.objects.filter(employee_id=employee_id).order_by("-period", "pk")
