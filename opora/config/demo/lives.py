"""The life of a case from its registration to this moment, lived by the engine of the operations in memory.

The same engine starts, times, routes and ends the stages, so a case of history is such as operations would have left
it, its journal included; only the rows are collected for COPY instead of being saved one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from psycopg.types.json import Jsonb

from opora.casework.cases.events import (
    AcknowledgementDue,
    AnswerRecorded,
    CaseAnswered,
    CaseClosed,
    CaseRegistered,
    CaseWarned,
    NoteAdded,
    StagePaused,
    StageQueued,
    StageResumed,
    StageStarted,
    StageWarned,
)
from opora.casework.cases.models import Case, CaseNote, CaseStage, StagePause
from opora.casework.cases.operations.progress import CaseWork
from opora.casework.cases.operations.stages import finish
from opora.casework.cases.rules import SHARES, next_warning
from opora.casework.cases.stages import (
    Channel,
    Justified,
    Kind,
    NoteKind,
    Result,
    StageRole,
    StageStatus,
    State,
)
from opora.config.demo import texts
from opora.config.demo.staff import Staff
from opora.platform.access.models import User
from opora.platform.journal.events import Event, name_of
from opora.platform.journal.operations import reference

ENTRY_COLUMNS = ("event", "facts", "about", "by_id", "via", "at")


@dataclass
class Chronicle:
    """The rows that history leaves behind."""

    case_ids: "count[int]"
    stage_ids: "count[int]"
    note_ids: "count[int]"
    pause_ids: "count[int]"
    cases: list[Case] = field(default_factory=list)
    stages: list[CaseStage] = field(default_factory=list)
    pauses: list[StagePause] = field(default_factory=list)
    notes: list[CaseNote] = field(default_factory=list)
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    names: dict[type[Event], str] = field(default_factory=dict)

    def record(self, event: Event, about: Sequence[str], *, by: User, at: datetime, via: str) -> None:
        kind = type(event)
        name = self.names.get(kind) or self.names.setdefault(kind, name_of(kind))
        self.entries.append((name, Jsonb(vars(event)), list(about), by.pk, via, at))


@dataclass(frozen=True)
class Manner:
    """How work on a case goes."""

    late: bool
    justified: str
    result: str


@dataclass
class Life(CaseWork):
    """A case that has not been saved, with the plans of those who work on it."""

    chronicle: Chronicle = field(kw_only=True)
    staff: Staff = field(kw_only=True)
    topic: str = field(kw_only=True)
    manner: Manner = field(kw_only=True)
    via: str = "web"
    #: When each open stage will be finished, and by whom it is planned to stand still, by its id.
    ends: dict[int, datetime] = field(default_factory=dict)
    rests: dict[int, tuple[datetime, datetime, str]] = field(default_factory=dict)

    @property
    def random(self) -> Random:
        return self.staff.random

    # What the engine asks

    def assign(self, stage: CaseStage) -> None:
        """As the operations do, but from what was read once, and to anybody of the division who is there."""
        role, stage.told = stage.role, True
        if role == StageRole.APPLICANT:
            if self.case.division_id is not None:
                stage.division_id, stage.employee_id = self.case.division_id, self.case.employee_id
                return
            role = StageRole.CURATOR
        route = self.catalogue.route(
            role=role, topic_id=self.case.topic_id, branch_id=self.case.branch_id, district_id=self.case.district_id
        )
        stage.division_id = route.division_id if route else None
        people = self.staff.at_work(route.division_id, self.now) if route else []
        before = [earlier.employee_id for earlier in self.stages if earlier.role == stage.role]
        same = [person for person in people if person in before]
        stage.employee_id = self.random.choice(same or people) if people else None

    def save_stages(self) -> None:
        """Collect what has happened in one move."""
        for stage in self.stages:
            if not stage.pk:
                stage.pk, stage.case_id = next(self.chronicle.stage_ids), self.case.pk
        for stage in self.begun:
            self._plan(stage)
            self.facts.append((_began(stage), [self.case]))
        for event, about in self.facts:
            things = [reference(thing) for thing in about]
            self.chronicle.record(event, things, by=self.by, at=self.now, via=self.via)
        self.facts.clear()
        self.begun.clear()
        self.touched.clear()

    # Moves, as the operations of the same names make them

    def register(self, customer: Sequence[str]) -> None:
        """The stages whose turn it is have begun, or the answer was given at once."""
        case, plan = self.case, self.plan
        registered = CaseRegistered(
            case_id=case.pk, number=case.number, kind=case.kind, channel=case.channel, passport=plan.passport
        )
        self.chronicle.record(registered, [reference(case), *customer], by=self.by, at=self.now, via=self.via)
        if case.answered_at is None and case.contact_email:
            self.facts.append((AcknowledgementDue(case_id=case.pk), [case]))
        self.save_stages()

    def answer_at_once(self, employee_id: int) -> None:
        """The consumer has his answer with the registration."""
        case, now = self.case, self.now
        division_id = next(pk for pk, people in self.staff.people.items() if employee_id in people)
        for stage in self.stages:
            stage.finished_at = now
            if self.planned(stage).optional:
                stage.status = StageStatus.CANCELLED
                continue
            stage.started_at, stage.status = case.counts_from, StageStatus.DONE
            self.time(stage)
            stage.employee_id, stage.division_id = employee_id, division_id
        case.employee_id, case.division_id = employee_id, division_id
        case.state, case.answered_at, case.closed_at, case.next_warning_at = State.CLOSED, now, now, None
        case.answer, case.result = texts.answer(self.random, self.topic), Result.EXPLAINED
        answered = AnswerRecorded(case_id=case.pk, result=case.result, justified="", in_time=now <= case.due_at)
        self.facts += [(answered, [case]), (CaseClosed(case_id=case.pk), [case])]

    def finish_stage(self, stage: CaseStage) -> None:
        finish(self, stage, texts.note(self.random, "STAGE"))
        self.begin_work()
        self.begin_ready()
        self.save_stages()

    def answer_case(self, stage: CaseStage) -> None:
        case = self.case
        self.move(State.ANSWERED)
        finish(self, stage, "")
        left = [s for s in self.latest().values() if self.planned(s).optional and s.status == StageStatus.WAITING]
        self.drop(left)
        case.answer, case.result = texts.answer(self.random, self.topic), self.manner.result
        case.justified = self.manner.justified
        case.answered_at, case.next_warning_at, case.stands_since = self.now, None, None
        case.version += 1
        in_time = self.now <= case.due_at
        answered = CaseAnswered(case_id=case.pk, result=case.result, justified=case.justified, in_time=in_time)
        self.facts.append((answered, [case]))
        self.save_stages()

    def close_case(self) -> None:
        self.move(State.CLOSED)
        self.case.closed_at = self.now
        self.case.version += 1
        self.facts.append((CaseClosed(case_id=self.case.pk), [self.case]))
        self.save_stages()

    def pause_stage(self, stage: CaseStage, reason: str) -> None:
        self.begin_work()
        self.move_stage(stage, StageStatus.PAUSED)
        pause = StagePause(pk=next(self.chronicle.pause_ids), stage_id=stage.pk, reason=reason, from_at=self.now)
        self.pauses.setdefault(stage.pk, []).append(pause)
        self.chronicle.pauses.append(pause)
        self.time_case()
        self.note(NoteKind.PAUSED, "PAUSED", stage)
        self.facts.append(
            (StagePaused(case_id=self.case.pk, stage_id=stage.pk, code=stage.code, reason=reason), [self.case])
        )
        self.save_stages()

    def resume_stage(self, stage: CaseStage) -> None:
        self.move_stage(stage, StageStatus.RUNNING)
        self.pauses[stage.pk][-1].to_at = self.now
        self.time(stage)
        self.time_case()
        assert stage.due_at is not None
        due = stage.due_at.isoformat()
        self.facts.append(
            (StageResumed(case_id=self.case.pk, stage_id=stage.pk, code=stage.code, due_at=due), [self.case])
        )
        self._plan(stage)
        self.rests.pop(stage.pk, None)
        self.save_stages()

    def add_note(self) -> None:
        note = self.note(NoteKind.NOTE, "work", None)
        self.facts.append((NoteAdded(case_id=self.case.pk, note_id=note.pk), [self.case]))
        self.save_stages()

    def note(self, kind: NoteKind, words: str, stage: CaseStage | None) -> CaseNote:
        note = CaseNote(
            pk=next(self.chronicle.note_ids), case_id=self.case.pk, stage=stage, kind=kind,
            text=texts.note(self.random, words), by=self.by, at=self.now,
        )  # fmt: skip
        self.chronicle.notes.append(note)
        return note

    # What people do, and when

    def live(self, until: datetime) -> None:
        """Let work go on until the case is closed, or until this moment."""
        while self.case.state in (State.REGISTERED, State.IN_PROGRESS):
            moment, stage, act = self._next()
            if stage is None or moment > until:
                self.warn(until)
                return
            self.warn(moment)
            self._step(moment, stage)
            if act == "pause":
                self.pause_stage(stage, self.rests[stage.pk][2])
            elif act == "resume":
                self.resume_stage(stage)
            elif self.planned(stage).answer:
                self.answer_case(stage)
            else:
                if len(self.plan.stages) > 2 and self.random.random() < 0.15:
                    self.add_note()
                self.finish_stage(stage)
        if self.case.state == State.ANSWERED:
            closing = self.now + timedelta(days=self.random.choice((1, 3, 5, 8)), minutes=self.random.randrange(400))
            closing = self.staff.working_moment(self.case.branch_id, closing)
            if closing <= until:
                self.now = closing
                self.close_case()

    def warn(self, until: datetime) -> None:
        """The warnings that fell due before this moment, each told when it did."""
        case, system = self.case, self.staff.system
        things: list[Case | CaseStage] = [case, *self.stages]
        due = [(thing.next_warning_at, n) for n, thing in enumerate(things) if thing.next_warning_at is not None]
        while due and (first := min(due))[0] <= until:
            at, number = first
            thing = things[number]
            # After a night or a standstill only the highest share is told.
            share = max(s for s, moment in zip(SHARES, thing.warnings, strict=True) if moment <= at)
            thing.warned, thing.next_warning_at = share, next_warning(thing.warnings, share)
            self.chronicle.record(_warned(case, thing, share), [reference(case)], by=system, at=at, via="worker")
            due = [(thing.next_warning_at, n) for n, thing in enumerate(things) if thing.next_warning_at is not None]

    def _step(self, moment: datetime, stage: CaseStage) -> None:
        self.now, self.via = moment, "web"
        if stage.employee_id is not None:
            self.by = self.staff.users[stage.employee_id]

    def _next(self) -> tuple[datetime, CaseStage | None, str]:
        """What is planned next: a stage that nobody holds waits for somebody to take it."""
        found: tuple[datetime, CaseStage | None, str] = (datetime.max.replace(tzinfo=self.now.tzinfo), None, "")
        for stage in self.stages:
            if stage.status == StageStatus.PAUSED:
                planned = (self.rests[stage.pk][1], stage, "resume")
            elif stage.status == StageStatus.RUNNING and stage.employee_id is not None:
                rest = self.rests.get(stage.pk)
                planned = (rest[0], stage, "pause") if rest else (self.ends[stage.pk], stage, "finish")
            else:
                continue
            if planned[0] < found[0]:
                found = planned
        return found

    def _plan(self, stage: CaseStage) -> None:
        """Decide when the stage will be finished: mostly well before its term ends."""
        assert stage.due_at is not None and stage.started_at is not None
        random, start, term = self.random, max(stage.started_at, self.now), stage.due_at - stage.started_at
        share = 1.02 + random.expovariate(1.2) if self.manner.late else random.triangular(0.1, 0.93, 0.4)
        if self.planned(stage).role == StageRole.OPERATOR:
            share = share if self.manner.late else share * share
            self.ends[stage.pk] = max(start, stage.started_at + term * share) + timedelta(seconds=random.randrange(60))
        else:
            moment = max(start + timedelta(minutes=random.randint(5, 55)), stage.started_at + term * share)
            self.ends[stage.pk] = self.staff.working_moment(
                self.case.branch_id, moment, by=None if self.manner.late else stage.due_at
            )
        reasons = self.planned(stage).pause_reasons
        if reasons and not self.pauses.get(stage.pk) and random.random() < 0.07:
            begin = self.staff.working_moment(self.case.branch_id, start + (self.ends[stage.pk] - start) * 0.4)
            end = self.staff.working_moment(self.case.branch_id, begin + timedelta(days=random.randint(2, 20)))
            if begin < self.ends[stage.pk]:
                self.rests[stage.pk] = (begin, end, random.choice(reasons))


def _began(stage: CaseStage) -> Event:
    if stage.employee_id is None:
        return StageQueued(case_id=stage.case_id, stage_id=stage.pk, code=stage.code, division_id=stage.division_id)
    return StageStarted(
        case_id=stage.case_id, stage_id=stage.pk, code=stage.code, division_id=stage.division_id,
        employee_id=stage.employee_id,
    )  # fmt: skip


def _warned(case: Case, thing: Case | CaseStage, share: int) -> Event:
    assert thing.due_at is not None
    due, branch_id = thing.due_at.isoformat(), case.branch_id
    if isinstance(thing, Case):
        return CaseWarned(case_id=case.pk, share=share, due_at=due, branch_id=branch_id)
    return StageWarned(
        case_id=case.pk, stage_id=thing.pk, code=thing.code, share=share, due_at=due, branch_id=branch_id
    )


def manner_of(random: Random, kind: str, *, late_share: float = 0.0) -> Manner:
    """How the work on a contact of this kind will go, and what will come of it."""
    chance = random.random()
    late = random.random() < late_share
    if kind == Kind.COMPLAINT:
        if chance < 0.35:
            return Manner(late, Justified.YES, Result.SATISFIED)
        if chance < 0.55:
            return Manner(late, Justified.PARTLY, Result.PARTLY_SATISFIED)
        return Manner(late, Justified.NO, Result.EXPLAINED)
    if kind == Kind.APPLICATION:
        return Manner(late, "", Result.SERVICE_RENDERED if chance < 0.92 else Result.REFUSED)
    return Manner(late, "", Result.EXPLAINED if kind == Kind.CONSULTATION or chance < 0.5 else Result.SATISFIED)


def registrar_role(channel: str) -> str:
    """Who of the company takes contacts of this channel in; "" where it comes in by itself."""
    if channel in (Channel.PHONE, Channel.VOICEMAIL):
        return "operator"
    return {Channel.VISIT: "clerk", Channel.WEB: ""}.get(Channel(channel), "executor")
