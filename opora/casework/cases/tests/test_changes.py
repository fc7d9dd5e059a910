from datetime import timedelta

import pytest

from opora.casework.cases.models import Case, CaseStage, StagePause
from opora.casework.cases.operations import (
    CaseChange,
    CaseNotOpen,
    Contact,
    NoPassport,
    TextMissing,
    WrongDate,
    WrongValue,
    answer_case,
    cancel_case,
    change_case,
    finish_stage,
    pause_stage,
    resume_stage,
)
from opora.casework.cases.tests.world import facts, moscow, passport, stage, stage_of, statuses, told
from opora.platform.errors import ChangedMeanwhile, NotVisible
from opora.platform.journal.models import Entry
from opora.registry.customers.operations import move_to_group


def change(case, world, **fields):
    case.refresh_from_db()
    return change_case(case_id=case.pk, version=case.version, change=CaseChange(**fields), by=world.admin)


def test_words_change_without_their_content_in_the_journal(world):
    case = world.register()

    changed = change(
        case, world, text="Нет света со вчера", addressee="Директор", contact=Contact(name="Анна", phone="89181234567")
    )  # fmt: skip

    assert (changed.text, changed.contact_phone, changed.version) == ("Нет света со вчера", "+79181234567", 2)
    assert Entry.objects.get(event="cases.CaseChanged").facts["changes"] == {
        "text": [],
        "addressee": [],
        "contact_name": [],
        "contact_phone": [],
    }
    assert statuses(case)["review"] == "RUNNING"


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(world):
    case = world.register()
    change(case, world, text="Первый")

    with pytest.raises(ChangedMeanwhile):
        change_case(case_id=case.pk, version=1, change=CaseChange(text="Второй"), by=world.admin)

    assert Case.objects.get().text == "Первый"


def test_only_an_open_case_is_changed(world):
    case = world.register()
    cancel_case(case_id=case.pk, reason="Ошибка", by=world.admin)

    with pytest.raises(CaseNotOpen):
        change(case, world, text="Другое")
    assert Case.objects.get().text == "Нет света с утра"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"text": ""}, TextMissing),
        ({"kind": "?"}, WrongValue),
        ({"source": "?"}, WrongValue),
        ({"topic_id": 0}, NotVisible),
        ({"customer_id": 0}, NotVisible),
        ({"usage_point_id": 0}, NotVisible),
        ({"branch_id": 0}, NotVisible),
        ({"district_id": 0}, WrongValue),
        ({"contact": Contact(phone="1")}, WrongValue),
        ({"due_at": moscow("2026-05-04 09:00")}, WrongDate),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(world, fields, error):
    case = world.register()

    with pytest.raises(error):
        change(case, world, **fields)

    assert Case.objects.get().version == 1
    assert not Entry.objects.filter(event="cases.CaseChanged").exists()


def test_a_case_is_tied_to_its_customer_and_then_seen_by_whoever_sees_him(world):
    case = world.register(customer_id=None)
    assert case.group_id == world.unidentified.pk

    changed = change(case, world, customer_id=world.customer.pk)

    assert (changed.customer_id, changed.group_id) == (world.customer.pk, world.population.pk)
    assert set(CaseStage.objects.values_list("group_id", flat=True)) == {world.population.pk}


def test_cases_follow_their_customer_into_another_group(world):
    world.register()

    move_to_group(customer_id=world.customer.pk, group_id=world.large.pk, by=world.admin)

    assert Case.objects.get().group_id == world.large.pk
    assert set(CaseStage.objects.values_list("group_id", flat=True)) == {world.large.pk}


def test_another_branch_has_its_own_people(world):
    case = world.register()

    changed = change(case, world, branch_id=world.other_branch.pk)

    assert (changed.branch_id, changed.district_id) == (world.other_branch.pk, None)
    assert set(CaseStage.objects.values_list("branch_id", flat=True)) == {world.other_branch.pk}
    assert "StageAssigned" in facts(case)


# Another class, another passport

