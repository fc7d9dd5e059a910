"""The end of a case, and its return: answered, extended, closed, cancelled, reopened."""

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from opora.casework.cases.events import CaseAnswered, CaseCancelled, CaseClosed, CaseExtended, CaseReopened
from opora.casework.cases.models import Case, CaseExtension, CaseNote, CaseStage
from opora.casework.cases.operations.checks import checked_text
from opora.casework.cases.operations.locks import locked_case
from opora.casework.cases.operations.progress import CaseWork, explain, take_up
from opora.casework.cases.operations.stages import finish
from opora.casework.cases.queries.details import reopening_ends
from opora.casework.cases.rules import followers, undone
from opora.casework.cases.stages import (
    OPEN_STATES,
    OPEN_STATUSES,
    Justified,
    Kind,
    NoteKind,
    Result,
    StageStatus,
    State,
)
from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.events import Event

MAX_EXTENSION = 30


class StagesUnfinished(BusinessError):
    code = "stages_unfinished"
    status = 409


class JudgementNeeded(BusinessError):
    code = "judgement_needed"


class ResultNeeded(BusinessError):
    code = "result_needed"


class CannotExtend(BusinessError):
    code = "cannot_extend"


class TooLateToReopen(BusinessError):
    code = "too_late_to_reopen"
    status = 409


class UnknownStage(BusinessError):
    code = "unknown_stage"


@transaction.atomic
def answer_case(
    *, case_id: int, result: str, answer: str, by: User, justified: str = "", version: int | None = None
) -> Case:
    """Answer the applicant: the answering stage is finished, and the answer goes out.

    :param justified: yes, partly or no; required for a complaint.
    :param version: of the case as the author has read it.
    :raises StagesUnfinished: while other stages are not done.
    :raises JudgementNeeded: for a complaint without a judgement.
    :raises ResultNeeded: when the result is not one of the known ones.
    """
    case = locked_case(case_id, version=version)
    work = take_up(case, by=by)
    work.move(State.ANSWERED)
    if result not in Result.values:
        raise ResultNeeded(_("Choose what came of the case."), field="result")
    if justified not in Justified.values and (justified or case.kind == Kind.COMPLAINT):
        raise JudgementNeeded(_("Say whether the complaint was justified: yes, partly or no."), field="justified")
    answer = checked_text(answer, field="answer")
    work.begin_ready()
    if codes := undone(work.plan.stages, {code: stage.status for code, stage in work.latest().items()}):
        titles = ", ".join(stage.title for stage in work.plan.stages if stage.code in codes)
        raise StagesUnfinished(_("These stages are not done yet: %s.") % titles, field="case_id")
    for stage in work.latest().values():
        if work.planned(stage).answer and stage.status == StageStatus.PAUSED:
            raise StagesUnfinished(_("The clock of the answer stands: resume the stage first."), field="case_id")
        if work.planned(stage).answer and stage.status == StageStatus.RUNNING:
            finish(work, stage, "")
    work.drop(_optional_left(work))
    case.answer, case.result, case.justified = answer, result, justified
    case.answered_at, case.next_warning_at, case.stands_since = work.now, None, None
    in_time = work.now <= case.due_at
    event = CaseAnswered(case_id=case.pk, result=result, justified=justified, in_time=in_time)
    return _saved(work, (event, [case]), words=True)


@transaction.atomic
def extend_case(*, case_id: int, days: int, reason: str, by: User) -> Case:
    """Move the due time by up to 30 calendar days, once; the applicant is told (59-ФЗ, ст. 12).

    :raises CannotExtend: a second time, for more days, or where a controlling body has set the date.
    :raises ReasonMissing: when no reason is given.
    """
    case = locked_case(case_id)
    work = take_up(case, by=by)
    if case.state not in OPEN_STATES:
        raise CannotExtend(_("Only an open case can be extended."), field="case_id")
    if not 1 <= days <= MAX_EXTENSION:
        raise CannotExtend(_("A case may be extended by 1 to %d days.") % MAX_EXTENSION, field="days")
    if CaseExtension.objects.filter(case=case).exists():
        raise CannotExtend(_("This case has been extended already; it may be done only once."), field="case_id")
    if case.due_is_given:
        raise CannotExtend(_("A controlling body has set this date: ask it for another."), field="case_id")
    explain(work, NoteKind.EXTENDED, reason)
    CaseExtension.objects.create(case=case, days=days, due_before=case.due_at, by=by, at=work.now)
    work.extended_days = days
    work.time_case()
    work.rewind_warnings(case)
    for stage in work.open_stages():
        stage.extended_days = days
        work.time(stage)
        work.rewind_warnings(stage)
    return _saved(work, (CaseExtended(case_id=case.pk, days=days, due_at=case.due_at.isoformat()), [case]))


