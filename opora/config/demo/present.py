"""Today: contacts come in and people act, by the operations themselves."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.operations import (
    Contact,
    add_note,
    answer_case,
    cancel_case,
    extend_case,
    finish_stage,
    reassign_stage,
    register_case,
    reopen_case,
    return_stage,
    take_stage,
)
from opora.casework.cases.stages import Kind, Source, StageStatus, State
from opora.config.demo import texts
from opora.config.demo.arrivals import Arrival
from opora.config.demo.history import History
from opora.config.demo.lives import Life, manner_of
from opora.platform.access.models import User
from opora.platform.journal.operations import via

Held = tuple[Life, CaseStage]


def live_through_today(random: Random, history: History, arrivals: Iterable[Arrival], lives: Sequence[Life]) -> None:
    """Register what has come in since midnight, and do a little of everything with what is open.

    :param lives: open and lately answered cases, already written.
    """
    came_by = via.set("web")
    try:
        _register(random, history, arrivals)
        _act(random, history, lives)
    finally:
        via.reset(came_by)


def _register(random: Random, history: History, arrivals: Iterable[Arrival]) -> None:
    staff = history.staff
    for arrival in arrivals:
        by, registered_at = history.registrar(arrival)
        if registered_at > history.until:
            continue
        party = arrival.party
        case = register_case(
            by=by, channel=arrival.channel, kind=arrival.kind, topic_id=staff.catalogue.topic_ids[arrival.topic],
            text=arrival.text, customer_id=party.id if party else None,
            usage_point_id=party.usage_point_id if party else None,
            district_id=None if party else arrival.territory.district_id,
            source=Source.CITIZEN if party is None or party.group == "POPULATION" else Source.ENTITY,
            contact=Contact(name=party.name, phone=party.phone) if party else Contact(),
            received_at=arrival.at, registered_at=registered_at,
        )  # fmt: skip
        if random.random() < 0.7:
            _go_on(random, history, case, arrival)


def _go_on(random: Random, history: History, case: Case, arrival: Arrival) -> None:
    """The first stage of a fresh case is done: an answer where that is all there is to do."""
    stage = CaseStage.objects.filter(case=case, status=StageStatus.RUNNING).order_by("ordinal").first()
    if stage is None or stage.employee_id is None:
        return
    by = history.staff.users[stage.employee_id]
    planned = history.staff.catalogue.versions[case.passport_version_id].stage(stage.code)
    if planned and planned.answer:
        manner = manner_of(random, arrival.kind)
        answer_case(
            case_id=case.pk, result=manner.result, justified=manner.justified, by=by,
            answer=texts.answer(random, arrival.topic),
        )  # fmt: skip
    else:
        finish_stage(stage_id=stage.pk, result=texts.note(random, "STAGE"), by=by)


def _act(random: Random, history: History, lives: Sequence[Life]) -> None:
    """What a working morning brings: notes, hand-overs, rework, more time, withdrawals, cases that come back."""
    running = [
        (life, stage)
        for life in lives
        for stage in life.stages
        if life.case.state == State.IN_PROGRESS and stage.status == StageStatus.RUNNING
    ]
    random.shuffle(running)
    many = max(1, len(running) // 100)
    for life, _stage in _taken(running, 3 * many):
        add_note(case_id=life.case.pk, text=texts.note(random, "work"), by=_keeper(history, life))
    for _life, stage in _taken(running, many, lambda life, stage: stage.employee_id is None):
        colleague = next(iter(history.staff.people.get(stage.division_id or 0, ())), None)
        if colleague is not None:
            take_stage(stage_id=stage.pk, by=history.staff.users[colleague])
    for life, stage in _taken(running, many, lambda life, stage: bool(_colleagues(history, stage))):
        reassign_stage(
            stage_id=stage.pk, employee_id=random.choice(_colleagues(history, stage)),
            reason=texts.note(random, "REASSIGNED"), by=_keeper(history, life),
        )  # fmt: skip
    for life, stage in _taken(running, many, lambda life, stage: stage.code == "answer" and len(life.stages) > 2):
        return_stage(stage_id=stage.pk, reason=texts.note(random, "RETURNED"), by=_keeper(history, life))
    running.sort(key=lambda pair: pair[0].case.kind == Kind.APPLICATION)  # applicants of connections wait anyway
    for life, _stage in _taken(running, many):
        extend_case(case_id=life.case.pk, days=15, reason=texts.note(random, "EXTENDED"), by=_keeper(history, life))
    for life, _stage in _taken(running, many):
        cancel_case(case_id=life.case.pk, reason=texts.note(random, "CANCELLED"), by=_keeper(history, life))
    answered = [life for life in lives if life.case.state == State.ANSWERED]
    for life in answered[: max(1, len(answered) // 8)]:
        reopen_case(case_id=life.case.pk, reason=texts.note(random, "REOPENED"), by=_keeper(history, life))


def _taken(
    running: list[Held], many: int, fits: Callable[[Life, CaseStage], bool] = lambda life, stage: True
) -> list[Held]:
    """Take so many fitting ones out of the list."""
    found = [pair for pair in running if fits(*pair)][:many]
    for pair in found:
        running.remove(pair)
    return found


def _keeper(history: History, life: Life) -> User:
    """Who holds the case, or the head of the head office's people where nobody does."""
    keeper = life.case.employee_id
    return history.staff.users[keeper] if keeper else next(iter(history.staff.users.values()))


def _colleagues(history: History, stage: CaseStage) -> list[int]:
    people = history.staff.at_work(stage.division_id or 0, history.until)
    return [person for person in people if person != stage.employee_id]
