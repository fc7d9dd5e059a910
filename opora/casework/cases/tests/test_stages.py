import pytest
from django.utils import translation

from opora.casework.cases.models import CaseNote, CaseStage, StagePause
from opora.casework.cases.operations import (
    AnswerNeeded,
    CaseNotOpen,
    NotAnEmployee,
    NothingToReturnTo,
    PauseNotAllowed,
    ReasonMissing,
    StageNotOpen,
    StageNotPaused,
    TooEarly,
    WrongAssignee,
    add_note,
    answer_case,
    cancel_case,
    finish_stage,
    pause_stage,
    reassign_stage,
    resume_stage,
    return_stage,
    start_stage,
    take_stage,
)
from opora.casework.cases.tests.world import facts, moscow, passport, stage, stage_of, statuses, told
from opora.platform.errors import NotVisible
from opora.platform.stages import ForbiddenMove


@pytest.fixture
def case(world):
    return world.register()


@pytest.fixture
def working(world, case, clock):
    """The case with its review done the next day at eleven."""
    clock.at("2026-05-05 11:00")
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    case.refresh_from_db()
    return case


def test_a_finished_stage_starts_what_follows_and_hands_the_case_on(world, working):
    work = stage_of(working, "work")

    assert statuses(working) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}
    assert (work.division_id, work.employee_id) == (world.executors.pk, world.executor.pk)
    assert (told(work.started_at), told(work.due_at)) == ("2026-05-05 11:00", "2026-05-13 17:00")
    assert (working.state, working.employee_id) == ("IN_PROGRESS", world.executor.pk)
    assert facts(working) == ["CaseRegistered", "StageStarted", "StageFinished", "StageStarted"]


def test_the_result_of_a_stage_stays_with_it(world, case):
    finish_stage(stage_id=stage_of(case, "review").pk, result=" Классификация верна ", by=world.admin)

    assert stage_of(case, "review").result == "Классификация верна"


def test_a_stage_cannot_be_finished_twice_nor_before_it_runs(world, working):
    for code in ("review", "answer"):
        with pytest.raises((ForbiddenMove, AnswerNeeded)):
            finish_stage(stage_id=stage_of(working, code).pk, by=world.admin)

    assert statuses(working) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}


def test_the_answering_stage_ends_only_with_an_answer(world, working):
    finish_stage(stage_id=stage_of(working, "work").pk, by=world.admin)

    with pytest.raises(AnswerNeeded) as refusal:
        finish_stage(stage_id=stage_of(working, "answer").pk, by=world.admin)
    assert refusal.value.field == "answer"
    assert statuses(working)["answer"] == "RUNNING"


# Pauses


def test_a_pause_moves_the_due_time_by_the_days_it_lasted(world, working, clock):
    work = stage_of(working, "work")
    clock.at("2026-05-06 09:00")
    paused = pause_stage(stage_id=work.pk, reason="CUSTOMER_ANSWER", comment="Ждём справку", by=world.admin)
    assert (paused.status, paused.next_warning_at) == ("PAUSED", None)

    clock.at("2026-05-14 09:00")  # the ends of the 6th, 7th, 8th, 12th and 13th fell into the pause
    resumed = resume_stage(stage_id=work.pk, by=world.admin)

    assert (resumed.status, told(resumed.due_at)) == ("RUNNING", "2026-05-20 17:00")
    pause = StagePause.objects.get()
    assert (pause.from_at, pause.to_at) == (moscow("2026-05-06 09:00"), moscow("2026-05-14 09:00"))
    assert CaseNote.objects.get().text == "Ждём справку"
    assert facts(working)[-2:] == ["StagePaused", "StageResumed"]


