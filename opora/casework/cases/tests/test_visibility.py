"""A case of a group or branch that somebody may not see is nowhere; one that he may only look at does not change."""

import pytest

from opora.casework.cases.models import Case, CaseNote, CaseStage
from opora.casework.cases.operations import (
    CaseChange,
    add_note,
    answer_case,
    change_case,
    finish_stage,
    pause_stage,
    take_stage,
)
from opora.casework.cases.queries.desks import desk_counts, desk_of, queue_of
from opora.casework.cases.queries.details import case_details
from opora.casework.cases.queries.explain import explain_due
from opora.casework.cases.queries.lists import (
    CaseFilter,
    case_list,
    cases_of_customer,
    count_cases,
    export_rows,
    find_by_number,
    search_cases,
)
from opora.casework.cases.queries.repeats import earlier_cases
from opora.casework.cases.queries.statistics import Dimension, form_rows, statistics
from opora.casework.cases.queries.supervision import (
    ageing,
    breaching_today,
    counters,
    load_by_person,
    overdue_stages,
)
from opora.casework.cases.tests.world import moscow, stage_of
from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.scope import NOTHING, scoped
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import register_customer

YEAR = {"registered_from": moscow("2026-01-01 00:00"), "registered_to": moscow("2027-01-01 00:00")}


@pytest.fixture
def factory(world):
    """A large consumer's case, which an operator of the population may not see."""
    firm = register_customer(
        kind=Customer.Kind.LEGAL_ENTITY, group_id=world.large.pk, branch_id=world.branch.pk, name="Завод",
        by=world.admin,
    )  # fmt: skip
    case = world.register(customer_id=firm.pk, text="Провал напряжения на подстанции")
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    return case


@pytest.fixture
def operator(world):
    return world.user("оператор")


@pytest.mark.parametrize("hidden", ["group", "branch"])
def test_a_case_out_of_scope_is_in_no_list_search_count_or_card(world, factory, operator, clock, hidden):
    if hidden == "branch":
        operator = world.user(
            "сосед", branches=[world.other_branch], seen=[world.population, world.large, world.unidentified]
        )  # fmt: skip
    clock.at("2026-06-10 10:00")  # by now everything of it is overdue
    ids, work = {"customer_id": factory.customer_id}, stage_of(factory, "work")
    with scoped(operator.scope):
        assert case_list().rows == []
        assert case_list(CaseFilter(**ids)).rows == []
        assert list(export_rows()) == []
        assert count_cases().value == 0
        assert find_by_number(factory.number) is None
        assert search_cases("напряжение").rows == []
        assert search_cases(factory.number).rows == []
        assert cases_of_customer(factory.customer_id) == []
        assert earlier_cases(**ids) == []
        assert desk_of(world.executor.pk).rows == []
        assert desk_counts(world.executor.pk, division_ids=[world.executors.pk]).mine == 0
        assert queue_of([world.executors.pk]).rows == []
        assert overdue_stages().rows == []
        assert breaching_today().rows == []
        assert (counters().open, counters().overdue, counters().warned) == (0, 0, 0)
        assert sum(load.open for load in load_by_person()) == 0
        assert sum(age.cases for age in ageing()) == 0
        assert statistics(Dimension.KIND, **YEAR) == []
        assert sum(row.total for row in form_rows(**YEAR)) == 0
        for ask in (
            lambda: case_details(factory.pk, reader=operator),
            lambda: explain_due(case_id=factory.pk),
            lambda: explain_due(stage_id=work.pk),
            lambda: finish_stage(stage_id=work.pk, by=operator),
            lambda: add_note(case_id=factory.pk, text="Вижу", by=operator),
            lambda: answer_case(case_id=factory.pk, result="SATISFIED", answer="Да", by=operator),
        ):
            with pytest.raises(NotVisible):
                ask()


def test_the_same_questions_find_it_for_whoever_may_see_it(world, factory, clock):
    clock.at("2026-06-10 10:00")
    supervisor = world.user("начальник", seen=[world.population, world.large, world.unidentified])
    with scoped(supervisor.scope):
        assert [row.number for row in case_list().rows] == [factory.number]
        assert [row.number for row in search_cases("напряжением").rows] == [factory.number]
        assert count_cases().value == 1
        assert (counters().open, counters().overdue) == (1, 1)
        assert [row.code for row in overdue_stages().rows] == ["work"]
        assert [row.code for row in desk_of(world.executor.pk).rows] == ["work"]
        assert case_details(factory.pk, reader=supervisor).number == factory.number
        assert [share.cases for share in statistics(Dimension.KIND, **YEAR)] == [1]


def test_without_a_scope_there_is_nothing_at_all(world, factory):
    with scoped(NOTHING):
        assert not Case.objects.exists()
        assert not CaseStage.objects.exists()
        assert not CaseNote.objects.exists()


def test_whoever_may_only_look_changes_nothing(world, factory):
    reader = world.user("читатель", seen=[world.large, world.population], edited=[world.population])
    work = stage_of(factory, "work")
    with scoped(reader.scope):
        details = case_details(factory.pk, reader=reader)
        assert (details.editable, details.actions) == (False, frozenset())
        assert all(stage.actions == frozenset() for stage in details.stages)
        for act in (
            lambda: add_note(case_id=factory.pk, text="Хочу", by=reader),
            lambda: finish_stage(stage_id=work.pk, by=reader),
            lambda: pause_stage(stage_id=work.pk, reason="CUSTOMER_ANSWER", by=reader),
            lambda: take_stage(stage_id=work.pk, by=reader),
            lambda: answer_case(case_id=factory.pk, result="SATISFIED", answer="Да", by=reader),
            lambda: change_case(case_id=factory.pk, version=1, change=CaseChange(text="Нет"), by=reader),
        ):
            with pytest.raises(EditForbidden):
                act()

    factory.refresh_from_db()
    assert (factory.version, factory.state) == (1, "IN_PROGRESS")
    assert stage_of(factory, "work").status == "RUNNING"


def test_a_case_is_not_moved_to_a_group_that_may_not_be_edited(world, factory):
    editor = world.user(
        "редактор", seen=[world.population, world.large, world.unidentified], edited=[world.population]
    )  # fmt: skip
    case = world.register()
    with scoped(editor.scope), pytest.raises(EditForbidden):
        change_case(
            case_id=case.pk, version=1, change=CaseChange(customer_id=factory.customer_id), by=editor
        )  # fmt: skip

    case.refresh_from_db()
    assert case.group_id == world.population.pk
