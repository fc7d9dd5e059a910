"""Planned works: applied for, agreed, approved, announced, carried out, moved or cancelled."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.operations.checks import checked_line
from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce as announce_live
from opora.platform.scope import EVERYTHING, scoped
from opora.platform.stages import check_move
from opora.processes.outages.events import OutageRegistered, PlannedMoved, PlannedStage
from opora.processes.outages.models import Outage, PlannedWork
from opora.processes.outages.operations.emergencies import (
    MAX_AREA,
    MAX_REASON,
    NobodyOff,
    WrongTime,
    elements_below,
    place_below,
    place_named,
    seen_element,
)
from opora.processes.outages.operations.joining import join_waiting
from opora.processes.outages.operations.ledger import cut_off, hold_ledger, holder_of
from opora.processes.outages.operations.locks import check_branch, locked_outage
from opora.processes.outages.operations.opening import open_outage
from opora.processes.outages.queries.conflicts import conflicts_of, weight_of
from opora.processes.outages.queries.notices import late_notices
from opora.processes.outages.rules import EARLY
from opora.processes.outages.stages import MOVES, OutageKind, Source, Stage

_EXPECT = """
insert into outages_expectedpoint (outage_id, usage_point_id)
select %s, point.id from customers_usagepoint point where point.element_id = any(%s) or point.id = any(%s)
"""


class InTheWay(BusinessError):
    code = "in_the_way"
    status = 409


class TooLate(BusinessError):
    code = "too_late"
    status = 409


class ReasonNeeded(BusinessError):
    code = "reason_needed"


@transaction.atomic
def apply_for_planned(
    *,
    works: str,
    planned_from: datetime,
    planned_to: datetime,
    by: User,
    element_id: int | None = None,
    usage_point_ids: Sequence[int] = (),
    area: str = "",
    responsible: str = "",
) -> Outage:
    """Ask for a time at which an element is taken out of service, or supply of some usage points is cut off.

    :raises NobodyOff: when neither is named.
    :raises WrongTime: when it would end before it begins, or begin in the past.
    :raises ReasonNeeded: when nobody says what is done.
    :raises NotVisible: when element or usage point is not there for this user.
    :raises EditForbidden: when it lies in a branch that is not his.
    """
    _check_period(planned_from, planned_to)
    works = checked_line(works, field="works", limit=MAX_REASON)
    if not works:
        raise ReasonNeeded(_("Say what will be done."), field="works")
    if element_id is None and not usage_point_ids:
        raise NobodyOff(_("Say what is off: choose an element of the network or usage points."), field="element_id")
    element = seen_element(element_id) if element_id is not None else None
    points = sorted(set(usage_point_ids)) if element is None else []
    elements = elements_below(element.pk) if element else []
    place = place_named(points) or place_below(element, elements)
    outage = open_outage(
        element=element, place=place, kind=OutageKind.PLANNED, stage=Stage.APPLIED,
        source=Source.PLAN, area=checked_line(area, field="area", limit=MAX_AREA), by=by,
    )  # fmt: skip
    check_branch(outage.branch_id)
    PlannedWork.objects.create(
        outage=outage, works=works, responsible=checked_line(responsible, field="responsible"),
        planned_from=planned_from, planned_to=planned_to,
    )  # fmt: skip
    count = _expect(outage, elements, points)
    fact = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=count)
    publish(fact, by=by, about=[outage, *([element] if element else [])])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def agree_planned(*, outage_id: int, by: User) -> Outage:
    """Agree to the time on behalf of the district or branch."""
    outage = _moved_on(locked_outage(outage_id), Stage.AGREED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(agreed_by=by)
    return outage


@transaction.atomic
def approve_planned(*, outage_id: int, by: User, despite: bool = False) -> Outage:
    """Approve the works.

    :param despite: although the same customers are to be cut off by other works at that time, or some of them are of
        category I or II and have no other source left.
    :raises InTheWay: when it is so, and nobody has said that it shall be done all the same.
    """
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.APPROVED)
    against = _against(outage)
    if against and not despite:
        message = _("%s. Move the works, or approve despite it.")
        raise InTheWay(message % "; ".join(against), field="despite")
    outage = _moved_on(outage, Stage.APPROVED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(approved_by=by, despite="; ".join(against)[:MAX_REASON])
    return outage


@transaction.atomic
def announce_planned(*, outage_id: int, by: User, despite: bool = False) -> Outage:
    """Let everybody be told.

    :param despite: although it is too late to tell somebody in the time that a rule gives him.
    :raises TooLate: when it is, and nobody has said that it shall be done all the same.
    """
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.ANNOUNCED)
    now = timezone.now()
    late = [
        _("%(who)s: not later than %(when)s")
        % {"who": notice.audience, "when": f"{timezone.localtime(notice.told_by):%d.%m.%Y %H:%M}"}
        for notice in late_notices(outage, now=now)
    ]
    if late and not despite:
        message = _("It is too late to tell in time of works that begin then (%s). Move them, or announce despite it.")
        raise TooLate(message % "; ".join(late), field="despite")
    outage = _moved_on(outage, Stage.ANNOUNCED, by)
    work = PlannedWork.objects.get(pk=outage.pk)
    work.announced_at, work.despite = now, "; ".join(filter(None, [work.despite, *late]))[:MAX_REASON]
    work.save(update_fields=["announced_at", "despite"])
    return outage


@transaction.atomic
def begin_planned(*, outage_id: int, by: User, at: datetime | None = None) -> Outage:
    """Record that the works have begun and everybody below the element is off.

    Whoever is off already stays with the outage that took him, and this one is nested in that.

    :raises WrongTime: when it would be later than now, or long before what was announced.
    """
    hold_ledger()
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.UNDER_WAY)
    at = at or timezone.now()
    if at > timezone.now():
        raise WrongTime(_("The works cannot have begun later than now."), field="at")
    if at < outage.work.planned_from - EARLY:
        message = _("People were told that supply is cut off at %s, and count on it till then: move the works.")
        raise WrongTime(message % f"{timezone.localtime(outage.work.planned_from):%d.%m.%Y %H:%M}", field="at")
    elements = elements_below(outage.element_id) if outage.element_id is not None else []
    points = [] if elements else list(outage.expected.values_list("usage_point_id", flat=True))
    count = cut_off(outage_id=outage.pk, since=at, elements=elements, points=points)
    outage.started_at, outage.estimated_at = at, outage.work.planned_to
    outage.points_total = outage.points_off = count
    outage.parent_id = holder_of(outage_id=outage.pk, elements=elements, points=points)
    outage.save(update_fields=["started_at", "estimated_at", "points_total", "points_off", "parent"])
    join_waiting(outage, by=by)
    return _moved_on(outage, Stage.UNDER_WAY, by)


@transaction.atomic
def move_planned(*, outage_id: int, planned_from: datetime, planned_to: datetime, by: User) -> Outage:
    """Give the works another time; they are agreed, approved and announced anew."""
    _check_period(planned_from, planned_to)
    outage = locked_outage(outage_id)
    if outage.stage != Stage.APPLIED:
        check_move(MOVES, Stage(outage.stage), Stage.APPLIED)
    was_announced = outage.stage == Stage.ANNOUNCED
    work = outage.work
    work.planned_from, work.planned_to, work.moves = planned_from, planned_to, work.moves + 1
    work.agreed_by = work.approved_by = work.announced_at = None
    work.despite = ""
    work.save()
    outage.stage, outage.version = Stage.APPLIED, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    if outage.element_id is not None:  # the network may have changed since
        outage.expected.all().delete()
        _expect(outage, elements_below(outage.element_id), [])
    publish(PlannedMoved(outage_id=outage.pk, was_announced=was_announced), by=by, about=[outage])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def cancel_planned(*, outage_id: int, reason: str, by: User) -> Outage:
    """Give the works up before they begin.

    :raises ReasonNeeded: when nobody says why: those who were told of them are told this too.
    """
    reason = checked_line(reason, field="reason", limit=MAX_REASON)
    if not reason:
        raise ReasonNeeded(_("Say why the works are cancelled."), field="reason")
    outage = locked_outage(outage_id)
    if outage.kind != OutageKind.PLANNED:
        raise WrongTime(_("Only planned works can be cancelled."), field="outage_id")
    outage = _moved_on(outage, Stage.CANCELLED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(cancel_reason=reason)
    return outage


def _check_period(planned_from: datetime, planned_to: datetime) -> None:
    if planned_from < timezone.now():
        raise WrongTime(_("Planned works begin in the future."), field="planned_from")
    if planned_to <= planned_from:
        raise WrongTime(_("The works must end after they begin."), field="planned_to")


def _against(outage: Outage) -> list[str]:
    """What speaks against the time of the works, in words."""
    against = []
    if conflicts := conflicts_of(outage.pk):
        against.append(_("The same customers would be cut off by %s") % ", ".join(c.number for c in conflicts))
    weight = weight_of(outage.pk)
    if weight.category_1 or weight.category_2:
        message = _("Without any source would be usage points of category I: %(first)s, of category II: %(second)s")
        against.append(message % {"first": weight.category_1, "second": weight.category_2})
    return against


def _moved_on(outage: Outage, stage: Stage, by: User) -> Outage:
    check_move(MOVES, Stage(outage.stage), stage)
    outage.stage, outage.version = stage, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    publish(PlannedStage(outage_id=outage.pk, stage=stage), by=by, about=[outage])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


def _expect(outage: Outage, elements: Sequence[int], points: Sequence[int]) -> int:
    """Work out who will be off."""
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_EXPECT, [outage.pk, list(elements), list(points)])
        count: int = cursor.rowcount
    return count