def test_a_stage_pauses_only_for_the_reasons_of_its_passport(world, working, case):
    with translation.override("ru"), pytest.raises(PauseNotAllowed) as refusal:
        pause_stage(stage_id=stage_of(working, "work").pk, reason="WEATHER", by=world.admin)
    assert (refusal.value.field, refusal.value.code) == ("reason", "pause_not_allowed")
    assert (
        str(refusal.value)
        == "Паспорт допускает только такие паузы: ждём ответа заявителя, ждём доступа к объекту или прибору учёта."
    )

    other = world.register()
    with pytest.raises(PauseNotAllowed):
        pause_stage(stage_id=stage_of(other, "review").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    assert not StagePause.objects.exists()


def test_a_paused_stage_is_neither_paused_again_nor_finished_nor_returned(world, working):
    work = stage_of(working, "work")
    pause_stage(stage_id=work.pk, reason="CUSTOMER_ANSWER", by=world.admin)

    for act in (
        lambda: pause_stage(stage_id=work.pk, reason="CUSTOMER_ANSWER", by=world.admin),
        lambda: finish_stage(stage_id=work.pk, by=world.admin),
        lambda: return_stage(stage_id=work.pk, reason="Нет", by=world.admin),
    ):
        with pytest.raises(ForbiddenMove):
            act()
    assert StagePause.objects.count() == 1
    assert CaseStage.objects.filter(case=working).count() == 3


def test_only_a_paused_stage_is_resumed(world, working):
    for code in ("review", "work", "answer"):
        with pytest.raises(StageNotPaused):
            resume_stage(stage_id=stage_of(working, code).pk, by=world.admin)

    assert statuses(working) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}


def test_a_pause_of_a_stage_stops_the_whole_term_only_where_the_passport_says_so(world, clock):
    stages = [stage("work", pause_reasons=["WEATHER"]), stage("answer", after="work", answer=True)]
    world.load(
        passport("stands", stages=stages, pauses_stop_total=True, chosen_for=[{"topic": "outage"}]),
        passport("runs", stages=stages, chosen_for=[{"topic": "metering"}]),
    )
    stands, runs = world.register(), world.register(topic_id=world.topic("metering"))
    for case in (stands, runs):
        pause_stage(stage_id=stage_of(case, "work").pk, reason="WEATHER", by=world.admin)
        case.refresh_from_db()
    assert (stands.stands_since, stands.next_warning_at) == (moscow("2026-05-04 10:00"), None)
    assert runs.stands_since is None
    assert runs.next_warning_at is not None

    clock.at("2026-05-14 10:00")
    for case in (stands, runs):
        resume_stage(stage_id=stage_of(case, "work").pk, by=world.admin)
        case.refresh_from_db()

    assert (told(stands.due_at), stands.stands_since) == ("2026-06-15 17:00", None)
    assert told(runs.due_at) == "2026-06-03 17:00"


# Return


def test_returned_work_is_done_again_in_a_second_round(world, working, clock):
    clock.at("2026-05-06 10:00")
    finish_stage(stage_id=stage_of(working, "work").pk, by=world.admin)
    clock.at("2026-05-07 10:00")

    returned = return_stage(stage_id=stage_of(working, "answer").pk, reason="Ответ не по существу", by=world.admin)

    assert returned.status == "RETURNED"
    assert statuses(working) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}
    work = stage_of(working, "work")
    assert (work.round, told(work.started_at), told(work.due_at)) == (2, "2026-05-07 10:00", "2026-05-15 17:00")
    assert work.employee_id == world.executor.pk
    note = CaseNote.objects.get()
    assert (note.kind, note.text, note.stage_id) == ("RETURNED", "Ответ не по существу", returned.pk)
    finish_stage(stage_id=work.pk, by=world.admin)
    assert (stage_of(working, "answer").round, stage_of(working, "answer").status) == (2, "RUNNING")


def test_a_return_needs_a_reason_and_something_to_return_to(world, working, case):
    with pytest.raises(ReasonMissing):
        return_stage(stage_id=stage_of(working, "work").pk, reason="  ", by=world.admin)
    other = world.register()
    with pytest.raises(NothingToReturnTo):
        return_stage(stage_id=stage_of(other, "review").pk, reason="Не моё", by=world.admin)

    assert CaseStage.objects.count() == 6
    assert not CaseNote.objects.exists()


