"""Who gets a stage: topic × territory → division → whoever is there and has the least to do."""

from datetime import date

import pytest

from opora.casework.cases.models import CaseStage, RoutingRule
from opora.casework.cases.operations import (
    UnknownRole,
    WrongAssignee,
    finish_stage,
    reassign_stage,
    remove_routing_rule,
    set_routing_rule,
)
from opora.casework.cases.tests.world import facts, stage_of
from opora.platform.errors import NotVisible
from opora.registry.organization.models import Absence
from opora.registry.organization.operations import create_division, record_absence, set_deputy


def holder(case, code="review"):
    return stage_of(case, code).employee_id


def division(world, code, branch=None):
    return create_division(
        branch_id=(branch or world.branch).pk, code=code, name=f"Отдел {code}", by=world.admin
    )  # fmt: skip


def away(world, employee):
    record_absence(
        employee_id=employee.pk, first=date(2026, 5, 1), last=date(2026, 5, 20), reason=Absence.Reason.VACATION,
        by=world.admin,
    )  # fmt: skip


def test_the_most_precise_rule_wins_topic_before_territory(world):
    everywhere, topical, local, deep = (division(world, code) for code in ("А", "Б", "В", "Г"))
    set_routing_rule(role="CURATOR", division_id=everywhere.pk, by=world.admin)
    set_routing_rule(role="CURATOR", topic_id=world.topic("transmission"), division_id=topical.pk, by=world.admin)
    set_routing_rule(role="CURATOR", district_id=world.district.pk, division_id=local.pk, by=world.admin)
    set_routing_rule(
        role="CURATOR", topic_id=world.topic("outage"), branch_id=world.branch.pk, division_id=deep.pk, by=world.admin
    )

    def goes(**wanted):
        return stage_of(world.register(**wanted), "review").division_id

    assert goes(topic_id=world.topic("metering")) == everywhere.pk
    assert goes(topic_id=world.topic("metering"), district_id=world.district.pk) == local.pk
    assert goes(topic_id=world.topic("limitation"), district_id=world.district.pk) == topical.pk
    assert goes(topic_id=world.topic("outage_planned")) == deep.pk
    assert goes(topic_id=world.topic("outage"), branch_id=world.other_branch.pk) == topical.pk


def test_a_rule_for_the_same_place_is_replaced(world):
    other = division(world, "А")

    set_routing_rule(role="CURATOR", division_id=other.pk, by=world.admin)

    rule = RoutingRule.objects.get(role="CURATOR")
    assert (rule.division_id, rule.version) == (other.pk, 2)


def test_without_a_rule_a_stage_waits_for_a_supervisor(world):
    remove_routing_rule(rule_id=RoutingRule.objects.get(role="CURATOR").pk, by=world.admin)

    case = world.register()

    review = stage_of(case, "review")
    assert (review.status, review.division_id, review.employee_id) == ("RUNNING", None, None)
    assert facts(case) == ["CaseRegistered", "StageQueued"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"role": "КОРОЛЬ"}, UnknownRole),
        ({"division_id": 0}, NotVisible),
        ({"topic_id": 0}, NotVisible),
        ({"district_id": 0}, NotVisible),
    ],
)
def test_a_wrong_rule_is_refused(world, wrong, error):
    with pytest.raises(error):
        set_routing_rule(**{"role": "LAWYER", "division_id": world.curators.pk, "by": world.admin, **wrong})
    assert not RoutingRule.objects.filter(role="LAWYER").exists()


def test_new_work_goes_to_whoever_has_the_least(world):
    second = world.hire("Вторая", world.curators)
    for _ in range(3):
        reassign_stage(
            stage_id=stage_of(world.register(), "review").pk, employee_id=world.curator.pk, reason="Да", by=world.admin
        )

    assert [holder(world.register()) for _ in range(3)] == [second.pk] * 3
    assert {holder(world.register()), holder(world.register())} == {world.curator.pk, second.pk}


def test_finished_work_counts_no_more(world):
    second = world.hire("Вторая", world.curators)
    cases = [world.register() for _ in range(4)]
    for case in cases:
        if holder(case) == second.pk:
            finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)

    assert [holder(world.register()) for _ in range(2)] == [second.pk] * 2


def test_whoever_is_away_gets_nothing(world):
    second = world.hire("Вторая", world.curators)
    away(world, second)

    assert {holder(world.register()) for _ in range(4)} == {world.curator.pk}


def test_when_the_whole_division_is_away_its_deputies_stand_in(world):
    set_deputy(employee_id=world.curator.pk, deputy_id=world.executor.pk, by=world.admin)
    away(world, world.curator)

    review = stage_of(world.register(), "review")

    assert (review.division_id, review.employee_id) == (world.curators.pk, world.executor.pk)


def test_when_nobody_is_there_the_stage_waits_in_the_queue_of_the_division(world):
    away(world, world.curator)

    case = world.register()

    review = stage_of(case, "review")
    assert (review.division_id, review.employee_id, review.status) == (world.curators.pk, None, "RUNNING")
    assert facts(case) == ["CaseRegistered", "StageQueued"]
    case.refresh_from_db()
    assert (case.division_id, case.employee_id) == (world.curators.pk, None)


def test_whoever_did_a_stage_of_the_same_role_goes_on_with_the_case(world):
    for name in ("Вторая", "Третья"):
        world.hire(name, world.curators)
    case = world.register()
    first = holder(case)
    for _ in range(4):
        finish_stage(stage_id=stage_of(world.register(), "review").pk, by=world.admin)
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(case, code).pk, by=world.admin)

    assert holder(case, "answer") == first


def test_work_given_to_somebody_absent_goes_to_his_deputy(world):
    case = world.register()
    second, third = world.hire("Вторая", world.curators), world.hire("Третья", world.curators)
    away(world, second)
    with pytest.raises(WrongAssignee):
        reassign_stage(stage_id=stage_of(case, "review").pk, employee_id=second.pk, reason="Да", by=world.admin)
    assert holder(case) == world.curator.pk

    set_deputy(employee_id=second.pk, deputy_id=third.pk, by=world.admin)
    reassign_stage(stage_id=stage_of(case, "review").pk, employee_id=second.pk, reason="Да", by=world.admin)

    assert holder(case) == third.pk


def test_the_loads_of_a_division_stay_even(world):
    people = [world.curator, *(world.hire(f"Человек{number}", world.curators) for number in range(3))]

    for _ in range(12):
        world.register()

    loads = {p.pk: CaseStage.objects.filter(employee=p, status="RUNNING").count() for p in people}
    assert set(loads.values()) == {3}
