"""Cards, desks, the supervisor's figures, repeats and statistics, all from the same rows."""

from datetime import timedelta

import pytest
from django.utils import translation

from opora.casework.cases.models import CaseStage, RoutingRule
from opora.casework.cases.operations import (
    Contact,
    add_note,
    answer_case,
    cancel_case,
    close_case,
    extend_case,
    finish_stage,
    pause_stage,
    remove_routing_rule,
    warn_of_deadlines,
)
from opora.casework.cases.queries.actions import Action
from opora.casework.cases.queries.desks import desk_counts, desk_of, queue_of
from opora.casework.cases.queries.details import case_details
from opora.casework.cases.queries.explain import explain_due
from opora.casework.cases.queries.repeats import earlier_cases
from opora.casework.cases.queries.statistics import Dimension, form_rows, statistics
from opora.casework.cases.queries.supervision import (
    Age,
    Counters,
    StageFilter,
    ageing,
    breaching_today,
    counters,
    load_by_division,
    load_by_person,
    overdue_stages,
    unassigned_stages,
)
from opora.casework.cases.tests.world import World, moscow, stage_of, told
from opora.platform.errors import NotVisible
from opora.platform.scope import scoped
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import register_customer

YEAR = {"registered_from": moscow("2026-01-01 00:00"), "registered_to": moscow("2027-01-01 00:00")}


def finish(world: World, case, *codes: str) -> None:
    for code in codes:
        finish_stage(stage_id=stage_of(case, code).pk, by=world.admin)


def answered(world: World, clock, text: str, **more):
    """A case answered at that moment."""
    case = world.register(**more)
    finish(world, case, "review", "work")
    clock.at(text)
    return answer_case(case_id=case.pk, result="SATISFIED", answer="Готово", justified="YES", by=world.admin)


# The card


def test_the_card_shows_everything_and_what_its_reader_may_do(world, clock, django_assert_num_queries):
    case = world.register(usage_point_id=world.usage_point.pk, contact=Contact(name="Анна", phone="89181234567"))
    add_note(case_id=case.pk, text="Звонила", by=world.admin)
    executor = world.user("исполнитель", roles=["executor"], employee=world.executor)
    executor.permissions  # noqa: B018  # read once in a request, not by the card
    clock.at("2026-05-05 16:00")
    with scoped(executor.scope), django_assert_num_queries(6):
        details = case_details(case.pk, reader=executor)

    assert (details.number, details.version, details.customer) == (case.number, 1, "Семёнов Пётр")
    assert details.topic == "Передача электрической энергии / Отключение электроэнергии"
    assert (details.form_row, details.passport) == ("1.1", "ordinary")
    assert (details.usage_point_address, details.district) == ("Армавир, Мира, 5", "Армавирский")
    assert (details.contact_phone, details.employee) == ("+79181234567", "Кураторова И.")
    assert [note.text for note in details.notes] == ["Звонила"]
    assert details.actions == {Action.CHANGE, Action.NOTE, Action.ATTACH}
    review, work, answer = details.stages
    assert (review.remaining, review.overdue) == (timedelta(hours=1), False)
    assert review.actions == {Action.TAKE, Action.FINISH}
    assert (work.status, work.remaining, work.actions) == ("WAITING", None, frozenset())
    assert (answer.answer, answer.after) == (True, ("work",))


def test_a_supervisor_may_more_and_a_finished_case_less(world, clock):
    supervisor = world.user("руководитель", roles=["supervisor"])
    case = world.register()
    finish(world, case, "review")
    open_ = case_details(case.pk, reader=supervisor)
    assert open_.actions == {Action.CHANGE, Action.NOTE, Action.ATTACH, Action.EXTEND, Action.CANCEL}
    assert open_.stages[1].actions == {Action.REASSIGN, Action.PAUSE, Action.FINISH, Action.RETURN}
    finish(world, case, "work")
    assert Action.ANSWER in case_details(case.pk, reader=supervisor).actions

    answer_case(case_id=case.pk, result="EXPLAINED", answer="Да", by=world.admin)
    done = case_details(case.pk, reader=supervisor)
    assert done.actions == {Action.NOTE, Action.ATTACH, Action.CLOSE, Action.REOPEN}
    assert told(done.reopening_ends) == "2026-06-17 17:00"
    clock.at("2026-06-18 10:00")
    assert case_details(case.pk, reader=supervisor).actions == {Action.NOTE, Action.ATTACH, Action.CLOSE}


def test_a_card_that_is_not_there_is_not_shown(world):
    with pytest.raises(NotVisible):
        case_details(0, reader=world.admin)