# Parallel and optional stages

FORK = passport(
    "fork",
    chosen_for=[{"topic": "connection"}],
    stages=[
        stage("check"),
        stage("ours", after="check", role="EXECUTOR", term={"working_days": 3}),
        stage("theirs", after="check", role="APPLICANT", term={"months": 1}),
        stage("act", after=["ours", "theirs"], term={"working_hours": 5}),
        stage("copy", after="act", optional=True),
        stage("answer", after="act", answer=True),
    ],
)


@pytest.fixture
def fork(world, clock):
    world.load(FORK)
    case = world.register(topic_id=world.topic("connection"))
    clock.at("2026-05-05 10:00")
    finish_stage(stage_id=stage_of(case, "check").pk, by=world.admin)
    return case


def test_parallel_stages_run_at_once_and_their_join_waits_for_the_last(world, fork, clock):
    assert statuses(fork) == {
        "check": "DONE",
        "ours": "RUNNING",
        "theirs": "RUNNING",
        "act": "WAITING",
        "copy": "WAITING",
        "answer": "WAITING",
    }
    assert told(stage_of(fork, "theirs").due_at) == "2026-06-05 17:00"
    clock.at("2026-05-06 10:00")
    finish_stage(stage_id=stage_of(fork, "ours").pk, by=world.admin)
    assert statuses(fork)["act"] == "WAITING"

    clock.at("2026-05-08 14:30")  # a short day: 8–12, 13–16
    finish_stage(stage_id=stage_of(fork, "theirs").pk, by=world.admin)

    assert statuses(fork)["act"] == "RUNNING"
    assert told(stage_of(fork, "act").due_at) == "2026-05-12 11:30"


def test_the_applicants_own_stage_is_watched_by_whoever_held_the_case(world, fork):
    theirs = stage_of(fork, "theirs")
    assert (theirs.role, theirs.division_id, theirs.employee_id) == ("APPLICANT", world.executors.pk, world.executor.pk)


def test_a_return_of_a_join_repeats_both_branches(world, fork):
    for code in ("ours", "theirs"):
        finish_stage(stage_id=stage_of(fork, code).pk, by=world.admin)

    return_stage(stage_id=stage_of(fork, "act").pk, reason="Схема не та", by=world.admin)

    assert statuses(fork) == {
        "check": "DONE",
        "ours": "RUNNING",
        "theirs": "RUNNING",
        "act": "WAITING",
        "copy": "WAITING",
        "answer": "WAITING",
    }
    assert {s.code: s.round for s in CaseStage.objects.filter(case=fork, round=2)} == {"ours": 2, "theirs": 2, "act": 2}


def test_an_optional_stage_is_started_by_hand_when_its_turn_has_come(world, fork):
    copy = stage_of(fork, "copy")
    with translation.override("ru"), pytest.raises(TooEarly) as refusal:
        start_stage(stage_id=copy.pk, by=world.admin)
    assert str(refusal.value) == "Сначала: Этап act."

    for code in ("ours", "theirs", "act"):
        finish_stage(stage_id=stage_of(fork, code).pk, by=world.admin)
    assert statuses(fork)["copy"] == "WAITING"
    started = start_stage(stage_id=copy.pk, by=world.admin)

    assert (started.status, started.employee_id) == ("RUNNING", world.curator.pk)


@pytest.mark.parametrize("started", [True, False])
def test_an_optional_stage_does_not_hold_the_answer_up(world, fork, started):
    for code in ("ours", "theirs", "act"):
        finish_stage(stage_id=stage_of(fork, code).pk, by=world.admin)
    if started:
        start_stage(stage_id=stage_of(fork, "copy").pk, by=world.admin)

    answer_case(case_id=fork.pk, result="SERVICE_RENDERED", answer="Подключено", by=world.admin)

    assert (statuses(fork)["copy"], statuses(fork)["answer"]) == ("CANCELLED", "DONE")