OTHER = passport(
    "other",
    chosen_for=[{"kind": "COMPLAINT"}],
    term={"days": 10},
    stages=[
        stage("work", role="EXECUTOR", term={"working_days": 3}, pause_reasons=["CUSTOMER_ANSWER"]),
        stage("answer", after="work", answer=True),
    ],
)
FRESH = passport(
    "fresh",
    chosen_for=[{"kind": "APPLICATION"}],
    stages=[stage("inspect", term={"working_days": 4}), stage("answer", after="inspect", answer=True)],
)


@pytest.fixture
def at_work(world, clock):
    world.load(OTHER, FRESH)
    case = world.register()
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    return case


def test_stages_that_both_passports_know_go_on_under_the_new_terms(world, at_work, clock):
    before = stage_of(at_work, "work")
    clock.at("2026-05-06 10:00")

    changed = change(at_work, world, kind="COMPLAINT")

    assert changed.passport_version.passport.code == "other"
    assert told(changed.due_at) == "2026-05-14 17:00"
    work = stage_of(at_work, "work")
    assert (work.pk, work.started_at, work.employee_id) == (before.pk, before.started_at, before.employee_id)
    assert told(work.due_at) == "2026-05-07 17:00"


def test_a_pause_is_kept_when_the_class_changes(world, at_work, clock):
    clock.at("2026-05-05 10:00")
    pause_stage(stage_id=stage_of(at_work, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    clock.at("2026-05-06 10:00")

    change(at_work, world, kind="COMPLAINT")

    assert stage_of(at_work, "work").status == "PAUSED"
    clock.at("2026-05-07 10:00")
    resumed = resume_stage(stage_id=stage_of(at_work, "work").pk, by=world.admin)
    assert told(resumed.due_at) == "2026-05-12 17:00"  # the ends of the 5th and 6th are not counted


def test_a_stage_in_the_place_of_a_paused_one_stands_still_as_that_did(world, at_work, clock):
    clock.at("2026-05-05 10:00")
    pause_stage(stage_id=stage_of(at_work, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    clock.at("2026-05-06 10:00")

    change(at_work, world, kind="APPLICATION")

    inspect = stage_of(at_work, "inspect")
    assert (stage_of(at_work, "work").status, inspect.status) == ("CANCELLED", "PAUSED")
    assert StagePause.objects.get(stage=inspect, to_at=None).from_at == moscow("2026-05-05 10:00")
    clock.at("2026-05-07 10:00")
    resumed = resume_stage(stage_id=inspect.pk, by=world.admin)
    assert told(resumed.due_at) == "2026-05-13 17:00"


def test_there_and_back_again_the_case_can_still_be_answered(world, at_work):
    change(at_work, world, kind="APPLICATION")
    change(at_work, world, kind="APPEAL")

    assert statuses(at_work)["work"] == "RUNNING"
    assert stage_of(at_work, "work").round == 2
    finish_stage(stage_id=stage_of(at_work, "work").pk, by=world.admin)
    answered = answer_case(case_id=at_work.pk, result="SATISFIED", answer="Готово", by=world.admin)
    assert answered.state == "ANSWERED"


def test_the_edition_in_force_at_registration_is_followed_after_a_change(world, at_work, clock):
    clock.at("2026-05-12 10:00")
    world.load(
        passport("other", stages=[stage("answer", answer=True)], chosen_for=[{"kind": "COMPLAINT"}], term={"days": 1})
    )

    changed = change(at_work, world, kind="COMPLAINT")

    assert changed.passport_version.version == 1
    assert told(changed.due_at) == "2026-05-14 17:00"


def test_a_class_without_a_passport_is_refused(world, clock):
    day = moscow("2026-05-04 00:00").date() - timedelta(days=1)
    world.load(passport("ordinary", stages=[stage("answer")], chosen_for=[{"kind": "APPEAL"}], valid_from=day))
    case = world.register()

    with pytest.raises(NoPassport):
        change(case, world, kind="COMPLAINT")
    assert Case.objects.get().kind == "APPEAL"


def test_a_controlling_body_sets_a_date_and_takes_it_back(world):
    case = world.register()

    assert told(change(case, world, due_at=moscow("2026-05-20 12:00")).due_at) == "2026-05-20 12:00"
    back = change(case, world, due_at=None)
    assert (told(back.due_at), back.due_is_given) == ("2026-06-03 17:00", False)
