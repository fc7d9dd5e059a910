"""A small company for the tests: a branch with two divisions, their people, customers, passports of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.operations import (
    load_passport_files,
    load_topics,
    register_case,
    set_routing_rule,
)
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.stages import Channel, Kind, StageRole
from opora.config.roles import define_roles
from opora.platform.access import queries as access
from opora.platform.access.models import User
from opora.platform.access.operations import create_user, ensure_system_user
from opora.platform.calendar import queries as calendar
from opora.platform.calendar.operations import load_builtin_years
from opora.platform.journal.models import Entry
from opora.platform.scope import Scope
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.customers.operations import add_usage_point, load_groups, register_customer
from opora.registry.organization import queries as organization
from opora.registry.organization.models import Branch, District, Division, Employee, Position
from opora.registry.organization.operations import (
    create_branch,
    create_district,
    create_division,
    create_position,
    hire_employee,
)

MOSCOW = ZoneInfo("Europe/Moscow")
PASSWORD = "очень длинный пароль 1"


def moscow(text: str) -> datetime:
    """2026-05-04 10:00 on the clock of the branch, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)


def told(moment: datetime | None) -> str:
    """A moment as the branch's clock shows it."""
    return moment.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M") if moment else ""


def stage(code: str, **more: Any) -> dict[str, Any]:
    """One stage of a passport; by default a curator's, from registration, two working days."""
    return {"code": code, "title": f"Этап {code}", "role": "CURATOR", "term": {"working_days": 2}, **more}


def passport(code: str = "test", *, stages: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, bytes]:
    """A passport's file by its name."""
    text = {
        "code": code,
        "title": f"Паспорт {code}",
        "applicants": "Все",
        "price": "Бесплатно",
        "result": "Ответ",
        "legal_reference": "Проверка",
        "term": {"days": 30},
        "valid_from": datetime(2020, 1, 1).date(),
        "stages": list(stages),
        **more,
    }
    return {f"{code}.toml": tomli_w.dumps(text).encode()}


#: Review, work that may pause, answer: what most tests walk.
ORDINARY = passport(
    "ordinary",
    chosen_for=[{}],
    stages=[
        stage("review", term={"working_days": 1}),
        stage(
            "work",
            after="review",
            role="EXECUTOR",
            term={"working_days": 5},
            pause_reasons=["CUSTOMER_ANSWER", "CUSTOMER_ACCESS"],
        ),
        stage("answer", after="work", answer=True),
    ],
)


@dataclass
class World:
    """What the tests stand on, made through operations."""

    admin: User
    branch: Branch
    other_branch: Branch
    district: District
    curators: Division
    executors: Division
    curator: Employee
    executor: Employee
    population: CustomerGroup
    large: CustomerGroup
    unidentified: CustomerGroup
    customer: Customer
    usage_point: UsagePoint
    users: dict[str, User] = field(default_factory=dict)

    def topic(self, code: str) -> int:
        return catalogue().topic_ids[code]

    def load(self, *files: Mapping[str, bytes]) -> None:
        """Load passports; the last one may stand for all."""
        load_passport_files(sources={name: text for file in files for name, text in file.items()}, by=self.admin)

    def register(self, **more: Any) -> Case:
        """A written appeal of the customer about an outage."""
        wanted: dict[str, Any] = {
            "by": self.admin,
            "channel": Channel.EMAIL,
            "kind": Kind.APPEAL,
            "topic_id": self.topic("outage"),
            "text": "Нет света с утра",
            "branch_id": self.branch.pk,
            "customer_id": self.customer.pk,
            **more,
        }
        return register_case(**wanted)

    def hire(self, last_name: str, division: Division, **more: Any) -> Employee:
        position = Position.objects.get()
        return hire_employee(
            division_id=division.pk, position_id=position.pk, last_name=last_name, first_name="Иван", by=self.admin,
            **more,
        )  # fmt: skip

    def user(
        self, name: str, *, roles: Sequence[str] = ("operator",), employee: Employee | None = None, **scope: Any
    ) -> User:
        """Somebody of the branch who sees and edits the population and unknown customers, unless said otherwise."""
        seen = scope.get("seen", [self.population, self.unidentified])
        user = create_user(
            username=name, password=None, roles=roles, by=self.admin,
            scope=Scope(
                branches=frozenset(branch.pk for branch in scope.get("branches", [self.branch])),
                groups_seen=frozenset(group.pk for group in seen),
                groups_edited=frozenset(group.pk for group in scope.get("edited", seen)),
            ),
        )  # fmt: skip
        if employee is not None:
            Employee.objects.filter(pk=employee.pk).update(user=user)
        return user


def build_world() -> World:
    """Everything the tests need, in the caller's scope."""
    organization.forget()
    calendar.forget()
    access._system_user.clear()
    admin = ensure_system_user()
    define_roles()
    load_builtin_years(by=admin)
    load_groups(by=admin)
    load_topics(by=admin)
    create_position(title="Специалист", by=admin)
    branch = create_branch(code="03", name="Армавирские электрические сети", short_name="АЭС", by=admin)
    other = create_branch(code="04", name="Адыгейские электрические сети", short_name="АдЭС", by=admin)
    district = create_district(branch_id=branch.pk, code="0301", name="Армавирский", by=admin)
    curators = create_division(branch_id=branch.pk, code="03-ОП", name="Отдел обслуживания", by=admin)
    executors = create_division(branch_id=branch.pk, code="03-РЭС", name="Район сетей", by=admin)
    groups = {group.code: group for group in CustomerGroup.objects.all()}
    customer = register_customer(
        kind=Customer.Kind.INDIVIDUAL, group_id=groups["POPULATION"].pk, branch_id=branch.pk, by=admin,
        last_name="Семёнов", first_name="Пётр",
    )  # fmt: skip
    point = add_usage_point(
        customer_id=customer.pk, branch_id=branch.pk, district_id=district.pk, number="ТП-1",
        address="Армавир, Мира, 5", by=admin,
    )  # fmt: skip
    world = World(
        admin=admin, branch=branch, other_branch=other, district=district, curators=curators, executors=executors,
        curator=None, executor=None, customer=customer, usage_point=point,  # type: ignore[arg-type]
        population=groups["POPULATION"], large=groups["LARGE"], unidentified=groups["UNIDENTIFIED"],
    )  # fmt: skip
    world.curator = world.hire("Кураторова", curators)
    world.executor = world.hire("Исполнителев", executors)
    set_routing_rule(role=StageRole.CURATOR, division_id=curators.pk, by=admin)
    set_routing_rule(role=StageRole.EXECUTOR, division_id=executors.pk, by=admin)
    world.load(ORDINARY)
    return world


def stage_of(case: Case, code: str) -> CaseStage:
    """The last run of a stage."""
    return CaseStage.objects.filter(case=case, code=code).latest("round")


def facts(case: Case) -> list[str]:
    """Names of what the journal tells of the case, in order."""
    about = Entry.objects.filter(about__contains=[f"cases.Case:{case.pk}"]).order_by("pk")
    return [entry.event.removeprefix("cases.") for entry in about]


def statuses(case: Case) -> dict[str, str]:
    """Where the last run of every stage stands."""
    rows = CaseStage.objects.filter(case=case).order_by("ordinal", "round")
    return {row.code: row.status for row in rows}
