"""One case on the move: its stages begin, are timed and find their people. Used by the operations of this package."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.events import StageQueued, StageStarted
from opora.casework.cases.models import Case, CaseExtension, CaseNote, CaseStage, StagePause
from opora.casework.cases.operations.people import person_for
from opora.casework.cases.queries.catalogue import Catalogue, StagePlan, VersionPlan, catalogue
from opora.casework.cases.queries.clock import Clock, clock_of
from opora.casework.cases.rules import next_warning, share_reached, startable
from opora.casework.cases.stages import (
    MOVES,
    STAGE_MOVES,
    ClockStart,
    NoteKind,
    StageRole,
    StageStatus,
    State,
)
from opora.platform.access.models import User
from opora.platform.calendar.terms import Pause
from opora.platform.errors import BusinessError
from opora.platform.journal.events import Event
from opora.platform.journal.operations import publish_many
from opora.platform.live.operations import announce
from opora.platform.rows import insert_rows
from opora.platform.stages import check_move


class ReasonMissing(BusinessError):
    code = "reason_missing"


@dataclass
class CaseWork:
    """A locked (or new) case with everything that decides how it moves."""

    case: Case
    plan: VersionPlan
    catalogue: Catalogue
    clock: Clock
    now: datetime
    by: User
    stages: list[CaseStage]
    #: Calendar days by which the case has been extended.
    extended_days: int = 0
    #: Pauses of every stage; those of stages not yet saved are keyed by code.
    pauses: dict[int | str, list[StagePause]] = field(default_factory=dict)
    inherited: list[StagePause] = field(default_factory=list)
    begun: list[CaseStage] = field(default_factory=list)
    facts: list[tuple[Event, Sequence[Model]]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    # Reading

    def stage(self, stage_id: int) -> CaseStage:
        return next(stage for stage in self.stages if stage.pk == stage_id)

    def last_runs(self) -> dict[str, CaseStage]:
        """The last round of each stage, those of passports that the case has left included."""
        return {stage.code: stage for stage in sorted(self.stages, key=lambda stage: stage.round)}

    def latest(self) -> dict[str, CaseStage]:
        """The last round of each stage of the passport."""
        runs = self.last_runs()
        return {stage.code: runs[stage.code] for stage in self.plan.stages if stage.code in runs}

    def open_stages(self) -> list[CaseStage]:
        return [s for s in self.latest().values() if s.status in (StageStatus.RUNNING, StageStatus.PAUSED)]

    def planned(self, stage: CaseStage) -> StagePlan:
        found = self.plan.stage(stage.code)
        assert found is not None, f"stage {stage.pk} is not in passport version {self.plan.id}"
        return found

    def moment(self, name: str) -> datetime | None:
        """When the event happened, or the stage was last finished."""
        if name == ClockStart.RECEIVED or name == ClockStart.REGISTERED:
            happened = self.case.received_at if name == ClockStart.RECEIVED else self.case.registered_at
            return max(happened, self.case.counts_from) if self.reopened else happened
        stage = self.latest().get(name)
        return stage.finished_at if stage and stage.status == StageStatus.DONE else None

    @property
    def reopened(self) -> bool:
        return self.case.counts_from > self.case.registered_at

    def stood(self, stage: CaseStage) -> list[Pause]:
        """The closed pauses of the stage."""
        return [Pause(p.from_at, p.to_at) for p in self.pauses.get(stage.pk or stage.code, []) if p.to_at is not None]

    # Moving

    def move(self, state: State) -> None:
        check_move(MOVES, State(self.case.state), state)
        self.case.state = state

    def begin_work(self) -> None:
        """Somebody has laid hands on the case."""
        if self.case.state == State.REGISTERED:
            self.move(State.IN_PROGRESS)

    def move_stage(self, stage: CaseStage, status: StageStatus) -> None:
        check_move(STAGE_MOVES, StageStatus(stage.status), status)
        stage.status = status
        if status in (StageStatus.DONE, StageStatus.RETURNED, StageStatus.CANCELLED):
            stage.finished_at = self.now
        if status != StageStatus.RUNNING:
            stage.next_warning_at = None
        self.touch(stage)

    def touch(self, stage: CaseStage) -> None:
        self.touched.add(f"{stage.code}:{stage.round}")

    def begin_ready(self) -> None:
        """Begin every stage whose turn has come."""
        latest = self.latest()
        names = [*ClockStart.values, *latest]
        moments = {name: moment for name in names if (moment := self.moment(name)) is not None}
        begun = {code for code, stage in latest.items() if stage.status != StageStatus.WAITING}
        known = [stage for stage in self.plan.stages if stage.code in latest]
        for code in startable(known, happened=moments.keys(), begun=begun):
            stage = latest[code]
            self.begin(stage, at=max(moments[before] for before in self.planned(stage).after))

    def begin(self, stage: CaseStage, *, at: datetime) -> None:
        """Start the clock of the stage and find who does it."""
        check_move(STAGE_MOVES, StageStatus(stage.status), StageStatus.RUNNING)
        stage.status, stage.started_at = StageStatus.RUNNING, at
        self.time(stage)
        self.assign(stage)
        self.touch(stage)
        self.begun.append(stage)
        self.case.division_id, self.case.employee_id = stage.division_id, stage.employee_id

    def time(self, stage: CaseStage) -> None:
        """Count the due time and the warnings of a stage anew; those already given are not repeated."""
        assert stage.started_at is not None
        term, stood = self.planned(stage).term, self.stood(stage)
        stage.due_at, stage.warnings = self.clock.count(term, stage.started_at, stood)
        if stage.extended_days:
            stage.due_at = self.clock.days_later(stage.due_at, stage.extended_days)
            stage.warnings = self.clock.warnings_between(stage.started_at, stage.due_at)
        running = stage.status == StageStatus.RUNNING
        stage.next_warning_at = next_warning(stage.warnings, stage.warned) if running else None
        self.touch(stage)

    def time_case(self) -> None:
        """Count the due time of the whole case anew, unless its sender has set it."""
        case, stood = self.case, []
        case.stands_since = None
        if self.plan.pauses_stop_total:
            stood = [pause for stage in self.stages for pause in self.stood(stage)]
            open_pauses = [p.from_at for pauses in self.pauses.values() for p in pauses if p.to_at is None]
            case.stands_since = min(open_pauses, default=None)
        if case.due_is_given:
            case.warnings = self.clock.warnings_between(case.counts_from, case.due_at)
        else:
            case.due_at, case.warnings = self.clock.count(self.plan.term, case.counts_from, stood)
        if self.extended_days:
            case.due_at = self.clock.days_later(case.due_at, self.extended_days)
            case.warnings = self.clock.warnings_between(case.counts_from, case.due_at)
        self.warn_case()

    def warn_case(self) -> None:
        """Set the next warning: none while the clock stands, or where the only stage has the same clock."""
        case = self.case
        one_clock = sum(not stage.optional for stage in self.plan.stages) == 1 and not case.due_is_given
        silent = one_clock or case.stands_since or case.state not in (State.REGISTERED, State.IN_PROGRESS)
        case.next_warning_at = None if silent else next_warning(case.warnings, case.warned)

    def rewind_warnings(self, thing: Case | CaseStage) -> None:
        """After the due time was moved on purpose, shares not yet spent by the new count will be warned of again."""
        thing.warned = min(thing.warned, share_reached(thing.warnings, self.now))
        if isinstance(thing, Case):
            self.warn_case()
        else:
            running = thing.status == StageStatus.RUNNING
            thing.next_warning_at = next_warning(thing.warnings, thing.warned) if running else None
            self.touch(thing)

    def close_pause(self, stage: CaseStage) -> None:
        for pause in self.pauses.get(stage.pk, []):
            if pause.to_at is None:
                pause.to_at = self.now
                pause.save(update_fields=["to_at"])

    def drop(self, stages: Sequence[CaseStage]) -> None:
        """Mark stages as not needed any more."""
        for stage in stages:
            self.close_pause(stage)
            self.move_stage(stage, StageStatus.CANCELLED)

    def next_round(self, stage: CaseStage) -> CaseStage:
        """A fresh run of the stage, waiting for its turn."""
        return self.plan_stage(self.planned(stage), round=stage.round + 1)

    def plan_stage(self, planned: StagePlan, *, round: int) -> CaseStage:
        """A stage that waits for its turn."""
        fresh = CaseStage(
            branch_id=self.case.branch_id,
            group_id=self.case.group_id,
            ordinal=planned.ordinal,
            round=round,
            code=planned.code,
            role=planned.role,
        )
        self.stages.append(fresh)
        return fresh

    # People

    def assign(self, stage: CaseStage) -> None:
        """Give the stage to a division by the routing rules, and within it to a person.

        The applicant's own stages are watched by whoever held the case before.
        """
        role, stage.told = stage.role, False
        if role == StageRole.APPLICANT:
            if self.case.division_id is not None:
                stage.division_id, stage.employee_id = self.case.division_id, self.case.employee_id
                return
            role = StageRole.CURATOR
        stage.division_id = self.division_for(role)
        stage.employee_id = None if stage.division_id is None else person_for(stage, self.stages, self.now)

    def division_for(self, role: str) -> int | None:
        """Where the routing rules send a stage of this role."""
        case = self.case
        route = self.catalogue.route(
            role=role, topic_id=case.topic_id, branch_id=case.branch_id, district_id=case.district_id
        )
        return route.division_id if route else None

    def route_finished(self) -> None:
        """Say whose the stages of a case carried over were; who did them, only the other system knows."""
        for stage in self.stages:
            if stage.status == StageStatus.DONE:
                stage.division_id = self.division_for(stage.role)
                self.case.division_id = stage.division_id or self.case.division_id

    # Saving

    def save(self, *, words: bool = False) -> None:
        """Write what has changed, publish what has happened, and tell the screens.

        :param words: whether what is known of the case has changed too; long texts are not written again for nothing.
        """
        self.case.save(update_fields=None if words else _CASE_MOVES)
        self.save_stages()

    def save_stages(self) -> None:
        """The same for a case that has just been written."""
        case = self.case
        fresh = [stage for stage in self.stages if stage.pk is None]
        for stage in fresh:
            stage.case = case
        insert_rows(fresh)
        StagePause.objects.bulk_create(self.inherited)
        changed = [s for s in self.stages if s not in fresh and f"{s.code}:{s.round}" in self.touched]
        if changed:
            CaseStage.objects.bulk_update(changed, _STAGE_MOVES)
        for stage in self.begun:
            self.facts.append((_began(stage), [case]))
        publish_many(self.facts, by=self.by)
        announce(*topics_of(case, [*self.begun, *changed]))

    def inherit(self, stage: CaseStage, pauses: Sequence[StagePause]) -> None:
        """Let a stage take over pauses of the one whose place it has taken."""
        for pause in pauses:
            pause.stage = stage
        self.inherited += pauses
        self.pauses.setdefault(stage.pk or stage.code, []).extend(pauses)


def take_up(case: Case, *, by: User) -> CaseWork:
    """Everything about a locked case that its next move depends on."""
    everything = catalogue()
    stages = list(CaseStage.objects.select_for_update().filter(case=case).order_by("ordinal", "round"))
    pauses: dict[int | str, list[StagePause]] = {}
    for pause in StagePause.objects.filter(stage__case=case).order_by("from_at", "pk"):
        pauses.setdefault(pause.stage_id, []).append(pause)
    return CaseWork(
        case=case,
        plan=everything.versions[case.passport_version_id],
        catalogue=everything,
        clock=clock_of(case.branch_id),
        now=timezone.now(),
        by=by,
        stages=stages,
        pauses=pauses,
        extended_days=_extended_days(case),
    )


def _extended_days(case: Case) -> int:
    """An extension from before the case was reopened counts no more."""
    extension = CaseExtension.objects.filter(case=case, at__gte=case.counts_from)
    return extension.values_list("days", flat=True).first() or 0


def topics_of(case: Case, stages: Sequence[CaseStage] = ()) -> list[str]:
    """Live topics on which the change is told."""
    divisions = {stage.division_id for stage in stages} | {case.division_id}
    found = ["cases", f"case:{case.pk}", f"branch:{case.branch_id}", *(f"division:{d}" for d in divisions if d)]
    return [*found, f"customer:{case.customer_id}"] if case.customer_id else found


def explain(work: CaseWork, kind: NoteKind, reason: str, *, stage: CaseStage | None = None) -> CaseNote:
    """Keep the words behind an action as an internal note.

    :raises ReasonMissing: when there are none.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason stays with the case."), field="reason")
    return CaseNote.objects.create(case=work.case, stage=stage, kind=kind, text=reason.strip(), by=work.by, at=work.now)


def _began(stage: CaseStage) -> Event:
    assert stage.pk is not None and stage.case_id is not None
    if stage.employee_id is None:
        return StageQueued(case_id=stage.case_id, stage_id=stage.pk, code=stage.code, division_id=stage.division_id)
    return StageStarted(
        case_id=stage.case_id,
        stage_id=stage.pk,
        code=stage.code,
        division_id=stage.division_id,
        employee_id=stage.employee_id,
    )


#: What changes in a case while its stages move.
_CASE_MOVES = [
    "state",
    "division",
    "employee",
    "due_at",
    "stands_since",
    "warnings",
    "next_warning_at",
    "warned",
    "closed_at",
    "version",
]
_STAGE_MOVES = [
    "status",
    "ordinal",
    "role",
    "division",
    "employee",
    "started_at",
    "due_at",
    "finished_at",
    "result",
    "extended_days",
    "warnings",
    "next_warning_at",
    "warned",
    "told",
]
