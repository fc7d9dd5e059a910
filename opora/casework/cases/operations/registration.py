"""A contact comes in and becomes a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.events import CaseAnswered, CaseClosed, CaseRegistered
from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.operations.progress import CaseWork
from opora.casework.cases.queries.catalogue import Catalogue, VersionPlan, catalogue
from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.rules import case_number
from opora.casework.cases.stages import (
    Channel,
    ClockStart,
    Justified,
    Kind,
    Result,
    Source,
    StageStatus,
    State,
)
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, EditForbidden, NotVisible
from opora.platform.numbering.operations import next_number
from opora.platform.scope import current_scope
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.organization.models import Branch, District, Employee
from opora.registry.organization.queries import employee_of

#: The group of cases whose customer nobody knows.
UNIDENTIFIED = "UNIDENTIFIED"
MAX_TEXT = 100_000


class WrongValue(BusinessError):
    code = "wrong_value"


class TextMissing(BusinessError):
    code = "text_missing"


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


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach whoever turned to us, as told this time; the customer's card is not changed by it."""

    name: str = ""
    phone: str = ""
    email: str = ""


NO_CONTACT = Contact()


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
    if once and (repeated := Case.objects.filter(once=once).first()):
        return repeated
    now = timezone.now()
    registered_at = registered_at or now
    received_at = received_at or registered_at
    text = checked_text(text)
    contact = checked_contact(contact)
    checked_choice(Channel, channel, "channel")
    checked_choice(Kind, kind, "kind")
    checked_choice(Source, source, "source")
    checked_choice(Result, result, "result")
    if justified:
        checked_choice(Justified, justified, "justified")
    if received_at > registered_at or registered_at > now:
        raise WrongDate(
            _("A contact cannot be received after it is registered, nor later than now."), field="received_at"
        )
    if answered_at is not None and not registered_at <= answered_at <= now:
        raise WrongDate(
            _("A case cannot be answered before it is registered, nor later than now."), field="answered_at"
        )
    if due_at is not None and due_at <= registered_at:
        raise WrongDate(_("This date has already passed: give a later one."), field="due_at")

    customer, usage_point = _customer(customer_id, usage_point_id)
    branch, district_id = _place(customer, usage_point, branch_id, district_id)
    everything, clock = catalogue(), clock_of(branch.pk)
    plan = _plan(everything, topic_id, kind, channel, passport_code, registered_at.astimezone(clock.hours.tz))
    if (
        answered_now
        and answered_at is None
        and (kind == Kind.COMPLAINT or [s for s in plan.stages if not s.answer and not s.optional])
    ):
        message = _("“%s” takes several stages: register the case and let them be done.")
        raise CannotAnswerAtOnce(message % plan.title, field="answered_now")
    case = Case(
        number=_number(branch, registered_at, clock.hours.tz),
        branch=branch,
        district_id=district_id,
        group_id=customer.group_id if customer else unidentified_group_id(),
        customer=customer,
        usage_point=usage_point,
        channel=channel,
        kind=kind,
        source=source,
        topic_id=topic_id,
        passport_version_id=plan.id,
        addressee=addressee.strip()[:200],
        text=text,
        contact_name=contact.name,
        contact_phone=contact.phone,
        contact_email=contact.email,
        received_at=received_at,
        registered_at=registered_at,
        registered_by=by,
        counts_from=received_at if plan.starts == ClockStart.RECEIVED else registered_at,
        due_is_given=due_at is not None,
        once=once or None,
    )
    if due_at is not None:
        case.due_at = due_at
    work = CaseWork(
        case=case, plan=plan, catalogue=everything, clock=clock, now=now, by=by, stages=planned_stages(case, plan)
    )
    work.time_case()
    if answered_at is not None:
        case.justified = justified
        _answer(work, answered_at, answer.strip(), result)
        work.route_finished()
    elif answered_now:
        _answer(work, now, answer.strip(), result)
        _keep(work, employee_of(by))
    else:
        work.begin_ready()
    try:
        with transaction.atomic(savepoint=once is not None):
            case.save(force_insert=True)
    except IntegrityError as error:
        if "cases_case_once" not in str(error):
            raise
        if repeated := Case.objects.filter(once=once).first():
            return repeated
        raise RepeatedKey(_("This key has already been used for another case."), field="once") from error
    registered = CaseRegistered(case_id=case.pk, number=case.number, kind=kind, channel=channel, passport=plan.passport)
    work.facts.append((registered, [case, *filter(None, [customer])]))
    if case.answered_at is not None:
        in_time = case.answered_at <= case.due_at
        answered = CaseAnswered(case_id=case.pk, result=case.result, justified=case.justified, in_time=in_time)
        work.facts += [(answered, [case]), (CaseClosed(case_id=case.pk), [case])]
    work.save_stages()
    return case


