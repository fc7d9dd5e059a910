"""What is known of a case changes: its class, its customer, its words, its territory."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from opora.casework.cases.events import CaseChanged
from opora.casework.cases.models import Case, CaseStage, StagePause
from opora.casework.cases.operations.checks import (
    Contact,
    WrongValue,
    checked_choice,
    checked_contact,
    checked_line,
    checked_text,
)
from opora.casework.cases.operations.locks import locked_case
from opora.casework.cases.operations.progress import CaseWork, take_up
from opora.casework.cases.operations.registration import NoPassport, WrongDate, seen_group_id
from opora.casework.cases.operations.stages import CaseNotOpen, assigned
from opora.casework.cases.queries.catalogue import VersionPlan
from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.stages import OPEN_STATES, OPEN_STATUSES, Channel, Kind, Source, StageStatus
from opora.platform.access.models import User
from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.scope import current_scope
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.organization.models import Branch, District


class Keep(Enum):
    """The value of a field that is to stay as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, kw_only=True)
class CaseChange:
    """New values of a case's fields; those not given stay."""

    topic_id: int | Keep = KEEP
    kind: str | Keep = KEEP
    channel: str | Keep = KEEP
    source: str | Keep = KEEP
    addressee: str | Keep = KEEP
    text: str | Keep = KEEP
    contact: Contact | Keep = KEEP
    customer_id: int | Keep | None = KEEP
    usage_point_id: int | Keep | None = KEEP
    branch_id: int | Keep = KEEP
    district_id: int | Keep | None = KEEP
    #: A date set by a controlling body; None gives the passport's own term back.
    due_at: datetime | Keep | None = KEEP


@transaction.atomic
def change_case(*, case_id: int, version: int, change: CaseChange, by: User) -> Case:
    """Change what is known of an open case.

    When topic, kind or channel lead to another passport, the case goes over to it: stages that both know are kept
    with their starts, people and pauses; a new stage that takes the place of a paused one stands still as that did.

    :param version: of the case as the author has read it.
    :raises ChangedMeanwhile: when somebody else has saved since then.
    :raises CaseNotOpen: when the case is answered, closed or cancelled.
    :raises NotVisible: when what is named is not there for this user.
    :raises WrongValue, TextMissing, NoPassport: naming the field.
    """
    case = locked_case(case_id, version=version)
    if case.state not in OPEN_STATES:
        message = _("The case is %(state)s: reopen it first.") % {"state": case.get_state_display()}
        raise CaseNotOpen(message, field="case_id")
    work = take_up(case, by=by)
    before = {name: getattr(case, name) for name in _TRACKED}
    _change_words(case, change)
    _change_customer(case, change)
    _change_place(case, change)
    if case.branch_id != before["branch_id"]:
        _hand_over(work)
    _change_class(work, change)
    if not isinstance(change.due_at, Keep):
        if change.due_at is not None and change.due_at <= case.registered_at:
            raise WrongDate(_("The due date must come after the registration: give a later one."), field="due_at")
        case.due_is_given = change.due_at is not None
        case.due_at = change.due_at or case.due_at
    work.begin_ready()
    work.time_case()
    work.rewind_warnings(case)
    changes: dict[str, list[str | int | None]] = {
        name: [] if name in _WORDS else [before[name], getattr(case, name)]
        for name in _TRACKED
        if before[name] != getattr(case, name)
    }
    work.facts.append((CaseChanged(case_id=case.pk, changes=changes), [case]))
    case.version += 1
    work.save(words=True)
    return case


#: Fields whose words must not stand in the journal.
_WORDS = ("text", "addressee", "contact_name", "contact_phone", "contact_email")
_TRACKED = (
    "topic_id",
    "kind",
    "channel",
    "source",
    "customer_id",
    "usage_point_id",
    "branch_id",
    "district_id",
    "group_id",
    "passport_version_id",
    "due_is_given",
    *_WORDS,
)


def _change_words(case: Case, change: CaseChange) -> None:
    if not isinstance(change.text, Keep):
        case.text = checked_text(change.text)
    if not isinstance(change.addressee, Keep):
        case.addressee = checked_line(change.addressee, field="addressee")
    if not isinstance(change.source, Keep):
        checked_choice(Source, change.source, "source")
        case.source = change.source
    if not isinstance(change.contact, Keep):
        contact = checked_contact(change.contact)
        case.contact_name, case.contact_phone, case.contact_email = contact.name, contact.phone, contact.email


