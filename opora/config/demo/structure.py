"""The company of the demo region: branches, districts, offices, divisions, people, their rights and their routes."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password

from opora.casework.cases.models import Topic
from opora.casework.cases.operations import set_routing_rule
from opora.config.demo.names import latin, person
from opora.config.demo.region import BRANCHES, HEAD, SETTLEMENTS, STREETS, BranchOutline
from opora.platform.access.models import User
from opora.platform.access.operations import create_user
from opora.platform.calendar.operations import create_schedule
from opora.platform.scope import EVERYTHING, Scope
from opora.registry.customers.models import CustomerGroup
from opora.registry.organization.models import Absence, Branch, District, Division, Employee, Office
from opora.registry.organization.operations import (
    create_branch,
    create_district,
    create_division,
    create_office,
    create_position,
    hire_employee,
    record_absence,
    set_deputy,
)

_UNITS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "company.toml").read_text(encoding="utf-8")
)

PASSWORD = "opora-demo"
#: One login per role: its name is that of the role; the branch it works in, and what to call the role.
ACCOUNTS = {
    "operator": ("00", "оператор контакт-центра"),
    "clerk": ("01", "специалист офиса обслуживания"),
    "dispatcher": ("00", "диспетчер"),
    "executor": ("01", "исполнитель"),
    "supervisor": ("01", "руководитель филиала"),
    "editor": ("00", "методолог"),
    "analyst": ("00", "аналитик"),
    "administrator": ("00", "администратор"),
}

#: Groups whose contacts the contact centre does not handle: they have managers of their own.
_KEY_ACCOUNTS = {"LARGE", "SALES", "GRIDS"}

_OFFICE_WEEK = {day: [(time(8), time(12)), (time(13), time(17))] for day in range(5)}
_LATER_WEEK = {day: [(time(9), time(13)), (time(14), time(18))] for day in range(5)}
_SERVICE_WEEK = {
    **{day: [(time(8), time(13)), (time(14), time(18))] for day in range(5)},
    5: [(time(9), time(13))],
}


@dataclass(frozen=True)
class Territory:
    """A district as customers see it."""

    branch_id: int
    branch_code: str
    district_id: int
    district_number: int
    settlements: tuple[str, ...]
    #: Its part of the region's customers.
    weight: float


@dataclass
class Builder:
    """Builds the company by operations, as an administrator would."""

    random: Random
    today: date
    by: User
    groups: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    districts: dict[str, District] = field(default_factory=dict)
    divisions: dict[str, Division] = field(default_factory=dict)
    free_accounts: set[tuple[str, str]] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)
    numbered: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def build(self) -> None:
        self.groups = dict(CustomerGroup.objects.values_list("code", "pk"))
        self.topics = dict(Topic.objects.values_list("code", "pk"))
        self.free_accounts = {(branch, role) for role, (branch, _title) in ACCOUNTS.items()}
        self._places()
        for unit in _UNITS["head"]:
            self._unit(unit, HEAD, everywhere=True)
        for outline in BRANCHES:
            units = [*_UNITS["branch"], *(unit for unit in _UNITS["large"] if outline.code in unit["branches"])]
            for unit in units:
                self._unit(unit, outline, everywhere=outline is BRANCHES[0])
        self._deputies()
        self._absences()
        #: One hash for all: PBKDF2 takes a quarter of a second each.
        User.objects.filter(username__in=ACCOUNTS).update(password=make_password(PASSWORD))

    def _places(self) -> None:
        ordinary = create_schedule(name="Филиал: 8–17, перерыв 12–13", week=_OFFICE_WEEK, by=self.by)
        later = create_schedule(name="Сочи: 9–18, перерыв 13–14", week=_LATER_WEEK, by=self.by)
        service = create_schedule(name="Офис обслуживания: 8–18, суббота 9–13", week=_SERVICE_WEEK, by=self.by)
        for outline in (HEAD, *BRANCHES):
            branch = create_branch(
                code=outline.code, name=outline.name, short_name=outline.short_name, is_head=outline is HEAD,
                schedule_id=(later if outline.code == "02" else ordinary).pk, by=self.by,
            )  # fmt: skip
            self.branches[outline.code] = branch
            for number, name in enumerate(outline.districts, start=1):
                code = f"{outline.code}-{number:02d}"
                self.districts[name] = create_district(branch_id=branch.pk, code=code, name=f"{name} РЭС", by=self.by)
            self._offices(outline, service.pk)

    def _offices(self, outline: BranchOutline, schedule_id: int) -> None:
        for number, district in enumerate(outline.districts):
            is_centre = number == 0 or (outline.code in ("01", "02") and number == 1)
            kind, title = (Office.Kind.CENTRE, "ЦОП") if is_centre else (Office.Kind.POINT, "Пункт обслуживания")
            street, house = self.random.choice(STREETS), self.random.randint(1, 90)
            create_office(
                branch_id=self.branches[outline.code].pk, district_id=self.districts[district].pk, kind=kind,
                name=f"{title}, {district} РЭС", address=f"{SETTLEMENTS[district][0]}, ул {street}, д {house}",
                phones=[f"+7900980{int(outline.code):02d}{number:02d}"],
                email=f"office{outline.code}{number}@example.org",
                schedule_id=schedule_id, by=self.by,
            )  # fmt: skip

    def _unit(self, unit: dict[str, Any], outline: BranchOutline, *, everywhere: bool) -> None:
        """A division, its people, and the stages that come to it; `everywhere` makes it the last resort as well."""
        branch = self.branches[outline.code]
        district = self.districts[unit["district"]] if "district" in unit else None
        parent = self.divisions.get(f"{outline.short_name}-{unit.get('parent')}")
        code = f"{outline.short_name}-{unit['code']}"
        division = create_division(
            branch_id=branch.pk, code=code, name=f"{unit['name']} {outline.short_name}", by=self.by,
            district_id=district.pk if district else None, parent_id=parent.pk if parent else None,
        )  # fmt: skip
        self.divisions[code] = division
        is_head = unit.get("head", False)
        for title, count, role in unit["posts"]:
            position = create_position(title=title, by=self.by)
            for _ in range(count):
                self._employee(division, position.pk, role, outline, unit["duties"], is_head=is_head)
                is_head = False
        for role in unit["roles"]:
            place = {} if outline is HEAD else {"branch_id": branch.pk}
            if district:
                place["district_id"] = district.pk
            set_routing_rule(role=role, division_id=division.pk, by=self.by, **place)
            if everywhere and not district and outline is not HEAD and role != "EXECUTOR":
                set_routing_rule(role=role, division_id=division.pk, by=self.by)
        for topic in unit.get("topics", ()):
            set_routing_rule(
                role="EXECUTOR", topic_id=self.topics[topic], branch_id=branch.pk, division_id=division.pk, by=self.by
            )

    def _employee(
        self, division: Division, position_id: int, role: str, outline: BranchOutline, duties: str, *, is_head: bool
    ) -> None:
        name, number = person(self.random), next(self.numbered)
        user = create_user(
            username=self._username(role, outline, latin(f"{name.last_name}.{name.first_name[0]}")),
            password=None, roles=[role], scope=self._scope(role, outline), by=self.by,
            first_name=name.first_name, last_name=name.last_name, email=f"employee{number}@example.org",
        )  # fmt: skip
        hire_employee(
            division_id=division.pk, position_id=position_id, last_name=name.last_name, first_name=name.first_name,
            middle_name=name.middle_name, phone=f"+7900990{number:04d}", internal_phone=f"{1000 + number}",
            email=user.email, duties=duties, is_head=is_head, user_id=user.pk, by=self.by,
        )  # fmt: skip

    def _username(self, role: str, outline: BranchOutline, wanted: str) -> str:
        """The name of the role for the first who has it where the account works; initials and a number otherwise."""
        if (outline.code, role) in self.free_accounts:
            self.free_accounts.remove((outline.code, role))
            return role
        name, number = wanted, 1
        while name in self.usernames:
            number += 1
            name = f"{wanted}{number}"
        self.usernames.add(name)
        return name

    def _scope(self, role: str, outline: BranchOutline) -> Scope:
        if role == "administrator":
            return EVERYTHING
        everywhere = [branch.pk for branch in self.branches.values()]
        branches = everywhere if outline is HEAD else [self.branches[outline.code].pk]
        everybody = frozenset(self.groups.values())
        seen = edited = everybody
        if role in ("operator", "clerk"):
            seen = edited = frozenset(pk for code, pk in self.groups.items() if code not in _KEY_ACCOUNTS)
        if role in ("analyst", "editor"):
            edited = frozenset()
        return Scope(branches=frozenset(branches), groups_seen=seen, groups_edited=edited)

    def _deputies(self) -> None:
        """The head's work falls to the first of his people, and the other way round it would be a circle."""
        by_division: dict[int, list[Employee]] = {}
        for employee in Employee.objects.order_by("-is_head", "pk"):
            by_division.setdefault(employee.division_id, []).append(employee)
        for first, *others in by_division.values():
            if others:
                set_deputy(employee_id=first.pk, deputy_id=others[0].pk, by=self.by)

    def _absences(self) -> None:
        """Some are away today, some will be; those with a login are at work."""
        people = list(Employee.objects.exclude(user__username__in=ACCOUNTS).order_by("pk"))
        reasons = list(Absence.Reason)
        for number, employee in enumerate(self.random.sample(people, 9)):
            ahead = self.random.randint(-9, -1) if number < 4 else self.random.randint(5, 60)
            first = self.today + timedelta(days=ahead)
            last = first + timedelta(days=self.random.choice((13, 13, 27)))
            record_absence(
                employee_id=employee.pk, first=first, last=last, reason=reasons[number % len(reasons)], by=self.by
            )


def build_company(random: Random, today: date, *, by: User) -> None:
    """Put the company into an empty installation that has its reference data."""
    Builder(random=random, today=today, by=by).build()


def territories() -> Sequence[Territory]:
    """The districts of the region with their parts of its customers: the first of a branch has the most."""
    districts = {district.code: district for district in District.objects.select_related("branch")}
    found = []
    for outline in BRANCHES:
        parts = [2.5, *[1.0] * (len(outline.districts) - 1)]
        for number, (name, part) in enumerate(zip(outline.districts, parts, strict=True), start=1):
            district = districts[f"{outline.code}-{number:02d}"]
            found.append(
                Territory(
                    branch_id=district.branch_id, branch_code=outline.code, district_id=district.pk,
                    district_number=number, settlements=SETTLEMENTS[name],
                    weight=outline.share * part / sum(parts),
                )
            )  # fmt: skip
    return found