def planned_stages(case: Case, plan: VersionPlan) -> list[CaseStage]:
    """The stages of the passport, waiting for their turn."""
    return [
        CaseStage(
            branch_id=case.branch_id, group_id=case.group_id, ordinal=stage.ordinal, code=stage.code, role=stage.role
        )
        for stage in plan.stages
    ]


def unidentified_group_id() -> int:
    """The group of cases whose customer nobody knows.

    :raises EditForbidden: when the user may not see that group, and so may not put a case into it.
    """
    group_id = CustomerGroup.objects.values_list("pk", flat=True).get(code=UNIDENTIFIED)
    scope = current_scope()
    if not scope.everything and group_id not in scope.groups_seen:
        message = _("You may not register contacts of unknown customers: choose the customer first.")
        raise EditForbidden(message, field="customer_id")
    return group_id


def checked_text(text: str) -> str:
    """The words of the contact, without what the database cannot hold.

    :raises TextMissing: when nothing is left, or when there is far too much.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise TextMissing(_("Write what the contact is about."), field="text")
    if len(text) > MAX_TEXT:
        raise TextMissing(_("The text is longer than %d characters: attach it as a file.") % MAX_TEXT, field="text")
    return text


def checked_contact(contact: Contact) -> Contact:
    """The contact with its phone in E.164.

    :raises WrongValue: naming the field that cannot be understood.
    """
    phone, email = contact.phone.strip(), contact.email.strip().lower()
    if phone:
        try:
            parsed = phonenumbers.parse(phone, "RU")
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            message = _("“%s” is not a phone number: give it with the code, for example +7 861 200-00-00.")
            raise WrongValue(message % phone, field="contact_phone")
        phone = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if email and ("@" not in email[1:-1] or " " in email or len(email) > 254):
        raise WrongValue(_("“%s” is not an e-mail address.") % email, field="contact_email")
    return Contact(name=contact.name.strip()[:200], phone=phone, email=email)


def checked_choice(choices: type[TextChoices], value: str, field: str) -> None:
    """Refuse a word that is not one of the choices.

    :raises WrongValue: naming those that are.
    """
    if value not in choices.values:
        message = _("“%(value)s” is unknown: choose from %(words)s.")
        raise WrongValue(message % {"value": value, "words": ", ".join(choices.values)}, field=field)


def _customer(customer_id: int | None, usage_point_id: int | None) -> tuple[Customer | None, UsagePoint | None]:
    """The customer and the usage point, as far as the user may see them; the point names its customer."""
    if usage_point_id is not None:
        usage_point = UsagePoint.objects.select_related("customer").filter(pk=usage_point_id).first()
        if usage_point is None:
            raise NotVisible(_("There is no such usage point."), field="usage_point_id")
        if customer_id in (None, usage_point.customer_id):
            return usage_point.customer, usage_point
    else:
        usage_point = None
    if customer_id is None:
        return None, usage_point
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible(_("There is no such customer."), field="customer_id")
    return customer, usage_point


def _place(
    customer: Customer | None, usage_point: UsagePoint | None, branch_id: int | None, district_id: int | None
) -> tuple[Branch, int | None]:
    """The branch and the district of the case."""
    if branch_id is None and district_id is None and usage_point is not None:
        branch_id, district_id = usage_point.branch_id, usage_point.district_id
    elif district_id is not None:
        of_district = District.objects.filter(pk=district_id).values_list("branch_id", flat=True).first()
        if of_district is None or branch_id not in (None, of_district):
            raise WrongValue(_("There is no such district in this branch: choose another."), field="district_id")
        branch_id = of_district
    if branch_id is None and customer is not None:
        branch_id = _only(customer.branch_ids)
    scope = current_scope()
    if branch_id is None:
        branch_id = _only(scope.branches)
    if branch_id is None:
        raise BranchNeeded(_("Choose the branch that the case belongs to."), field="branch_id")
    if not scope.everything and branch_id not in scope.branches:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    branch = Branch.objects.filter(pk=branch_id, closed_at=None).first()
    if branch is None:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    return branch, district_id


def _only(ids: Iterable[int]) -> int | None:
    found = list(ids)
    return found[0] if len(found) == 1 else None


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


def _number(branch: Branch, registered_at: datetime, zone: ZoneInfo) -> str:
    year = registered_at.astimezone(zone).year
    return case_number(branch_code=branch.code, year=year, sequence=next_number(f"case_{branch.pk}_{year}"))


def _answer(work: CaseWork, at: datetime, answer: str, result: str) -> None:
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
    case.answer, case.result = answer, result


def _keep(work: CaseWork, employee: Employee | None) -> None:
    """Whoever has answered at once has done all the stages."""
    if employee is None:
        return
    for stage in work.stages:
        if stage.status == StageStatus.DONE:
            stage.employee_id, stage.division_id = employee.pk, employee.division_id
    work.case.employee_id, work.case.division_id = employee.pk, employee.division_id