@transaction.atomic
def close_case(*, case_id: int, by: User) -> Case:
    """Close an answered case."""
    case = locked_case(case_id)
    work = take_up(case, by=by)
    work.move(State.CLOSED)
    case.closed_at = work.now
    return _saved(work, (CaseClosed(case_id=case.pk), [case]))


@transaction.atomic
def cancel_case(*, case_id: int, reason: str, by: User) -> Case:
    """Stop a case that needs no answer: registered by mistake, or withdrawn by the applicant.

    :raises ReasonMissing: when no reason is given.
    """
    case = locked_case(case_id)
    work = take_up(case, by=by)
    work.move(State.CANCELLED)
    note = explain(work, NoteKind.CANCELLED, reason)
    work.drop([s for s in work.latest().values() if s.status in (StageStatus.WAITING, *OPEN_STATUSES)])
    case.closed_at, case.next_warning_at, case.stands_since = work.now, None, None
    return _saved(work, (CaseCancelled(case_id=case.pk, note_id=note.pk), [case]))


@transaction.atomic
def reopen_case(*, case_id: int, reason: str, by: User, from_stage: str = "") -> Case:
    """Take up an answered or closed case again within 30 working days of the answer: nothing was mended.

    A stage and everything after it run once more; the term of the case begins anew; the earlier answer is kept
    as a note.

    :param from_stage: code of the stage to begin with; the first one by default.
    :raises TooLateToReopen: after 30 working days; then a new case is registered.
    :raises UnknownStage: when the passport has no such stage.
    :raises ReasonMissing: when no reason is given.
    """
    case = locked_case(case_id)
    work = take_up(case, by=by)
    ends = reopening_ends(case, work.clock)
    work.move(State.IN_PROGRESS)
    if ends is None or work.now > ends:
        raise TooLateToReopen(_("More than 30 working days have passed since the answer: register a new case."))
    first = work.plan.stage(from_stage) if from_stage else work.plan.stages[0]
    if first is None:
        raise UnknownStage(_("The passport has no stage “%s”.") % from_stage, field="from_stage")
    note = explain(work, NoteKind.REOPENED, reason)
    if case.answer:
        CaseNote.objects.create(case=case, kind=NoteKind.ANSWER, text=case.answer, by=by, at=work.now)
    case.answered_at = case.closed_at = None
    case.answer = case.result = case.justified = ""
    case.counts_from, case.due_is_given, case.warned = work.now, False, 0
    work.extended_days = 0
    _repeat(work, first.code)
    work.time_case()
    return _saved(work, (CaseReopened(case_id=case.pk, note_id=note.pk), [case]), words=True)


def _repeat(work: CaseWork, code: str) -> None:
    """Run the stage, its equals that begin with the same event, and all that follows them once more."""
    latest = work.latest()
    plan = work.plan.stages
    chosen = work.plan.stage(code)
    assert chosen is not None
    first = {stage.code for stage in plan if stage.after == chosen.after and not stage.optional} | {code}
    again = first | followers(plan, first)
    fresh = [work.next_round(stage) for name, stage in latest.items() if name in again]
    for stage in fresh:
        if stage.code in first:
            work.begin(stage, at=work.now)


def _optional_left(work: CaseWork) -> list[CaseStage]:
    return [
        stage
        for stage in work.latest().values()
        if work.planned(stage).optional and stage.status in (StageStatus.WAITING, *OPEN_STATUSES)
    ]


def _saved(work: CaseWork, fact: tuple[Event, list[Model]], *, words: bool = False) -> Case:
    work.facts.append(fact)
    work.case.version += 1
    work.save(words=words)
    return work.case
