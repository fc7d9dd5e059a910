import pytest
from django.utils import translation

from opora.casework.cases.models import Case, CaseExtension, CaseNote
from opora.casework.cases.operations import (
    CannotExtend,
    JudgementNeeded,
    ReasonMissing,
    ResultNeeded,
    StagesUnfinished,
    TextMissing,
    TooLateToReopen,
    UnknownStage,
    answer_case,
    cancel_case,
    close_case,
    extend_case,
    finish_stage,
    pause_stage,
    reopen_case,
)
from opora.casework.cases.tests.world import facts, moscow, passport, stage, stage_of, statuses, told
from opora.platform.errors import ChangedMeanwhile, NotVisible
from opora.platform.journal.models import Entry
from opora.platform.stages import ForbiddenMove


@pytest.fixture
def ready(world, clock):
    """A case with everything done but the answer."""
    case = world.register()
    clock.at("2026-05-05 11:00")
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    clock.at("2026-05-12 11:00")
    finish_stage(stage_id=stage_of(case, "work").pk, by=world.admin)
    case.refresh_from_db()
    return case


def answer(case, world, **more):
    return answer_case(
        case_id=case.pk, by=world.admin, **{"result": "SATISFIED", "answer": "Провод заменён", **more}
    )  # fmt: skip


# The answer


def test_an_answer_finishes_the_case_and_says_whether_it_came_in_time(world, ready, clock):
    clock.at("2026-05-13 10:00")

    answered = answer(ready, world)

    assert (answered.state, answered.result, answered.answer) == ("ANSWERED", "SATISFIED", "Провод заменён")
    assert (answered.answered_at, answered.next_warning_at) == (moscow("2026-05-13 10:00"), None)
    assert statuses(ready) == {"review": "DONE", "work": "DONE", "answer": "DONE"}
    assert facts(ready)[-2:] == ["StageFinished", "CaseAnswered"]
    assert Entry.objects.get(event="cases.CaseAnswered").facts["in_time"] is True


def test_a_late_answer_is_journalled_as_late(world, ready, clock):
    clock.at("2026-06-03 17:01")

    answer(ready, world)

    assert Entry.objects.get(event="cases.CaseAnswered").facts["in_time"] is False


def test_a_case_is_not_answered_while_its_stages_are_not_done(world):
    case = world.register()

    with translation.override("ru"), pytest.raises(StagesUnfinished) as refusal:
        answer(case, world)

    assert str(refusal.value) == "Ещё не выполнены этапы: Этап review, Этап work."
    case.refresh_from_db()
    assert (case.state, case.answer, case.version) == ("REGISTERED", "", 1)
    assert statuses(case) == {"review": "RUNNING", "work": "WAITING", "answer": "WAITING"}


def test_a_complaint_needs_a_judgement(world, clock):
    world.load(passport("complaint", stages=[stage("answer", answer=True)], chosen_for=[{"kind": "COMPLAINT"}]))
    case = world.register(kind="COMPLAINT")

    for judgement in ("", "MAYBE"):
        with pytest.raises(JudgementNeeded) as refusal:
            answer(case, world, justified=judgement)
        assert refusal.value.field == "justified"
    assert Case.objects.get().state == "REGISTERED"

    assert answer(case, world, justified="PARTLY").justified == "PARTLY"


@pytest.mark.parametrize(
    ("wrong", "error", "field"),
    [
        ({"result": ""}, ResultNeeded, "result"),
        ({"result": "ДА"}, ResultNeeded, "result"),
        ({"answer": "  "}, TextMissing, "answer"),
        ({"justified": "ДА"}, JudgementNeeded, "justified"),
    ],
)
def test_an_incomplete_answer_is_refused_and_nothing_is_saved(world, ready, wrong, error, field):
    with pytest.raises(error) as refusal:
        answer(ready, world, **wrong)

    assert refusal.value.field == field
    assert statuses(ready)["answer"] == "RUNNING"
    assert Case.objects.get().state == "IN_PROGRESS"


