"""Planned works: applied for, agreed, approved, announced, carried out, moved or cancelled."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce as announce_live
from opora.platform.scope import EVERYTHING, scoped
from opora.platform.stages import check_move
from opora.processes.outages.events import OutageRegistered, PlannedMoved, PlannedStage
from opora.processes.outages.models import Outage, PlannedWork
from opora.processes.outages.operations.emergencies import WrongTime, locked_outage
from opora.processes.outages.operations.ledger import cut_off
from opora.processes.outages.operations.opening import open_outage
from opora.processes.outages.queries.conflicts import conflicts_of
from opora.processes.outages.rules import CONSUMERS_TOLD, is_too_late
from opora.processes.outages.stages import MOVES, OutageKind, Source, Stage
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer

_EXPECT = """
insert into outages_expectedpoint (outage_id, usage_point_id)
select %s, point.id from customers_usagepoint point where point.element_id = any(%s)
"""


class InTheWay(BusinessError):
    code = "in_the_way"
    status = 409


class TooLate(BusinessError):
    code = "too_late"


class ReasonNeeded(BusinessError):
    code = "reason_needed"


@transaction.atomic
def apply_for_planned(
    *,
    element_id: int,
    works: str,
    planned_from: datetime,
    planned_to: datetime,
    by: User,
    area: str = "",
    responsible: str = "",
) -> Outage:
    """Ask for a time at which an element is taken out of service.

    :raises WrongTime: when it would end before it begins, or begin in the past.
    :raises ReasonNeeded: when nobody says what is done.
    :raises NotVisible: when there is no such element.
    """
    _check_period(planned_from, planned_to)
    if not works.strip():
        raise ReasonNeeded(_("Say what will be done."), field="works")
    element = Element.objects.filter(pk=element_id).first()
    if element is None:
        raise NotVisible(_("There is no such element."), field="element_id")
    elements = current_tracer().lost_by_opening(element_id).tolist()
    outage = open_outage(
        element=element, elements=elements, kind=OutageKind.PLANNED, stage=Stage.APPLIED, source=Source.PLAN,
        area=area.strip(), by=by,
    )  # fmt: skip
    PlannedWork.objects.create(
        outage=outage, works=works.strip(), responsible=responsible.strip(),
        planned_from=planned_from, planned_to=planned_to,
    )  # fmt: skip
    points = _expect(outage, elements)
    fact = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=points)
    publish(fact, by=by, about=[outage])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def agree_planned(*, outage_id: int, by: User) -> Outage:
    """Agree to the time on behalf of the district or branch."""
    outage = _onwards(outage_id, Stage.AGREED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(agreed_by=by)
    return outage


@transaction.atomic
def approve_planned(*, outage_id: int, by: User, despite: bool = False) -> Outage:
    """Approve the works.

    :param despite: although the same customers are to be cut off by other works at that time.
    :raises InTheWay: when they are, and nobody has said that it shall be so.
    """
    found = conflicts_of(outage_id)
    if found and not despite:
        numbers = ", ".join(conflict.number for conflict in found)
        raise InTheWay(_("The same customers would be cut off by %s: move the works, or approve despite it.") % numbers)
    outage = _onwards(outage_id, Stage.APPROVED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(approved_by=by)
    return outage


@transaction.atomic
def announce_planned(*, outage_id: int, by: User, despite: bool = False) -> Outage:
    """Let everybody be told.

    :param despite: although it is too late to tell consumers in their time.
    :raises TooLate: when it is, and nobody has said that it shall be so.
    """
    outage = locked_outage(outage_id)
    now = timezone.now()
    if is_too_late(begins_at=outage.work.planned_from, now=now) and not despite:
        message = _("Consumers are told %(days)s days before: move the works, or announce despite it.")
        raise TooLate(message % {"days": CONSUMERS_TOLD.days})
    outage = _onwards(outage_id, Stage.ANNOUNCED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(announced_at=now)
    return outage


@transaction.atomic
def begin_planned(*, outage_id: int, by: User, at: datetime | None = None) -> Outage:
    """Record that the works have begun and everybody below the element is off.

    :raises WrongTime: when it would be later than now.
    """
    at = at or timezone.now()
    if at > timezone.now():
        raise WrongTime(_("The works cannot have begun later than now."), field="at")
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.UNDER_WAY)
    outage.started_at, outage.estimated_at = at, outage.work.planned_to
    assert outage.element_id is not None
    points = cut_off(
        outage_id=outage.pk, since=at, elements=current_tracer().lost_by_opening(outage.element_id).tolist()
    )
    outage.points_total = outage.points_off = points
    outage.save(update_fields=["started_at", "estimated_at", "points_total", "points_off"])
    return _onwards(outage_id, Stage.UNDER_WAY, by)


@transaction.atomic
def move_planned(*, outage_id: int, planned_from: datetime, planned_to: datetime, by: User) -> Outage:
    """Give the works another time; they are agreed, approved and announced anew."""
    _check_period(planned_from, planned_to)
    outage = locked_outage(outage_id)
    if outage.stage != Stage.APPLIED:
        check_move(MOVES, Stage(outage.stage), Stage.APPLIED)
    work = outage.work
    work.planned_from, work.planned_to, work.moves = planned_from, planned_to, work.moves + 1
    work.agreed_by = work.approved_by = work.announced_at = None
    work.save()
    outage.stage, outage.version = Stage.APPLIED, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    outage.expected.all().delete()
    assert outage.element_id is not None
    _expect(outage, current_tracer().lost_by_opening(outage.element_id).tolist())
    publish(PlannedMoved(outage_id=outage.pk), by=by, about=[outage])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def cancel_planned(*, outage_id: int, reason: str, by: User) -> Outage:
    """Give the works up.

    :raises ReasonNeeded: when nobody says why: those who were told of them are told this too.
    """
    if not reason.strip():
        raise ReasonNeeded(_("Say why the works are cancelled."), field="reason")
    outage = _onwards(outage_id, Stage.CANCELLED, by)
    PlannedWork.objects.filter(pk=outage.pk).update(cancel_reason=reason.strip()[:300])
    return outage


def _check_period(planned_from: datetime, planned_to: datetime) -> None:
    if planned_from < timezone.now():
        raise WrongTime(_("Planned works begin in the future."), field="planned_from")
    if planned_to <= planned_from:
        raise WrongTime(_("The works must end after they begin."), field="planned_to")


def _onwards(outage_id: int, stage: Stage, by: User) -> Outage:
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), stage)
    outage.stage, outage.version = stage, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    publish(PlannedStage(outage_id=outage.pk, stage=stage), by=by, about=[outage])
    announce_live("outages", f"outage:{outage.pk}")
    return outage


def _expect(outage: Outage, elements: Sequence[int]) -> int:
    """Work out who will be off."""
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_EXPECT, [outage.pk, list(elements)])
        expected: int = cursor.rowcount
    return expected
