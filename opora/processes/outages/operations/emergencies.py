"""What dispatchers do with outages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.stages import check_move
from opora.processes.outages.events import EstimateSet, OutageChanged, OutageClosed, OutageRegistered, OutageSaid
from opora.processes.outages.models import Affected, Estimate, Outage, Remark
from opora.processes.outages.operations.ending import end_part
from opora.processes.outages.operations.ledger import Place, cut_off, give_back
from opora.processes.outages.operations.opening import open_outage
from opora.processes.outages.stages import MOVES, OFF_NOW, EstimateSource, Source, Stage
from opora.registry.customers.models import UsagePoint
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer

MAX_TEXT = 2_000


class NobodyOff(BusinessError):
    code = "nobody_off"


class WrongTime(BusinessError):
    code = "wrong_time"


class AlreadyKnown(BusinessError):
    code = "already_known"
    status = 409


class CauseNeeded(BusinessError):
    code = "cause_needed"


@transaction.atomic
def register_emergency(
    *,
    by: User,
    element_id: int | None = None,
    usage_point_ids: Sequence[int] = (),
    branch_id: int | None = None,
    district_id: int | None = None,
    area: str = "",
    cause_id: int | None = None,
    started_at: datetime | None = None,
    source: Source = Source.DISPATCHER,
) -> Outage:
    """Register an outage that telecontrol has not seen: of all below an element, or of the usage points that are named.

    No switch is moved by it: who wants to say that one stands open says so of the switch.

    :raises NobodyOff: when nothing is named.
    :raises WrongTime: when it would begin later than now.
    :raises AlreadyKnown: when an outage stands at this element already.
    """
    now = timezone.now()
    started_at = started_at or now
    if started_at > now:
        raise WrongTime(_("An outage cannot begin later than now."), field="started_at")
    if element_id is None and not usage_point_ids:
        raise NobodyOff(_("Say what is off: choose an element of the network or usage points."), field="element_id")
    element = Element.objects.filter(pk=element_id).first() if element_id is not None else None
    if element_id is not None and element is None:
        raise NotVisible(_("There is no such element."), field="element_id")
    if element and (known := Outage.objects.filter(element=element, stage__in=OFF_NOW).first()):
        raise AlreadyKnown(_("Outage %s stands at this element already.") % known.number, field="element_id")
    elements = current_tracer().lost_by_opening(element_id).tolist() if element_id is not None else []
    place = Place(branch_id, district_id) if branch_id is not None else _place_of_points(usage_point_ids)
    outage = open_outage(
        element=element, elements=elements, place=None if elements else place, stage=Stage.CONFIRMED, source=source,
        started_at=started_at, area=area.strip(), by=by,
    )  # fmt: skip
    outage.cause_id = cause_id
    points = cut_off(outage_id=outage.pk, since=started_at, elements=elements, points=usage_point_ids)
    outage.points_total = outage.points_off = points
    outage.save(update_fields=["cause", "points_total", "points_off"])
    fact = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=points)
    publish(fact, by=by, about=[outage])
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def change_outage(*, outage_id: int, version: int, changes: dict[str, Any], by: User) -> Outage:
    """Change the cause, brigade, place or comment.

    :param version: of the outage as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    """
    outage = locked_outage(outage_id)
    if outage.version != version:
        raise ChangedMeanwhile(_("Somebody has changed this outage: look at it again and repeat what is needed."))
    changed = sorted(name for name, value in changes.items() if getattr(outage, name) != value)
    if changed:
        for name in changed:
            setattr(outage, name, changes[name])
        outage.version += 1
        outage.save(update_fields=[*(name.removesuffix("_id") for name in changed), "version"])
        publish(OutageChanged(outage_id=outage.pk, fields=changed), by=by, about=[outage])
        announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def set_estimate(
    *,
    outage_id: int,
    restored_by: datetime,
    by: User,
    source: EstimateSource = EstimateSource.DISPATCHER,
    reason: str = "",
) -> Estimate:
    """Say when supply is expected back; earlier estimates stay in the history.

    :param reason: why it has changed; needed from the second estimate on, because customers are told it.
    :raises WrongTime: when that time is past, or the outage is over.
    :raises CauseNeeded: when it moves and nobody says why.
    """
    outage = locked_outage(outage_id)
    if outage.stage not in OFF_NOW:
        raise WrongTime(_("The outage is over: there is nothing to estimate."))
    if restored_by <= timezone.now():
        raise WrongTime(_("Give a time that is still to come."), field="restored_by")
    if outage.estimated_at is not None and not reason.strip():
        raise CauseNeeded(_("Say why the time has changed: customers are told it."), field="reason")
    estimate = Estimate.objects.create(
        outage=outage, restored_by=restored_by, source=source, reason=reason.strip()[:300], by=by
    )
    outage.estimated_at, outage.version = restored_by, outage.version + 1
    outage.save(update_fields=["estimated_at", "version"])
    fact = EstimateSet(outage_id=outage.pk, estimate_id=estimate.pk, source=source)
    publish(fact, by=by, about=[outage])
    announce("outages", f"outage:{outage.pk}")
    return estimate


@transaction.atomic
def restore_supply(
    *,
    outage_id: int,
    by: User,
    at: datetime | None = None,
    usage_point_ids: Sequence[int] = (),
    element_id: int | None = None,
    comment: str = "",
) -> Outage:
    """Record that supply is back: below an element, at some usage points, or for all that are left.

    :raises WrongTime: when it would be before the outage began, or later than now.
    :raises NobodyOff: when none of these is off because of this outage.
    """
    outage = locked_outage(outage_id)
    at = at or timezone.now()
    if at > timezone.now() or (outage.started_at and at < outage.started_at):
        message = _("Supply comes back after the outage has begun and not later than now.")
        raise WrongTime(message, field="at")
    elements = current_tracer().lost_by_opening(element_id).tolist() if element_id is not None else []
    if outage.stage not in OFF_NOW:
        raise NobodyOff(_("The outage is over already."))
    given = give_back(at=at, outage_id=outage.pk, elements=elements, points=usage_point_ids)
    points = given.get(outage.pk, 0)
    if not points and outage.points_off:
        raise NobodyOff(_("None of these is off because of this outage."))
    end_part(outage, points=points, at=at, element_id=element_id, comment=comment.strip()[:300], by=by)
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def close_outage(*, outage_id: int, by: User) -> Outage:
    """Close an outage that is over: its cause is known, its papers are complete.

    :raises CauseNeeded: while nobody has said why it happened.
    """
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.CLOSED)
    if outage.cause_id is None:
        raise CauseNeeded(_("Choose the cause first: the regulator's journal asks for it."), field="cause_id")
    outage.stage, outage.version = Stage.CLOSED, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    publish(OutageClosed(outage_id=outage.pk), by=by, about=[outage])
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def withdraw_outage(*, outage_id: int, by: User) -> Outage:
    """Take back what was registered by mistake: nobody was off because of it."""
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.CANCELLED)
    Affected.objects.filter(outage=outage).delete()
    outage.stage, outage.points_off, outage.points_total = Stage.CANCELLED, 0, 0
    outage.ended_at, outage.version = outage.started_at, outage.version + 1
    outage.save(update_fields=["stage", "points_off", "points_total", "ended_at", "version"])
    publish(OutageChanged(outage_id=outage.pk, fields=["stage"]), by=by, about=[outage])
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def say(*, outage_id: int, text: str, by: User) -> Remark:
    """Leave a message to everybody who works on the outage: dispatchers and the call centre.

    :raises NobodyOff: when it is empty.
    """
    if not text.strip():
        raise NobodyOff(_("Write what others should know."), field="text")
    outage = locked_outage(outage_id)
    remark = Remark.objects.create(outage=outage, text=text.strip()[:MAX_TEXT], by=by)
    publish(OutageSaid(outage_id=outage.pk, remark_id=remark.pk), by=by, about=[outage])
    announce(f"outage:{outage.pk}")
    return remark


def locked_outage(outage_id: int) -> Outage:
    """Lock the outage for the rest of the transaction.

    :raises NotVisible: when there is none.
    """
    outage = Outage.objects.select_for_update().filter(pk=outage_id).first()
    if outage is None:
        raise NotVisible(_("There is no such outage."))
    return outage


def _place_of_points(usage_point_ids: Sequence[int]) -> Place | None:
    point = UsagePoint.objects.filter(pk__in=usage_point_ids).order_by("pk").first()
    return Place(point.branch_id, point.district_id) if point else None
