"""What dispatchers do with outages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.operations.checks import checked_choice, checked_line, checked_text
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.stages import check_move
from opora.processes.outages.events import EstimateSet, OutageChanged, OutageClosed, OutageRegistered, OutageSaid
from opora.processes.outages.models import Affected, Brigade, Cause, Estimate, Outage, Remark
from opora.processes.outages.operations.ending import end_part
from opora.processes.outages.operations.joining import join_waiting
from opora.processes.outages.operations.ledger import Place, cut_off, give_back, hold_ledger, holder_of, place_of
from opora.processes.outages.operations.locks import check_branch, locked_outage
from opora.processes.outages.operations.opening import open_outage, place_in_network
from opora.processes.outages.stages import MOVES, OFF_NOW, EstimateSource, OutageKind, Source, Stage
from opora.registry.customers.models import UsagePoint
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer
from opora.registry.grid.stages import ContainerKind
from opora.registry.organization.models import District

MAX_AREA = 500
MAX_REASON = 300


class NobodyOff(BusinessError):
    code = "nobody_off"


class WrongTime(BusinessError):
    code = "wrong_time"


class AlreadyKnown(BusinessError):
    code = "already_known"
    status = 409


class CauseNeeded(BusinessError):
    code = "cause_needed"


class UnknownField(BusinessError):
    code = "unknown_field"


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

    No switch is moved by it: who wants to say that one stands open says so of the switch. Whoever is off already stays
    with the outage that took him, and this one is then nested in that. Reports that waited below it are joined.

    :raises NobodyOff: when nothing is named.
    :raises WrongTime: when it would begin later than now.
    :raises AlreadyKnown: when an outage stands at this element already.
    :raises NotVisible: when element, usage point, cause or district is not there for this user.
    :raises EditForbidden: when it lies in a branch that is not his.
    """
    hold_ledger()
    now = timezone.now()
    started_at = started_at or now
    if started_at > now:
        raise WrongTime(_("An outage cannot begin later than now."), field="started_at")
    if element_id is None and not usage_point_ids:
        raise NobodyOff(_("Say what is off: choose an element of the network or usage points."), field="element_id")
    checked_choice(Source, source, "source")
    element = seen_element(element_id) if element_id is not None else None
    if element and (known := Outage.objects.filter(element=element, stage__in=OFF_NOW).first()):
        raise AlreadyKnown(_("Outage %s stands at this element already.") % known.number, field="element_id")
    points = sorted(set(usage_point_ids)) if element is None else []
    elements = elements_below(element.pk) if element else []
    place = place_named(points, branch_id, district_id) or place_below(element, elements)
    outage = open_outage(
        element=element, place=place, stage=Stage.CONFIRMED, source=source, started_at=started_at,
        area=checked_line(area, field="area", limit=MAX_AREA), by=by,
    )  # fmt: skip
    check_branch(outage.branch_id)
    outage.cause_id = _checked_cause(cause_id)
    count = cut_off(outage_id=outage.pk, since=started_at, elements=elements, points=points)
    outage.points_total = outage.points_off = count
    outage.parent_id = holder_of(outage_id=outage.pk, elements=elements, points=points)
    outage.save(update_fields=["cause", "points_total", "points_off", "parent"])
    fact = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=count)
    publish(fact, by=by, about=[outage, *([element] if element else [])])
    join_waiting(outage, by=by)
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def change_outage(*, outage_id: int, version: int, changes: Mapping[str, Any], by: User) -> Outage:
    """Change the cause, brigade, place or comment: `cause_id`, `brigade_id`, `area`, `comment`.

    :param version: of the outage as the editor has seen it.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises NotVisible: when there is no such cause, or brigade in this branch.
    """
    outage = locked_outage(outage_id)
    if outage.version != version:
        raise ChangedMeanwhile(_("Somebody has changed this outage: look at it again and repeat what is needed."))
    new = {name: _checked(outage, name, value) for name, value in changes.items()}
    changed = sorted(name for name, value in new.items() if getattr(outage, name) != value)
    if changed:
        for name in changed:
            setattr(outage, name, new[name])
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
    source: str = EstimateSource.DISPATCHER,
    reason: str = "",
) -> Estimate:
    """Say when supply is expected back; earlier estimates stay in the history.

    :param reason: why it has changed; needed from the second estimate on, because customers are told it.
    :raises WrongTime: when that time is past, or the outage is over.
    :raises CauseNeeded: when it moves and nobody says why.
    """
    outage = locked_outage(outage_id)
    checked_choice(EstimateSource, source, "source")
    reason = checked_line(reason, field="reason", limit=MAX_REASON)
    if outage.stage not in OFF_NOW:
        raise WrongTime(_("Nobody is off because of it now: there is nothing to estimate."), field="outage_id")
    if restored_by <= timezone.now():
        raise WrongTime(_("Give a time that is still to come."), field="restored_by")
    if outage.estimated_at is not None and not reason:
        raise CauseNeeded(_("Say why the time has changed: customers are told it."), field="reason")
    estimate = Estimate.objects.create(outage=outage, restored_by=restored_by, source=source, reason=reason, by=by)
    outage.estimated_at, outage.version = restored_by, outage.version + 1
    outage.save(update_fields=["estimated_at", "version"])
    publish(EstimateSet(outage_id=outage.pk, estimate_id=estimate.pk, source=source), by=by, about=[outage])
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
    :raises NobodyOff: when none of these is off because of this outage, or it is over.
    """
    hold_ledger()
    outage = locked_outage(outage_id)
    at = at or timezone.now()
    comment = checked_line(comment, field="comment", limit=MAX_REASON)
    if outage.stage not in OFF_NOW:
        raise NobodyOff(_("Nobody is off because of this outage now."), field="outage_id")
    if at > timezone.now() or (outage.started_at and at < outage.started_at):
        message = _("Supply comes back after the outage has begun and not later than now.")
        raise WrongTime(message, field="at")
    elements = elements_below(seen_element(element_id).pk) if element_id is not None else []
    given = give_back(at=at, outages=[outage.pk], elements=elements, points=usage_point_ids)
    points = given.get(outage.pk, 0)
    if not points and outage.points_off:
        raise NobodyOff(_("None of these is off because of this outage."), field="element_id")
    end_part(outage, points=points, at=at, element_id=element_id, comment=comment, by=by)
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def close_outage(*, outage_id: int, by: User) -> Outage:
    """Close an outage that is over: its cause is known, its papers are complete.

    :raises CauseNeeded: while nobody has said why an emergency happened.
    """
    outage = locked_outage(outage_id)
    check_move(MOVES, Stage(outage.stage), Stage.CLOSED)
    if outage.cause_id is None and outage.kind == OutageKind.EMERGENCY:
        raise CauseNeeded(_("Choose the cause first: the regulator's journal asks for it."), field="cause_id")
    outage.stage, outage.version = Stage.CLOSED, outage.version + 1
    outage.save(update_fields=["stage", "version"])
    publish(OutageClosed(outage_id=outage.pk), by=by, about=[outage])
    announce("outages", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def withdraw_outage(*, outage_id: int, by: User) -> Outage:
    """Take back an emergency that was registered by mistake: nobody was off because of it."""
    hold_ledger()
    outage = locked_outage(outage_id)
    if outage.kind == OutageKind.PLANNED:
        raise WrongTime(_("Planned works are cancelled, with the reason."), field="outage_id")
    check_move(MOVES, Stage(outage.stage), Stage.CANCELLED)
    Affected.objects.filter(outage=outage).delete()
    outage.reports.update(outage=None, settled_at=None)
    outage.stage, outage.points_off, outage.points_total = Stage.CANCELLED, 0, 0
    outage.ended_at, outage.version = outage.started_at, outage.version + 1
    outage.save(update_fields=["stage", "points_off", "points_total", "ended_at", "version"])
    publish(OutageChanged(outage_id=outage.pk, fields=["stage"]), by=by, about=[outage])
    announce("outages", "outage_reports", f"outage:{outage.pk}")
    return outage


@transaction.atomic
def say(*, outage_id: int, text: str, by: User) -> Remark:
    """Leave a message to everybody who works on the outage: dispatchers and the call centre.

    :raises TextMissing: when it is empty.
    """
    outage = locked_outage(outage_id)
    remark = Remark.objects.create(outage=outage, text=checked_text(text), by=by)
    publish(OutageSaid(outage_id=outage.pk, remark_id=remark.pk), by=by, about=[outage])
    announce(f"outage:{outage.pk}")
    return remark


def seen_element(element_id: int) -> Element:
    """Find an element of the network.

    :raises NotVisible: when there is none.
    """
    element = Element.objects.select_related("container").filter(pk=element_id, removed_at=None).first()
    if element is None:
        raise NotVisible(_("There is no such element."), field="element_id")
    return element


def elements_below(element_id: int) -> list[int]:
    """Give the elements that hang on this one; of a dead one, what stands in the same transformer point."""
    below: list[int] = current_tracer().lost_by_opening(element_id).tolist()
    if below:
        return below
    beside = Element.objects.filter(
        container__elements=element_id, container__kind=ContainerKind.TRANSFORMER_POINT, removed_at=None
    )
    return sorted({element_id, *beside.values_list("pk", flat=True)})


def place_below(element: Element | None, elements: Sequence[int]) -> Place | None:
    """Where an element is: as the network says, else where most of the customers below it are."""
    return place_in_network(element) or (place_of(elements) if elements else None)


def place_named(
    usage_point_ids: Sequence[int], branch_id: int | None = None, district_id: int | None = None
) -> Place | None:
    """Where it is: as named, else where the usage points are; nothing when the element will say."""
    points = list(UsagePoint.objects.filter(pk__in=usage_point_ids).order_by("pk").only("branch_id", "district_id"))
    if len(points) < len(usage_point_ids):
        raise NotVisible(_("There is no such usage point."), field="usage_point_ids")
    if district_id is not None:
        district = District.objects.filter(pk=district_id).first()
        if district is None or branch_id not in (None, district.branch_id):
            raise NotVisible(_("There is no such district."), field="district_id")
        return Place(district.branch_id, district.pk)
    if branch_id is not None:
        return Place(branch_id, None)
    return Place(points[0].branch_id, points[0].district_id) if points else None


def _checked(outage: Outage, name: str, value: Any) -> Any:
    if name == "cause_id":
        return _checked_cause(value)
    if name == "brigade_id":
        if value is not None and not Brigade.objects.filter(pk=value, branch_id=outage.branch_id).exists():
            raise NotVisible(_("There is no such brigade in this branch."), field="brigade_id")
        return value
    if name == "area":
        return checked_line(value, field="area", limit=MAX_AREA)
    if name == "comment":
        return checked_text(value, field="comment") if value.strip() else ""
    raise UnknownField(_("An outage has no field “%s” to change.") % name, field=name)


def _checked_cause(cause_id: int | None) -> int | None:
    if cause_id is not None and not Cause.objects.filter(pk=cause_id, active=True).exists():
        raise NotVisible(_("There is no such cause."), field="cause_id")
    return cause_id
