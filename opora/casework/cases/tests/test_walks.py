"""Random walks: whatever people do with a case, and in whatever order, it stays sound and can be answered."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from opora.casework.cases.models import Case, CaseStage, StagePause
from opora.casework.cases.operations import (
    CaseChange,
    add_note,
    answer_case,
    change_case,
    close_case,
    extend_case,
    finish_stage,
    pause_stage,
    reassign_stage,
    reopen_case,
    resume_stage,
    return_stage,
    start_stage,
    warn_of_deadlines,
)
from opora.casework.cases.queries.details import CaseDetails, StageDetails, case_details
from opora.casework.cases.queries.supervision import counters, load_by_division, load_by_person
from opora.casework.cases.rules import SHARES
from opora.casework.cases.tests.world import World, passport, stage
from opora.platform.errors import BusinessError

STEPS = 40

FORK = passport(
    "fork",
    chosen_for=[{"kind": "APPLICATION"}],
    pauses_stop_total=True,
    stages=[
        stage("check", pause_reasons=["CUSTOMER_DOCUMENTS"]),
        stage("ours", after="check", role="EXECUTOR", pause_reasons=["WEATHER"], term={"working_hours": 20}),
        stage("theirs", after="check", role="APPLICANT", term={"days": 10}),
        stage("work", after=["ours", "theirs"], role="EXECUTOR", pause_reasons=["WEATHER"]),
        stage("copy", after="work", optional=True),
        stage("answer", after="work", answer=True),
    ],
)
SHORT = passport("short", chosen_for=[{"kind": "COMPLAINT"}], stages=[stage("answer", answer=True)])


@pytest.mark.parametrize("seed", range(9))
def test_whatever_is_done_the_case_stays_sound_and_can_be_answered(world, clock, seed):
    choose = random.Random(seed)
    world.load(FORK, SHORT)
    world.hire("Вторая", world.curators)
    case_id = world.register(kind=choose.choice(["APPEAL", "COMPLAINT", "APPLICATION"])).pk
    for _ in range(STEPS):
        clock.moment += timedelta(minutes=choose.choice([1, 50, 300, 1500, 4000]))
        case = case_details(case_id, reader=world.admin)
        act = choose.choice(possible(world, case, choose))
        try:
            act()
        except BusinessError as refusal:
            assert refusal.code in {"cannot_extend", "too_late_to_reopen"}, refusal
        if choose.random() < 0.3:
            warn_of_deadlines(now=clock.now(), by=world.admin)
        check(case_id)

    lead_to_answer(world, case_id)

    assert Case.objects.get(pk=case_id).state in ("ANSWERED", "CLOSED")


def possible(world: World, case: CaseDetails, choose: random.Random) -> list[Callable[[], object]]:
    """What may be done with the case as it stands."""
    by, acts = world.admin, []
    acts.append(lambda: add_note(case_id=case.id, text="Заметка", by=by))
    for one in case.stages:
        if not one.latest or case.state not in ("REGISTERED", "IN_PROGRESS"):
            continue
        stage_id = one.id
        if one.status == "RUNNING":
            acts.append(
                lambda pk=stage_id: reassign_stage(stage_id=pk, division_id=world.executors.pk, reason="Да", by=by)
            )
            if not one.answer:
                acts += [lambda pk=stage_id: finish_stage(stage_id=pk, by=by)] * 3
            if one.pause_reasons:
                reason = choose.choice(one.pause_reasons)
                acts.append(lambda pk=stage_id, why=reason: pause_stage(stage_id=pk, reason=why, by=by))
            if any(code in {other.code for other in case.stages} for code in one.after):
                acts.append(lambda pk=stage_id: return_stage(stage_id=pk, reason="Доработать", by=by))
        if one.status == "PAUSED":
            acts += [lambda pk=stage_id: resume_stage(stage_id=pk, by=by)] * 2
        if one.status == "WAITING" and one.optional and all(done(case, code) for code in one.after):
            acts.append(lambda pk=stage_id: start_stage(stage_id=pk, by=by))
    if case.state in ("REGISTERED", "IN_PROGRESS"):
        kind = choose.choice(["APPEAL", "COMPLAINT", "APPLICATION"])
        change = CaseChange(kind=kind)
        acts.append(lambda: change_case(case_id=case.id, version=case.version, change=change, by=by))
        acts.append(lambda: extend_case(case_id=case.id, days=choose.randint(1, 30), reason="Да", by=by))
        if not [s for s in case.stages if s.latest and stands_in_the_way(s)]:
            acts += [lambda: answer_case(case_id=case.id, result="EXPLAINED", answer="Да", justified="YES", by=by)] * 2
    else:
        acts.append(lambda: reopen_case(case_id=case.id, reason="Опять", by=by))
        if case.state == "ANSWERED":
            acts.append(lambda: close_case(case_id=case.id, by=by))
    return acts


def stands_in_the_way(one: StageDetails) -> bool:
    return one.status == "PAUSED" if one.answer else not one.optional and one.status != "DONE"


def done(case: CaseDetails, code: str) -> bool:
    return code in ("received", "registered") or any(
        one.latest and one.code == code and one.status == "DONE" for one in case.stages
    )


def check(case_id: int) -> None:
    """What is true of every case at any moment."""
    case = Case.objects.get(pk=case_id)
    stages = list(CaseStage.objects.filter(case=case))
    for one in stages:
        running = one.status == "RUNNING"
        assert running or one.next_warning_at is None
        assert (one.finished_at is not None) == (one.status in ("DONE", "RETURNED", "CANCELLED"))
        if one.status in ("RUNNING", "PAUSED"):
            assert one.started_at is not None
            assert one.due_at is not None
            assert one.due_at >= one.started_at
            assert one.division_id is not None
            assert len(one.warnings) == len(SHARES)
            assert one.warnings == sorted(one.warnings)
        assert StagePause.objects.filter(stage=one, to_at=None).exists() == (one.status == "PAUSED")
    at_work = [one for one in stages if one.status in ("RUNNING", "PAUSED")]
    assert bool(at_work) == (case.state in ("REGISTERED", "IN_PROGRESS")), "an open case is on somebody's desk"
    assert case.due_at > case.counts_from
    held = sum(one.employee_id is not None for one in at_work)
    assert sum(load.open for load in load_by_person()) == held
    assert sum(load.open for load in load_by_division()) == len(at_work)
    assert counters().unassigned == len(at_work) - held


def lead_to_answer(world: World, case_id: int) -> None:
    """Do what is due until the case is answered."""
    by = world.admin
    if Case.objects.get(pk=case_id).state in ("ANSWERED", "CLOSED"):
        return
    for _ in range(20):
        stages = CaseStage.objects.filter(case=case_id)
        for one in stages.filter(status="PAUSED"):
            resume_stage(stage_id=one.pk, by=by)
        waiting = stages.filter(status="RUNNING").exclude(code="answer").first()
        if waiting is None:
            break
        finish_stage(stage_id=waiting.pk, by=by)
    answer_case(case_id=case_id, result="EXPLAINED", answer="Готово", justified="NO", by=by)