def test_a_due_time_is_explained_with_its_holidays_pauses_and_extension(world, clock):
    case = world.register()
    finish(world, case, "review")
    clock.at("2026-05-05 10:00")
    pause_stage(stage_id=stage_of(case, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    extend_case(case_id=case.pk, days=7, reason="Да", by=world.admin)
    with translation.override("ru"):
        of_case = explain_due(case_id=case.pk)
        of_stage = explain_due(stage_id=stage_of(case, "work").pk)

    assert of_case[0] == "Срок: 30 календарных дней, с 4 мая 2026, 10:00."
    assert of_case[-2:] == ["Продлено на 7 календарных дней.", "Срок истекает: 10 июня 2026, 17:00."]
    assert of_stage[-1] == "Срок приостановлен с 5 мая 2026, 10:00: дата сдвигается, пока он не пойдёт снова."
    assert explain_due(stage_id=stage_of(case, "answer").pk) == []


# Desks


def test_a_desk_is_paged_by_due_time_without_gaps_or_repeats(world, clock, django_assert_num_queries):
    for minute in range(7):
        clock.at(f"2026-05-{4 + minute // 3:02d} 10:{minute:02d}")
        world.register(text=f"Обращение {minute}")
    with django_assert_num_queries(2):
        page = desk_of(world.curator.pk, limit=3)

    rows, pages = [*page.rows], 1
    while page.next is not None:
        page = desk_of(world.curator.pk, after=page.next, limit=3)
        rows += page.rows
        pages += 1
    assert (pages, [row.text for row in rows]) == (3, [f"Обращение {minute}" for minute in range(7)])
    first = rows[0]
    assert (first.code, first.title, first.employee, first.customer) == (
        "review",
        "Этап review",
        "Кураторова И.",
        "Семёнов Пётр",
    )


def test_a_desk_tells_pauses_and_lateness(world, clock):
    case = world.register()
    finish(world, case, "review")
    pause_stage(stage_id=stage_of(case, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    late = world.register()
    finish(world, late, "review")
    clock.at("2026-05-13 08:00")

    paused, running = desk_of(world.executor.pk).rows

    assert (paused.pause_reason, told(paused.paused_since)) == ("CUSTOMER_ANSWER", "2026-05-04 10:00")
    assert (paused.overdue, paused.remaining) == (False, None)
    assert (running.overdue, running.remaining, running.case_overdue) == (True, timedelta(0), False)
    counts = desk_counts(world.executor.pk, division_ids=[world.executors.pk])
    assert (counts.mine, counts.overdue, counts.paused, counts.queue) == (2, 1, 1, 0)


def test_the_queue_of_a_division_is_what_nobody_holds(world):
    case = world.register()
    CaseStage.objects.filter(case=case, code="review").update(employee=None)

    assert [row.case_id for row in queue_of([world.curators.pk]).rows] == [case.pk]
    assert queue_of([world.executors.pk]).rows == []


# The board


def test_the_counters_are_the_counts_of_their_lists(world, clock):
    clock.at("2026-03-02 10:00")
    answered(world, clock, "2026-03-03 10:00")
    world.register(text="Просрочено давно")
    clock.at("2026-04-27 10:00")
    late = world.register()
    finish(world, late, "review", "work")
    clock.at("2026-06-03 09:00")
    answer_case(case_id=late.pk, result="EXPLAINED", answer="Поздно", by=world.admin)
    clock.at("2026-06-03 10:00")
    world.register()
    remove_routing_rule(rule_id=RoutingRule.objects.get(role="CURATOR").pk, by=world.admin)
    world.register()
    clock.at("2026-06-04 15:30")
    warn_of_deadlines(now=clock.now(), by=world.admin)
    world.register()

    assert counters() == Counters(
        open=4,
        overdue=1,
        due_today=0,
        unassigned=2,
        warned=2,
        registered_today=1,
        answered_today=0,
        late_this_month=1,
    )
    assert counters([world.other_branch.pk]).open == 0
    assert len(unassigned_stages().rows) == 2
    assert [row.text for row in overdue_stages().rows] == ["Просрочено давно"]
    assert len(breaching_today().rows) == 2
    assert breaching_today(StageFilter(employee_id=world.executor.pk)).rows == []


def test_the_load_of_people_and_divisions_counts_every_desk_also_empty_ones(world, clock):
    idle = world.hire("Абрамов", world.curators)
    case = world.register()
    holder = stage_of(case, "review").employee_id
    finish(world, case, "review")
    clock.at("2026-05-12 10:00")

    people = {load.employee_id: load for load in load_by_person()}

    assert [load.employee for load in load_by_person()][:2] == ["Абрамов И.", "Кураторова И."]
    assert set(people) == {idle.pk, world.curator.pk, world.executor.pk}
    assert (people[holder].open, people[world.executor.pk].open, people[world.executor.pk].due_today) == (0, 1, 1)
    divisions = {load.division_id: load for load in load_by_division()}
    assert (divisions[world.executors.pk].open, divisions[world.curators.pk].open) == (1, 0)
    assert [load.employee_id for load in load_by_person(division_id=world.executors.pk)] == [world.executor.pk]


def test_open_cases_are_counted_by_their_lateness(world, clock):
    for day in ("2026-03-02", "2026-04-27", "2026-05-04"):
        clock.at(f"{day} 10:00")
        world.register()
    clock.at("2026-05-30 12:00")  # due 1 April, 27 May and 3 June

    assert ageing() == [
        Age(days_from=None, days_to=None, cases=1),
        Age(days_from=0, days_to=1, cases=0),
        Age(days_from=1, days_to=3, cases=1),
        Age(days_from=3, days_to=7, cases=0),
        Age(days_from=7, days_to=30, cases=0),
        Age(days_from=30, days_to=None, cases=1),
    ]


# Repeats


def test_a_repeated_contact_is_noticed_within_thirty_working_days(world, clock):
    first = answered(world, clock, "2026-05-06 10:00")
    other = world.register(topic_id=world.topic("metering"))
    cancelled = world.register()
    cancel_case(case_id=cancelled.pk, reason="Ошибка", by=world.admin)
    clock.at("2026-06-18 12:00")

    found = earlier_cases(customer_id=world.customer.pk, topic_id=world.topic("outage_planned"))

    assert [(case.id, case.same_topic, case.reopenable) for case in found] == [
        (first.pk, True, True),
        (other.pk, False, False),
    ]
    clock.at("2026-06-23 12:00")
    assert [case.id for case in earlier_cases(customer_id=world.customer.pk)] == [other.pk]


def test_neighbours_on_one_usage_point_are_noticed_and_strangers_are_not(world):
    case = world.register(usage_point_id=world.usage_point.pk)
    stranger = register_customer(
        kind=Customer.Kind.INDIVIDUAL, group_id=world.population.pk, branch_id=world.branch.pk, by=world.admin,
        last_name="Чужой", first_name="Иван",
    )  # fmt: skip

    found = earlier_cases(customer_id=stranger.pk, usage_point_id=world.usage_point.pk, except_case_id=0,
                          before=moscow("2026-05-04 10:01"))  # fmt: skip

    assert [(one.id, one.same_customer, one.same_usage_point) for one in found] == [(case.pk, False, True)]
    assert earlier_cases(customer_id=stranger.pk) == []
    assert earlier_cases() == []


# Statistics


def test_cases_of_a_period_are_counted_by_every_dimension(world, clock):
    answered(world, clock, "2026-05-06 10:00")
    world.register(kind="COMPLAINT", channel="PHONE", addressee="Директор", district_id=world.district.pk)
    clock.at("2026-07-01 10:00")

    def of(dimension):
        shares = statistics(dimension, **YEAR)
        return {share.title: (share.cases, share.answered, share.late) for share in shares}

    with translation.override("ru"):
        assert of(Dimension.KIND) == {"обращение": (1, 1, 0), "жалоба": (1, 0, 1)}
        assert of(Dimension.CHANNEL) == {"электронная почта": (1, 1, 0), "телефон": (1, 0, 1)}
        assert of(Dimension.DEADLINE) == {"ответ в срок": (1, 1, 0), "в работе, срок истёк": (1, 0, 1)}
        assert of(Dimension.ADDRESSEE) == {"Директор": (1, 0, 1), "не указано": (1, 1, 0)}
        assert of(Dimension.RESULT) == {"удовлетворено": (1, 1, 0), "не указано": (1, 0, 1)}
        assert of(Dimension.DISTRICT) == {"Армавирский": (1, 0, 1), "не указано": (1, 1, 0)}
        assert of(Dimension.BRANCH) == {"Армавирские электрические сети": (2, 1, 1)}
        assert of(Dimension.MONTH) == {"2026-05": (2, 1, 1)}
    for dimension in Dimension:
        assert sum(share.cases for share in statistics(dimension, **YEAR)) == 2
    assert statistics(Dimension.KIND, registered_from=YEAR["registered_to"], registered_to=YEAR["registered_to"]) == []


def test_the_form_of_the_regulator_counts_the_same_rows_by_channel(world, clock):
    world.register(channel="VISIT")
    world.register(channel="VOICEMAIL", kind="CONSULTATION", topic_id=world.topic("metering"))
    world.register(channel="WEB", kind="COMPLAINT", topic_id=world.topic("voltage_deviation"))
    world.register(channel="POST", kind="APPLICATION", topic_id=world.topic("connection"))
    mistaken = world.register(channel="OTHER")
    cancel_case(case_id=mistaken.pk, reason="Ошибка", by=world.admin)

    rows = {row.row: row for row in form_rows(**YEAR)}

    assert list(rows) == [
        "1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6",
        "2", "2.1", "2.1.1", "2.1.2", "2.2", "2.3", "2.4", "2.5", "2.6",
        "3", "3.1", "3.2", "3.3", "3.4",
    ]  # fmt: skip
    assert {name: row.total for name, row in rows.items() if row.total} == {
        "1": 4, "1.1": 2, "1.2": 1, "1.3": 1, "2": 1, "2.1": 1, "2.1.2": 1, "3": 1, "3.1": 1,
    }  # fmt: skip
    everything = rows["1"]
    assert (everything.visit, everything.phone, everything.electronic, everything.post, everything.other) == (
        1, 1, 1, 1, 0,
    )  # fmt: skip


def test_a_closed_case_is_still_counted_as_answered(world, clock):
    case = answered(world, clock, "2026-05-06 10:00")
    close_case(case_id=case.pk, by=world.admin)

    assert [(share.key, share.answered) for share in statistics(Dimension.STATE, **YEAR)] == [("CLOSED", 1)]
    assert counters().answered_today == 1
