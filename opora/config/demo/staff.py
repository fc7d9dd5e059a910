"""Who of the company was where on a day of its history: read once, asked thousands of times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from opora.casework.cases.queries.catalogue import Catalogue, catalogue
from opora.casework.cases.queries.clock import Clock, clock_of
from opora.config.demo.hours import kept
from opora.platform.access.models import User
from opora.registry.organization.models import Absence, Branch, Employee


@dataclass
class Staff:
    """The people of every division, their users, and the days on which they were away."""

    random: Random
    people: dict[int, list[int]]
    users: dict[int, User]
    away: dict[int, list[tuple[date, date]]]
    #: Employees by the role of their user and branch.
    holders: dict[tuple[str, int], list[int]]
    system: User
    head_office: int
    catalogue: Catalogue
    clocks: dict[int, Clock]

    def at_work(self, division_id: int, moment: datetime) -> list[int]:
        """The division's people who work on that day."""
        return [person for person in self.people.get(division_id, ()) if self.present(person, moment)]

    def present(self, employee_id: int, moment: datetime) -> bool:
        periods = self.away.get(employee_id)
        if not periods:
            return True
        day = timezone.localtime(moment).date()
        return not any(first <= day < end for first, end in periods)

    def somebody(self, role: str, branch_id: int, moment: datetime) -> int:
        """One of the branch's employees with this role, of the head office where the branch has none."""
        people = self.holders.get((role, branch_id)) or self.holders[role, self.head_office]
        return self.random.choice([person for person in people if self.present(person, moment)] or people)

    def working_moment(self, branch_id: int, moment: datetime, *, by: datetime | None = None) -> datetime:
        """The moment itself when people are at work, else some time after the next opening, but not after `by`."""
        clock = self.clocks[branch_id]
        opening = clock.hours.next_working_moment(moment, clock.calendar)
        if opening == moment:
            return moment
        delay = timedelta(seconds=self.random.randint(120, 5400))
        return opening if by is not None and opening + delay > by else opening + delay


def read_staff(random: Random, system: User) -> Staff:
    """The company as it stands."""
    people: dict[int, list[int]] = {}
    holders: dict[tuple[str, int], list[int]] = {}
    users: dict[int, User] = {}
    employees = Employee.objects.filter(active=True).exclude(user=None)
    for employee in employees.select_related("user", "division").prefetch_related("user__roles").order_by("pk"):
        assert employee.user is not None
        people.setdefault(employee.division_id, []).append(employee.pk)
        users[employee.pk] = employee.user
        for role in employee.user.roles.all():
            holders.setdefault((role.code, employee.division.branch_id), []).append(employee.pk)
    away: dict[int, list[tuple[date, date]]] = {}
    for absence in Absence.objects.order_by("pk"):
        away.setdefault(absence.employee_id, []).append((absence.period.lower, absence.period.upper))
    branches: Sequence[Branch] = list(Branch.objects.order_by("pk"))
    return Staff(
        random=random,
        people=people,
        users=users,
        away=away,
        holders=holders,
        system=system,
        head_office=next(branch.pk for branch in branches if branch.is_head),
        catalogue=catalogue(),
        clocks={branch.pk: kept(clock_of(branch.pk)) for branch in branches},
    )