def _change_customer(case: Case, change: CaseChange) -> None:
    """Tie the case to a customer, or loosen it; who may see the case follows the customer's group."""
    if not isinstance(change.customer_id, Keep):
        if change.customer_id is None:
            unknown = CustomerGroup.objects.values_list("pk", flat=True).get(code=CustomerGroup.UNIDENTIFIED)
            group_id = seen_group_id(unknown)
        else:
            customer = Customer.objects.filter(pk=change.customer_id).first()
            if customer is None:
                raise NotVisible(_("There is no such customer."), field="customer_id")
            group_id = customer.group_id
        scope = current_scope()
        if not scope.everything and group_id not in scope.groups_edited:
            message = _("You may see customers of this group but not change what belongs to them.")
            raise EditForbidden(message, field="customer_id")
        case.customer_id, case.group_id = change.customer_id, group_id
    if not isinstance(change.usage_point_id, Keep):
        point_id = change.usage_point_id
        if point_id is not None and not UsagePoint.objects.filter(pk=point_id).exists():
            raise NotVisible(_("There is no such usage point."), field="usage_point_id")
        case.usage_point_id = point_id


def _change_place(case: Case, change: CaseChange) -> None:
    if not isinstance(change.branch_id, Keep) and change.branch_id != case.branch_id:
        scope = current_scope()
        visible = scope.everything or change.branch_id in scope.branches
        if not visible or not Branch.objects.filter(pk=change.branch_id, closed_at=None).exists():
            raise NotVisible(_("There is no such branch."), field="branch_id")
        case.branch_id, case.district_id = change.branch_id, None
    if not isinstance(change.district_id, Keep):
        district_id = change.district_id
        if district_id is not None and not District.objects.filter(pk=district_id, branch_id=case.branch_id).exists():
            raise WrongValue(_("There is no such district in this branch: choose another."), field="district_id")
        case.district_id = district_id


def _hand_over(work: CaseWork) -> None:
    """Another branch has its own hours and people."""
    work.clock = clock_of(work.case.branch_id)
    for stage in work.open_stages():
        if stage.status == StageStatus.RUNNING:
            work.time(stage)
        work.assign(stage)
        work.touch(stage)
        work.case.division_id, work.case.employee_id = stage.division_id, stage.employee_id
        work.facts.append((assigned(work, stage), [work.case]))


def _change_class(work: CaseWork, change: CaseChange) -> None:
    case = work.case
    topic_id = case.topic_id if isinstance(change.topic_id, Keep) else change.topic_id
    kind = case.kind if isinstance(change.kind, Keep) else change.kind
    channel = case.channel if isinstance(change.channel, Keep) else change.channel
    checked_choice(Kind, kind, "kind")
    checked_choice(Channel, channel, "channel")
    if (topic_id, kind, channel) == (case.topic_id, case.kind, case.channel):
        return
    topic = work.catalogue.topics.get(topic_id)
    if topic is None or not topic.active:
        raise NotVisible(_("There is no such topic: choose another."), field="topic_id")
    case.topic_id, case.kind, case.channel = topic_id, kind, channel
    day = work.clock.hours.local_day(case.registered_at)
    plan = work.catalogue.version_for(topic_id=topic_id, kind=kind, channel=channel, day=day)
    if plan is None:
        message = _("No passport is in force for this topic, kind and channel: load passports or choose another topic.")
        raise NoPassport(message, field="topic_id")
    if plan.passport_id != work.plan.passport_id:
        _go_over(work, plan)


def _go_over(work: CaseWork, plan: VersionPlan) -> None:
    """Follow another passport from where the case stands."""
    latest = work.last_runs()
    codes = {stage.code for stage in plan.stages}
    gone = [s for s in latest.values() if s.code not in codes and s.status in (StageStatus.WAITING, *OPEN_STATUSES)]
    paused = [stage for stage in gone if stage.status == StageStatus.PAUSED]
    inherited = [pause for stage in gone for pause in work.pauses.get(stage.pk, [])]
    reasons = [StagePause(reason=p.reason, from_at=p.from_at, to_at=p.to_at) for p in inherited]
    work.drop(gone)
    work.plan = plan
    work.case.passport_version_id = plan.id
    for planned in plan.stages:
        stage = latest.get(planned.code)
        if stage is None or stage.status == StageStatus.CANCELLED:
            work.plan_stage(planned, round=stage.round + 1 if stage else 1)
            continue
        stage.ordinal, stage.role = planned.ordinal, planned.role
        work.touch(stage)
        if stage.status in OPEN_STATUSES:
            work.time(stage)
            work.rewind_warnings(stage)
    was_begun = len(work.begun)
    work.begin_ready()
    _inherit(work, work.begun[was_begun:], reasons, still=bool(paused))


def _inherit(work: CaseWork, begun: list[CaseStage], pauses: list[StagePause], *, still: bool) -> None:
    """Give stages that took the place of others their pauses, and let them stand still if those did."""
    if not pauses:
        return
    for stage in begun:
        assert stage.started_at is not None
        own = [
            StagePause(reason=p.reason, from_at=max(p.from_at, stage.started_at), to_at=p.to_at)
            for p in pauses
            if p.to_at is None or p.to_at > stage.started_at
        ]
        work.inherit(stage, own)
        work.time(stage)
        if still:
            work.move_stage(stage, StageStatus.PAUSED)