def test_the_answer_of_somebody_who_has_read_an_older_case_is_refused(world, ready):
    extend_case(case_id=ready.pk, days=5, reason="Ждём лабораторию", by=world.admin)

    with pytest.raises(ChangedMeanwhile):
        answer(ready, world, version=ready.version)

    assert Case.objects.get().state == "IN_PROGRESS"


def test_a_paused_answer_must_be_resumed_first(world, clock):
    world.load(
        passport(
            "one", stages=[stage("answer", answer=True, pause_reasons=["WEATHER"])], chosen_for=[{"topic": "outage"}]
        )
    )
    case = world.register()
    pause_stage(stage_id=stage_of(case, "answer").pk, reason="WEATHER", by=world.admin)

    with pytest.raises(StagesUnfinished):
        answer(case, world)
    assert statuses(case) == {"answer": "PAUSED"}


def test_a_case_is_answered_once(world, ready):
    answer(ready, world)

    with pytest.raises(ForbiddenMove):
        answer(ready, world, answer="Ещё раз")
    assert Case.objects.get().answer == "Провод заменён"


def test_an_answered_case_is_closed_and_an_open_one_is_not(world, ready, clock):
    with pytest.raises(ForbiddenMove):
        close_case(case_id=ready.pk, by=world.admin)
    answer(ready, world)
    clock.at("2026-05-14 10:00")

    closed = close_case(case_id=ready.pk, by=world.admin)

    assert (closed.state, closed.closed_at) == ("CLOSED", moscow("2026-05-14 10:00"))
    assert facts(ready)[-1] == "CaseClosed"


# Extension


def test_an_extension_moves_the_case_and_its_open_stages_once(world, ready, clock):
    extended = extend_case(case_id=ready.pk, days=10, reason="Нужна экспертиза", by=world.admin)

    assert told(extended.due_at) == "2026-06-15 17:00"  # 3 June and ten days is a Saturday
    running = stage_of(ready, "answer")
    assert (told(running.due_at), running.extended_days) == ("2026-05-25 17:00", 10)
    extension = CaseExtension.objects.get()
    assert (extension.days, told(extension.due_before)) == (10, "2026-06-03 17:00")
    assert CaseNote.objects.get().text == "Нужна экспертиза"
    assert facts(ready)[-1] == "CaseExtended"

    with translation.override("ru"), pytest.raises(CannotExtend) as refusal:
        extend_case(case_id=ready.pk, days=1, reason="Ещё", by=world.admin)
    assert str(refusal.value) == "Срок этого обращения уже продлевали; второй раз нельзя."
    assert told(Case.objects.get().due_at) == "2026-06-15 17:00"


@pytest.mark.parametrize("days", [0, -1, 31])
def test_a_term_is_extended_by_one_to_thirty_days(world, ready, days):
    with pytest.raises(CannotExtend) as refusal:
        extend_case(case_id=ready.pk, days=days, reason="Да", by=world.admin)
    assert refusal.value.field == "days"
    assert not CaseExtension.objects.exists()


def test_an_extension_needs_a_reason(world, ready):
    with pytest.raises(ReasonMissing):
        extend_case(case_id=ready.pk, days=3, reason=" ", by=world.admin)
    assert not CaseExtension.objects.exists()
    assert told(Case.objects.get().due_at) == "2026-06-03 17:00"


def test_the_date_of_a_controlling_body_is_not_extended(world):
    case = world.register(source="AUTHORITY", due_at=moscow("2026-05-20 12:00"))

    with pytest.raises(CannotExtend):
        extend_case(case_id=case.pk, days=3, reason="Не успеваем", by=world.admin)
    assert told(Case.objects.get().due_at) == "2026-05-20 12:00"


def test_an_answered_case_is_not_extended(world, ready):
    answer(ready, world)
    with pytest.raises(CannotExtend):
        extend_case(case_id=ready.pk, days=3, reason="Поздно", by=world.admin)


