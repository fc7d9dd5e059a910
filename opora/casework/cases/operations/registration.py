"""A contact comes in and becomes a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.events import AcknowledgementDue, AnswerRecorded, CaseClosed, CaseRegistered
from opora.casework.cases.models import Case
from opora.casework.cases.operations.checks import (
    NO_CONTACT,
    Contact,
    WrongValue,
    checked_choice,
    checked_contact,
    checked_line,
    checked_text,
)
from opora.casework.cases.operations.progress import CaseWork
from opora.casework.cases.queries.catalogue import Catalogue, VersionPlan, catalogue_at
from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.queries.ground import Ground, ground_of
from opora.casework.cases.rules import case_number
from opora.casework.cases.stages import Channel, ClockStart, Justified, Kind, Result, Source, StageStatus, State
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, EditForbidden, NotVisible
from opora.platform.numbering.operations import next_number
from opora.platform.rows import insert_rows
from opora.platform.scope import current_scope
from opora.registry.customers.models import Customer
from opora.registry.organization.models import Employee
from opora.registry.organization.queries import employee_of

MAX_KEY = 120


class BranchNeeded(BusinessError):
    code = "branch_needed"


class NoPassport(BusinessError):
    code = "no_passport"


class CannotAnswerAtOnce(BusinessError):
    code = "cannot_answer_at_once"


class WrongDate(BusinessError):
    code = "wrong_date"


class RepeatedKey(BusinessError):
    code = "repeated_key"
    status = 409


@transaction.atomic
def register_case(
    *,
    by: User,
    channel: str,
    kind: str,
    topic_id: int,
    text: str,
    customer_id: int | None = None,
    usage_point_id: int | None = None,
    branch_id: int | None = None,
    district_id: int | None = None,
    passport_code: str | None = None,
    source: str = Source.CITIZEN,
    addressee: str = "",
    contact: Contact = NO_CONTACT,
    received_at: datetime | None = None,
    registered_at: datetime | None = None,
    due_at: datetime | None = None,
    answered_now: bool = False,
    answered_at: datetime | None = None,
    answer: str = "",
    result: str = Result.EXPLAINED,
    justified: str = "",
    once: str | None = None,
) -> Case:
    """Register a contact: choose its passport, plan its stages, begin those whose turn it is, find their people.

    Needs only the right to *see* the customer. The branch is that of the usage point, else the customer's only one,
    else the registrar's only one.

    :param passport_code: to follow this passport instead of the one the topic, kind and channel choose.
    :param received_at: when the contact came in, if that was earlier.
    :param registered_at: for cases carried over from another system.
    :param due_at: the date that a controlling body has set; it replaces the passport's total term.
    :param answered_now: the consumer already has his answer, and the case is closed with it.
    :param answered_at: for cases carried over: when the other system answered; all their stages were done there.
    :param justified: for complaints carried over, as the other system judged them.
    :param once: the sender's own key; the same key again returns the case registered before.
    :raises WrongValue, TextMissing, BranchNeeded, NoPassport, CannotAnswerAtOnce, WrongDate: naming the field.
    :raises NotVisible: when the customer, usage point, branch or topic is not there for this user.
    :raises RepeatedKey: when the key was used for a case that this user may not see.
    """
    if once and (repeated := Case.objects.filter(once=checked_line(once, field="once", limit=MAX_KEY)).first()):
        return repeated
    now = timezone.now()
    registered_at = registered_at or now
    received_at = received_at or registered_at
    _check_dates(received_at=received_at, registered_at=registered_at, answered_at=answered_at, due_at=due_at, now=now)
    text, contact = checked_text(text), checked_contact(contact)
    addressee = checked_line(addressee, field="addressee")
    checked_choice(Channel, channel, "channel")
    checked_choice(Kind, kind, "kind")
    checked_choice(Source, source, "source")
    checked_choice(Result, result, "result")
    if justified:
        checked_choice(Justified, justified, "justified")

    wanted = {
        "customer_id": customer_id,
        "usage_point_id": usage_point_id,
        "branch_id": branch_id,
        "district_id": district_id,
    }
    ground = ground_of(**wanted)
    place = _place(ground, wanted)
    everything, clock = catalogue_at(ground.stamp), clock_of(place.branch_id)
    local = registered_at.astimezone(clock.hours.tz)
    plan = _plan(everything, topic_id, kind, channel, passport_code, local)
    staged = any(not stage.answer and not stage.optional for stage in plan.stages)
    if answered_now and answered_at is None and (staged or kind == Kind.COMPLAINT):
        message = _("“%s” takes several stages: register the case and let them be done.")
        raise CannotAnswerAtOnce(message % plan.title, field="answered_now")
    sequence = next_number(f"case_{place.branch_id}_{local.year}")
    case = Case(
        number=case_number(branch_code=place.branch_code, year=local.year, sequence=sequence),
        branch_id=place.branch_id,
        district_id=place.district_id,
        group_id=place.group_id,
        customer_id=place.customer_id,
        usage_point_id=place.usage_point_id,
        channel=channel,
        kind=kind,
        source=source,
        topic_id=topic_id,
        passport_version_id=plan.id,
        addressee=addressee,
        text=text,
        contact_name=contact.name,
        contact_phone=contact.phone,
        contact_email=contact.email,
        received_at=received_at,
        registered_at=registered_at,
        registered_by=by,
        counts_from=received_at if plan.starts == ClockStart.RECEIVED else registered_at,
        due_is_given=due_at is not None,
        once=once.strip() if once else None,
    )
    if due_at is not None:
        case.due_at = due_at
    work = CaseWork(case=case, plan=plan, catalogue=everything, clock=clock, now=now, by=by, stages=[])
    for stage in plan.stages:
        work.plan_stage(stage, round=1)
    work.time_case()
    if answered_at is not None:
        _answer(work, at=answered_at, answer=answer.strip(), result=result, justified=justified)
        work.route_finished()
    elif answered_now:
        _answer(work, at=now, answer=answer.strip(), result=result, justified="")
        _keep(work, employee_of(by))
    else:
        work.begin_ready()
    if (repeated := _saved(case)) is not None:
        return repeated
    registered = CaseRegistered(case_id=case.pk, number=case.number, kind=kind, channel=channel, passport=plan.passport)
    work.facts.append((registered, [case, Customer(pk=place.customer_id)] if place.customer_id else [case]))
    if case.answered_at is not None:
        in_time = case.answered_at <= case.due_at
        fact = AnswerRecorded(case_id=case.pk, result=case.result, justified=case.justified, in_time=in_time)
        work.facts += [(fact, [case]), (CaseClosed(case_id=case.pk), [case])]
    elif case.contact_email:
        work.facts.append((AcknowledgementDue(case_id=case.pk), [case]))
    work.save_stages()
    return case


def seen_group_id(group_id: int) -> int:
    """The group of cases whose customer nobody knows, if the user may put a case into it.

    :raises EditForbidden: when he may not see that group.
    """
    scope = current_scope()
    if not scope.everything and group_id not in scope.groups_seen:
        message = _("You may not register contacts of unknown customers: choose the customer first.")
        raise EditForbidden(message, field="customer_id")
    return group_id


def _saved(case: Case) -> Case | None:
    """Write the case; return the other one when somebody has used its key at the same moment."""
    try:
        with transaction.atomic(savepoint=case.once is not None):
            insert_rows([case])
    except IntegrityError as error:
        if "cases_case_once" not in str(error):
            raise
        if repeated := Case.objects.filter(once=case.once).first():
            return repeated
        raise RepeatedKey(_("This key has already been used for another case."), field="once") from error
    return None


def _check_dates(
    *,
    received_at: datetime,
    registered_at: datetime,
    answered_at: datetime | None,
    due_at: datetime | None,
    now: datetime,
) -> None:
    if received_at > registered_at or registered_at > now:
        message = _("A contact cannot be received after it is registered, nor later than now.")
        raise WrongDate(message, field="received_at")
    if answered_at is not None and not registered_at <= answered_at <= now:
        message = _("An answer cannot be given before the case is registered, nor later than now.")
        raise WrongDate(message, field="answered_at")
    if due_at is not None and due_at <= registered_at:
        raise WrongDate(_("The due date must come after the registration: give a later one."), field="due_at")


@dataclass(frozen=True)
class _Place:
    """Whose case it is, and where."""

    customer_id: int | None
    group_id: int
    usage_point_id: int | None
    branch_id: int
    branch_code: str
    district_id: int | None


def _place(ground: Ground, wanted: Mapping[str, int | None]) -> _Place:
    """The place of the case, if everything that was named is there for this user.

    :param wanted: customer, usage point, branch and district, as they were named.
    """
    if wanted["usage_point_id"] is not None and ground.usage_point_id is None:
        raise NotVisible(_("There is no such usage point."), field="usage_point_id")
    if wanted["customer_id"] is not None and ground.customer_id is None:
        raise NotVisible(_("There is no such customer."), field="customer_id")
    if wanted["district_id"] is not None and (
        ground.district_id is None or wanted["branch_id"] not in (None, ground.district_branch_id)
    ):
        raise WrongValue(_("There is no such district in this branch: choose another."), field="district_id")
    scope = current_scope()
    if ground.branch_id is None or ground.branch_code is None:
        if wanted["branch_id"] is None:
            raise BranchNeeded(_("Choose the branch that the case belongs to."), field="branch_id")
        raise NotVisible(_("There is no such branch."), field="branch_id")
    if not scope.everything and ground.branch_id not in scope.branches:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    of_point = ground.point_district_id if ground.point_branch_id == ground.branch_id else None
    return _Place(
        customer_id=ground.customer_id,
        group_id=seen_group_id(ground.unidentified_group_id) if ground.group_id is None else ground.group_id,
        usage_point_id=ground.usage_point_id,
        branch_id=ground.branch_id,
        branch_code=ground.branch_code,
        district_id=ground.district_id or of_point,
    )


def _plan(
    everything: Catalogue, topic_id: int, kind: str, channel: str, passport_code: str | None, registered_at: datetime
) -> VersionPlan:
    """The passport version that the case will follow."""
    topic = everything.topics.get(topic_id)
    if topic is None or not topic.active:
        raise NotVisible(_("There is no such topic: choose another."), field="topic_id")
    day = registered_at.date()
    if passport_code is None:
        plan = everything.version_for(topic_id=topic_id, kind=kind, channel=channel, day=day)
    else:
        passport_id = everything.passport_ids.get(passport_code)
        plan = None if passport_id is None else everything.version_of(passport_id, day)
    if plan is None:
        message = _("No passport is in force for this topic, kind and channel: load passports or choose another topic.")
        raise NoPassport(message, field="topic_id" if passport_code is None else "passport_code")
    return plan


def _answer(work: CaseWork, *, at: datetime, answer: str, result: str, justified: str) -> None:
    """The consumer has his answer already: the case is born closed."""
    case = work.case
    for stage in work.stages:
        stage.finished_at = at
        if work.planned(stage).optional:
            stage.status = StageStatus.CANCELLED
            continue
        stage.started_at, stage.status = case.counts_from, StageStatus.DONE
        work.time(stage)
    case.state, case.answered_at, case.closed_at, case.next_warning_at = State.CLOSED, at, at, None
    case.answer, case.result, case.justified = answer, result, justified


def _keep(work: CaseWork, employee: Employee | None) -> None:
    """Whoever has answered at once has done all the stages."""
    if employee is None:
        return
    for stage in work.stages:
        if stage.status == StageStatus.DONE:
            stage.employee_id, stage.division_id = employee.pk, employee.division_id
    work.case.employee_id, work.case.division_id = employee.pk, employee.division_id