# People


def test_an_employee_takes_a_stage_onto_his_own_desk(world, working):
    newcomer = world.hire("Новиков", world.executors)
    user = world.user("новиков", roles=["executor"], employee=newcomer)

    taken = take_stage(stage_id=stage_of(working, "work").pk, by=user)
    take_stage(stage_id=taken.pk, by=user)

    working.refresh_from_db()
    assert (taken.employee_id, taken.told, working.employee_id) == (newcomer.pk, True, newcomer.pk)
    assert facts(working)[-1] == "StageAssigned"
    assert facts(working).count("StageAssigned") == 1


def test_somebody_outside_the_directory_takes_nothing(world, case):
    with pytest.raises(NotAnEmployee):
        take_stage(stage_id=stage_of(case, "review").pk, by=world.user("гость"))
    assert stage_of(case, "review").employee_id == world.curator.pk


def test_a_stage_is_given_to_a_person_or_to_a_division_with_a_reason(world, working):
    work = stage_of(working, "work")
    newcomer = world.hire("Новиков", world.executors)

    given = reassign_stage(stage_id=work.pk, employee_id=newcomer.pk, reason="Отпуск", by=world.admin)
    assert (given.employee_id, given.told, told(given.due_at)) == (newcomer.pk, False, "2026-05-13 17:00")
    moved = reassign_stage(stage_id=work.pk, division_id=world.curators.pk, reason="Не по профилю", by=world.admin)
    assert (moved.division_id, moved.employee_id) == (world.curators.pk, world.curator.pk)
    notes = CaseNote.objects.order_by("pk").values_list("kind", "text")
    assert list(notes) == [("REASSIGNED", "Отпуск"), ("REASSIGNED", "Не по профилю")]
    working.refresh_from_db()
    assert (working.division_id, working.employee_id) == (world.curators.pk, world.curator.pk)


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ({}, WrongAssignee),
        ({"employee_id": 1, "division_id": 1}, WrongAssignee),
        ({"employee_id": 0}, NotVisible),
        ({"division_id": 0}, NotVisible),
    ],
)
def test_a_stage_goes_to_exactly_one_known_place(world, case, to, error):
    with pytest.raises(error):
        reassign_stage(stage_id=stage_of(case, "review").pk, reason="Так", by=world.admin, **to)
    assert stage_of(case, "review").employee_id == world.curator.pk
    assert not CaseNote.objects.exists()


def test_a_reassignment_without_a_reason_is_refused(world, case):
    with pytest.raises(ReasonMissing):
        reassign_stage(stage_id=stage_of(case, "review").pk, division_id=world.executors.pk, reason="", by=world.admin)
    assert stage_of(case, "review").division_id == world.curators.pk


def test_a_stage_that_nobody_holds_is_not_given_away(world, case):
    with pytest.raises(StageNotOpen):
        reassign_stage(stage_id=stage_of(case, "work").pk, division_id=world.executors.pk, reason="Да", by=world.admin)


def test_stages_of_a_cancelled_case_stay_as_they_are(world, case):
    cancel_case(case_id=case.pk, reason="По ошибке", by=world.admin)

    with translation.override("ru"), pytest.raises(CaseNotOpen) as refusal:
        finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    assert str(refusal.value) == "Обращение в состоянии «отменено»: сначала возобновите его."
    assert set(statuses(case).values()) == {"CANCELLED"}


def test_a_stage_that_does_not_exist_is_not_there(world):
    with pytest.raises(NotVisible):
        finish_stage(stage_id=0, by=world.admin)


def test_notes_are_kept_in_order_and_told(world, case):
    add_note(case_id=case.pk, text=" <b>Звонил</b> ", by=world.admin)

    assert CaseNote.objects.get().text == "<b>Звонил</b>"
    assert facts(case)[-1] == "NoteAdded"
