"""Stages of a case: begun, taken, paused, resumed, finished, returned, given to others."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from opora.casework.cases.events import StageAssigned, StageFinished, StagePaused, StageResumed, StageReturned
from opora.casework.cases.models import CaseStage, StagePause
from opora.casework.cases.operations.locks import locked_stage
from opora.casework.cases.operations.people import free_person
from opora.casework.cases.operations.progress import CaseWork, explain, take_up
from opora.casework.cases.rules import followers
from opora.casework.cases.stages import OPEN_STATES, OPEN_STATUSES, NoteKind, PauseReason, StageStatus
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.registry.organization.models import Division, Employee
from opora.registry.organization.queries import available_employee_ids, employee_of, stand_in_for


class CaseNotOpen(BusinessError):
    code = "case_not_open"
    status = 409


class TooEarly(BusinessError):
    code = "stage_too_early"
    status = 409


class PauseNotAllowed(BusinessError):
    code = "pause_not_allowed"


class AnswerNeeded(BusinessError):
    code = "answer_needed"
    status = 409


class NothingToReturnTo(BusinessError):
    code = "nothing_to_return_to"
    status = 409


class NotAnEmployee(BusinessError):
    code = "not_an_employee"


class WrongAssignee(BusinessError):
    code = "wrong_assignee"


class StageNotOpen(BusinessError):
    code = "stage_not_open"
    status = 409


class StageNotPaused(BusinessError):
    code = "stage_not_paused"
    status = 409


@transaction.atomic
def start_stage(*, stage_id: int, by: User) -> CaseStage:
    """Begin a stage by hand: an optional one, whose turn nothing else announces.

    :raises TooEarly: while something it follows has not happened.
    """
    work, stage = _take_up(stage_id, by)
    waits = [name for name in work.planned(stage).after if work.moment(name) is None]
    if waits:
        titles = [found.title if (found := work.plan.stage(name)) else name for name in waits]
        raise TooEarly(_("First comes: %s.") % ", ".join(titles), field="stage_id")
    work.begin_work()
    work.begin(stage, at=work.now)
    work.save()
    return stage


@transaction.atomic
def take_stage(*, stage_id: int, by: User) -> CaseStage:
    """Take an open stage onto one's own desk.

    :raises NotAnEmployee: when the user is nobody's employee.
    """
    work, stage = _take_up(stage_id, by, open_only=True)
    employee = employee_of(by)
    if employee is None:
        raise NotAnEmployee(_("You are not in the directory of employees, so you cannot hold a stage."))
    if stage.employee_id == employee.pk:
        return stage
    work.begin_work()
    _give(work, stage, employee.division_id, employee.pk, told=True)
    work.save()
    return stage


@transaction.atomic
def reassign_stage(
    *, stage_id: int, reason: str, by: User, employee_id: int | None = None, division_id: int | None = None
) -> CaseStage:
    """Give an open stage to a person, or to a division, which finds the person who has the least to do.

    An absent person's work goes to his deputy. The clock runs on.

    :raises WrongAssignee: when neither or both are named, or nobody stands in for an absent person.
    :raises ReasonMissing: when no reason is given.
    """
    work, stage = _take_up(stage_id, by, open_only=True)
    if (employee_id is None) == (division_id is None):
        raise WrongAssignee(_("Name either a person or a division."), field="employee_id")
    if employee_id is not None:
        division_id, employee_id = _person(employee_id, work.now)
    else:
        assert division_id is not None
        if not Division.objects.filter(pk=division_id, closed_at=None).exists():
            raise NotVisible(_("There is no such division."), field="division_id")
        employee_id = free_person(available_employee_ids(division_id, work.now))
    explain(work, NoteKind.REASSIGNED, reason, stage=stage)
    _give(work, stage, division_id, employee_id)
    work.save()
    return stage


@transaction.atomic
def pause_stage(*, stage_id: int, reason: str, by: User, comment: str = "") -> CaseStage:
    """Stop the clock of a running stage for a reason its passport allows.

    :raises PauseNotAllowed: for any other reason.
    """
    work, stage = _take_up(stage_id, by)
    allowed = work.planned(stage).pause_reasons
    if reason not in allowed:
        words = ", ".join(str(PauseReason(code).label) for code in allowed)
        if not words:
            raise PauseNotAllowed(_("The passport does not allow this stage to be paused."), field="reason")
        raise PauseNotAllowed(_("The passport allows only these pauses: %s.") % words, field="reason")
    work.begin_work()
    work.move_stage(stage, StageStatus.PAUSED)
    pause = StagePause.objects.create(stage=stage, reason=reason, from_at=work.now)
    work.pauses.setdefault(stage.pk, []).append(pause)
    work.time_case()
    if comment.strip():
        explain(work, NoteKind.PAUSED, comment, stage=stage)
    event = StagePaused(case_id=work.case.pk, stage_id=stage.pk, code=stage.code, reason=reason)
    work.facts.append((event, [work.case]))
    work.save()
    return stage


@transaction.atomic
def resume_stage(*, stage_id: int, by: User) -> CaseStage:
    """Let the clock of a paused stage run on; its due time moves by as much as the clock stood.

    :raises StageNotPaused: when the clock does not stand.
    """
    work, stage = _take_up(stage_id, by)
    if stage.status != StageStatus.PAUSED:
        message = _("The stage is %(status)s: its clock does not stand.") % {"status": stage.get_status_display()}
        raise StageNotPaused(message, field="stage_id")
    work.move_stage(stage, StageStatus.RUNNING)
    work.close_pause(stage)
    work.time(stage)
    work.time_case()
    assert stage.due_at is not None
    event = StageResumed(case_id=work.case.pk, stage_id=stage.pk, code=stage.code, due_at=stage.due_at.isoformat())
    work.facts.append((event, [work.case]))
    work.save()
    return stage


@transaction.atomic
def finish_stage(*, stage_id: int, by: User, result: str = "") -> CaseStage:
    """Finish a running stage; what follows it begins at once, several stages if the passport says so.

    :raises AnswerNeeded: for the stage that answers the applicant: `answer_case` finishes it.
    """
    work, stage = _take_up(stage_id, by)
    if work.planned(stage).answer:
        raise AnswerNeeded(_("This stage ends with the answer to the applicant: write the answer."), field="answer")
    finish(work, stage, result)
    work.begin_work()
    work.begin_ready()
    work.save()
    return stage


def finish(work: CaseWork, stage: CaseStage, result: str) -> None:
    """Mark the stage as done."""
    work.move_stage(stage, StageStatus.DONE)
    stage.result = result.strip()
    in_time = stage.due_at is not None and work.now <= stage.due_at
    event = StageFinished(case_id=work.case.pk, stage_id=stage.pk, code=stage.code, in_time=in_time)
    work.facts.append((event, [work.case]))


@transaction.atomic
def return_stage(*, stage_id: int, reason: str, by: User) -> CaseStage:
    """Return the work to the stages before for rework: they run once more, and this one after them.

    :raises NothingToReturnTo: for a first stage.
    :raises ReasonMissing: when no reason is given.
    """
    work, stage = _take_up(stage_id, by)
    latest = work.latest()
    before = [latest[name] for name in work.planned(stage).after if name in latest]
    if not before:
        raise NothingToReturnTo(_("This is the first stage: reassign it instead."), field="stage_id")
    explain(work, NoteKind.RETURNED, reason, stage=stage)
    work.move_stage(stage, StageStatus.RETURNED)
    redone = {earlier.code for earlier in before}
    again = [work.next_round(earlier) for earlier in before]
    following = followers(work.plan.stages, redone)
    for code, later in latest.items():
        if code not in following or later.status == StageStatus.WAITING:
            continue
        if later is not stage and later.status in OPEN_STATUSES:
            work.drop([later])
        work.next_round(later)
    for earlier in again:
        work.begin(earlier, at=work.now)
    to = sorted(redone)
    work.facts.append((StageReturned(case_id=work.case.pk, stage_id=stage.pk, code=stage.code, to=to), [work.case]))
    work.save()
    return stage


def _take_up(stage_id: int, by: User, *, open_only: bool = False) -> tuple[CaseWork, CaseStage]:
    """Lock the case of the stage and read all that its move depends on.

    :raises CaseNotOpen: when the case is answered, closed or cancelled.
    :raises StageNotOpen: when the stage must be on a desk and is not.
    """
    held = locked_stage(stage_id)
    if held.case.state not in OPEN_STATES:
        message = _("The case is %(state)s: reopen it first.") % {"state": held.case.get_state_display()}
        raise CaseNotOpen(message, field="stage_id")
    work = take_up(held.case, by=by)
    stage = work.stage(stage_id)
    if open_only and stage.status not in OPEN_STATUSES:
        message = _("The stage is %(status)s: nobody holds it.") % {"status": stage.get_status_display()}
        raise StageNotOpen(message, field="stage_id")
    return work, stage


def _person(employee_id: int, now: datetime) -> tuple[int, int]:
    """The division and id of the person, or of who stands in for him."""
    employee = Employee.objects.filter(pk=employee_id, active=True).first()
    if employee is None:
        raise NotVisible(_("There is no such employee."), field="employee_id")
    present_id = stand_in_for(employee_id, now)
    if present_id == employee_id and employee_id not in available_employee_ids(employee.division_id, now):
        message = _("%s is absent and has no deputy: choose somebody else.") % employee.full_name
        raise WrongAssignee(message, field="employee_id")
    if present_id != employee_id:
        employee = Employee.objects.get(pk=present_id)
    return employee.division_id, employee.pk


def _give(work: CaseWork, stage: CaseStage, division_id: int, employee_id: int | None, *, told: bool = False) -> None:
    if work.case.division_id == stage.division_id and work.case.employee_id == stage.employee_id:
        work.case.division_id, work.case.employee_id = division_id, employee_id
    stage.division_id, stage.employee_id, stage.told = division_id, employee_id, told
    work.touch(stage)
    work.facts.append((assigned(work, stage), [work.case]))


def assigned(work: CaseWork, stage: CaseStage) -> StageAssigned:
    """The fact that the stage lies with somebody else now."""
    return StageAssigned(
        case_id=work.case.pk,
        stage_id=stage.pk,
        code=stage.code,
        division_id=stage.division_id,
        employee_id=stage.employee_id,
    )
