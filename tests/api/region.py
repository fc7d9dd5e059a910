"""A small region for the tests of the API, built by operations as everything else."""

from dataclasses import dataclass
from pathlib import Path

from opora.casework.cases.models import Topic
from opora.casework.cases.operations import load_passports, load_topics, set_routing_rule
from opora.casework.cases.stages import StageRole
from opora.platform.access import queries as access
from opora.platform.access.models import User
from opora.platform.access.operations import ensure_system_user
from opora.platform.calendar import queries as calendar
from opora.platform.calendar.operations import load_builtin_years
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.registry.customers.models import Customer, CustomerGroup
from opora.registry.customers.operations import load_groups, register_customer
from opora.registry.customers.stages import CustomerKind
from opora.registry.organization import queries as organization
from opora.registry.organization.models import Branch, Division, Employee
from opora.registry.organization.operations import create_branch, create_division, create_position, hire_employee

PASSPORTS = Path(__file__).parents[2] / "passports"


@dataclass(frozen=True)
class Region:
    """What the tests speak of."""

    north: Branch
    south: Branch
    curators: Division
    executors: Division
    curator: Employee
    executor: Employee
    #: A customer of the group «Население», and one of «Крупные потребители».
    ivanova: Customer
    plant: Customer

    @property
    def population_only(self) -> Scope:
        """Sees and edits the population and the unknown, in the northern branch."""
        groups = self.groups("POPULATION", "UNIDENTIFIED")
        return self.scope(seen=groups, edited=groups)

    def scope(self, *, seen: frozenset[int], edited: frozenset[int]) -> Scope:
        return Scope(branches=frozenset({self.north.pk}), groups_seen=seen, groups_edited=edited)

    def groups(self, *codes: str) -> frozenset[int]:
        return frozenset(CustomerGroup.objects.filter(code__in=codes).values_list("pk", flat=True))

    def topic(self, code: str) -> int:
        return Topic.objects.values_list("pk", flat=True).get(code=code)

    def hire(self, division: Division, last_name: str, *, user: User | None = None) -> Employee:
        with scoped(EVERYTHING):
            system = ensure_system_user()
            position = create_position(title="Специалист", by=system)
            return hire_employee(
                division_id=division.pk, position_id=position.pk, last_name=last_name, first_name="Анна",
                user_id=user.pk if user else None, by=system,
            )  # fmt: skip

    def case(self, **changes: object) -> dict[str, object]:
        """The body of a registration: an appeal by phone about an outage, of Ivanova."""
        body = {
            "channel": "PHONE",
            "kind": "APPEAL",
            "topic_id": self.topic("outage"),
            "text": "С утра нет света",
            "customer_id": self.ivanova.pk,
        }
        return {name: value for name, value in (body | changes).items() if value is not ...}


def make_region() -> Region:
    with scoped(EVERYTHING):
        organization.forget()
        calendar.forget()
        access._system_user.clear()
        system = ensure_system_user()
        load_builtin_years(by=system)
        load_groups(by=system)
        load_topics(by=system)
        load_passports(folder=PASSPORTS, by=system)
        north = create_branch(code="01", name="Северные электрические сети", short_name="СЭС", by=system)
        south = create_branch(code="02", name="Южные электрические сети", short_name="ЮЭС", by=system)
        curators = create_division(branch_id=north.pk, code="01-К", name="Группа обращений", by=system)
        executors = create_division(branch_id=north.pk, code="01-И", name="Служба сетей", by=system)
        for role in StageRole.values:
            chosen = executors if role == StageRole.EXECUTOR else curators
            set_routing_rule(role=role, division_id=chosen.pk, by=system)
        group = {group.code: group.pk for group in CustomerGroup.objects.all()}
        ivanova = register_customer(
            kind=CustomerKind.INDIVIDUAL, group_id=group["POPULATION"], branch_id=north.pk,
            last_name="Иванова", first_name="Анна", by=system,
        )  # fmt: skip
        plant = register_customer(
            kind=CustomerKind.LEGAL_ENTITY, group_id=group["LARGE"], branch_id=north.pk, name="Завод «Искра»", by=system
        )
        position = create_position(title="Специалист", by=system)
        curator, executor = (
            hire_employee(
                division_id=division.pk, position_id=position.pk, last_name=name, first_name="Пётр", by=system
            )
            for division, name in ((curators, "Кураторов"), (executors, "Исполнителев"))
        )
    return Region(
        north=north, south=south, curators=curators, executors=executors, curator=curator, executor=executor,
        ivanova=ivanova, plant=plant,
    )  # fmt: skip