# Cancelling


def test_a_cancelled_case_leaves_every_desk(world, ready):
    cancelled = cancel_case(case_id=ready.pk, reason="Отозвано заявителем", by=world.admin)

    assert (cancelled.state, cancelled.next_warning_at) == ("CANCELLED", None)
    assert statuses(ready) == {"review": "DONE", "work": "DONE", "answer": "CANCELLED"}
    assert CaseNote.objects.get().kind == "CANCELLED"
    with pytest.raises(ForbiddenMove):
        reopen_case(case_id=ready.pk, reason="Передумали", by=world.admin)


def test_a_case_is_not_cancelled_without_a_reason_nor_after_its_answer(world, ready):
    with pytest.raises(ReasonMissing):
        cancel_case(case_id=ready.pk, reason="", by=world.admin)
    answer(ready, world)
    with pytest.raises(ForbiddenMove):
        cancel_case(case_id=ready.pk, reason="Поздно", by=world.admin)
    assert Case.objects.get().state == "ANSWERED"


# Reopening


def test_a_case_is_reopened_within_thirty_working_days_and_begins_anew(world, ready, clock):
    answer(ready, world)
    close_case(case_id=ready.pk, by=world.admin)
    clock.at("2026-06-24 16:59")  # the thirtieth working day: 12 June is off

    reopened = reopen_case(case_id=ready.pk, reason="Опять темно", by=world.admin)

    assert (reopened.state, reopened.answered_at, reopened.closed_at) == ("IN_PROGRESS", None, None)
    assert (reopened.answer, reopened.result) == ("", "")
    assert told(reopened.due_at) == "2026-07-24 17:00"
    assert statuses(ready) == {"review": "RUNNING", "work": "WAITING", "answer": "WAITING"}
    assert stage_of(ready, "review").round == 2
    notes = list(CaseNote.objects.order_by("pk").values_list("kind", "text"))
    assert notes == [("REOPENED", "Опять темно"), ("ANSWER", "Провод заменён")]
    assert facts(ready)[-2:] == ["CaseReopened", "StageStarted"]


def test_a_day_later_a_new_case_is_due(world, ready, clock):
    answer(ready, world)
    clock.at("2026-06-25 09:00")

    with pytest.raises(TooLateToReopen):
        reopen_case(case_id=ready.pk, reason="Опять темно", by=world.admin)
    assert Case.objects.get().state == "ANSWERED"
    assert not CaseNote.objects.exists()


def test_a_reopened_case_may_begin_with_a_later_stage(world, ready):
    answer(ready, world)
    with pytest.raises(UnknownStage):
        reopen_case(case_id=ready.pk, reason="Опять", from_stage="нет", by=world.admin)

    reopen_case(case_id=ready.pk, reason="Опять", from_stage="work", by=world.admin)

    assert statuses(ready) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}


def test_a_reopened_case_is_answered_a_second_time(world, ready):
    answer(ready, world)
    reopen_case(case_id=ready.pk, reason="Опять", from_stage="work", by=world.admin)
    finish_stage(stage_id=stage_of(ready, "work").pk, by=world.admin)

    assert answer(ready, world, answer="Заменена опора").answer == "Заменена опора"


def test_an_open_case_is_not_reopened(world, ready):
    with pytest.raises(ForbiddenMove):
        reopen_case(case_id=ready.pk, reason="Опять", by=world.admin)


def test_what_is_not_there_cannot_be_ended(world):
    for act in (
        lambda: answer_case(case_id=0, result="SATISFIED", answer="Да", by=world.admin),
        lambda: extend_case(case_id=0, days=1, reason="Да", by=world.admin),
        lambda: close_case(case_id=0, by=world.admin),
        lambda: cancel_case(case_id=0, reason="Да", by=world.admin),
        lambda: reopen_case(case_id=0, reason="Да", by=world.admin),
    ):
        with pytest.raises(NotVisible):
            act()
