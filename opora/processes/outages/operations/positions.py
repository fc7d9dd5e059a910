"""Switches open and close: outages begin, grow and end by themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.outages.events import OutageConfirmed, OutageGrew, OutageRegistered, PlannedStage
from opora.processes.outages.models import Outage
from opora.processes.outages.operations.ending import end_part
from opora.processes.outages.operations.joining import join_waiting
from opora.processes.outages.operations.ledger import (
    Place,
    are_expected,
    cut_off,
    give_back,
    hold_ledger,
    place_of,
    take_back,
)
from opora.processes.outages.operations.opening import open_outage, place_in_network
from opora.processes.outages.rules import EARLY, RECLOSING, is_reclosing
from opora.processes.outages.stages import OFF_NOW, OutageKind, Source, Stage
from opora.registry.grid.models import Element
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import set_switch_positions
from opora.registry.grid.queries import current_tracer
from opora.registry.grid.stages import ElementKind, PositionSource

#: What may close again by its own automatics.
_RECLOSING = frozenset({ElementKind.BREAKER, ElementKind.RECLOSER})


@transaction.atomic
def apply_positions(*, changes: Sequence[PositionChange], by: User) -> list[int]:
    """Take in positions of switches, in the order of their time; return the outages that they began, grew or ended.

    Safe to repeat: what is no news changes nothing. Batches wait for each other, so each finds what the last has left.

    :raises ElementMissing: when there is no such element; nothing is changed then.
    """
    hold_ledger()
    touched: dict[int, None] = {}
    for step in set_switch_positions(changes=changes, by=by).steps:
        # a station whose clock is ahead does not make an outage of the future
        at = min(step.change.at, timezone.now())
        if step.lost and (outage := _lost(step.change, step.lost, at, by)):
            touched[outage] = None
        if step.restored:
            touched |= dict.fromkeys(_restored(step.change, step.restored, at, by))
    if touched:
        announce("outages", *(f"outage:{outage}" for outage in touched))
    return list(touched)


@transaction.atomic
def confirm_suspected(*, by: User) -> int:
    """Confirm the outages that have not reclosed within their time; return how many."""
    due = Outage.objects.select_for_update(skip_locked=True).filter(
        stage=Stage.SUSPECTED, suspected_until__lte=timezone.now()
    )
    confirmed = list(due.order_by("pk"))
    for outage in confirmed:
        outage.stage, outage.version = Stage.CONFIRMED, outage.version + 1
        publish(OutageConfirmed(outage_id=outage.pk, points=outage.points_off), by=by, about=[outage])
    Outage.objects.bulk_update(confirmed, ["stage", "version"])
    if confirmed:
        announce("outages", *(f"outage:{outage.pk}" for outage in confirmed))
    return len(confirmed)


def _lost(change: PositionChange, lost: Sequence[int], at: datetime, by: User) -> int | None:
    """Begin an outage at the element that opened, or go on with the one that is known to be there."""
    known = _standing_at(change) or _planned_for(lost, at) or _blinked_at(change, at)
    if known is None:
        place = place_of(lost)
        if place is None:
            return None  # a line that is merely taken out of service cuts off nobody
        outage = _begun(change, lost, place, at, by)
    else:
        outage = known
    stage = Stage(outage.stage)
    if stage == Stage.BLINK:  # the reclosing has failed: one interruption, from the first moment
        outage.points_off += take_back(outage_id=outage.pk, until=outage.ended_at)
        outage.stage, outage.ended_at = Stage.CONFIRMED, None
    elif stage == Stage.ANNOUNCED:
        outage.stage, outage.started_at, outage.estimated_at = Stage.UNDER_WAY, at, outage.work.planned_to
    points = cut_off(outage_id=outage.pk, since=at, elements=lost)
    outage.started_at = min(outage.started_at or at, at)
    outage.points_total, outage.points_off = outage.points_total + points, outage.points_off + points
    outage.follows_switches = True
    outage.version += known is not None
    outage.save()
    about = [outage, Element(pk=change.element_id)]
    if known is None:
        registered = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=points)
        publish(registered, by=by, about=about)
    elif stage == Stage.BLINK:
        publish(OutageConfirmed(outage_id=outage.pk, points=outage.points_off), by=by, about=about)
    elif stage == Stage.ANNOUNCED:
        publish(PlannedStage(outage_id=outage.pk, stage=Stage.UNDER_WAY), by=by, about=about)
    elif points:
        publish(OutageGrew(outage_id=outage.pk, points=points), by=by, about=about)
    join_waiting(outage, by=by)
    return outage.pk


def _begun(change: PositionChange, lost: Sequence[int], place: Place, at: datetime, by: User) -> Outage:
    element = Element.objects.select_related("container").get(pk=change.element_id)
    by_telecontrol = change.source == PositionSource.SCADA
    may_reclose = by_telecontrol and element.kind in _RECLOSING
    outage = open_outage(
        element=element,
        place=place_in_network(element) or place,
        stage=Stage.SUSPECTED if may_reclose else Stage.CONFIRMED,
        source=Source.SCADA if by_telecontrol else Source.DISPATCHER,
        started_at=at,
        suspected_until=at + RECLOSING if may_reclose else None,
        by=by,
    )
    _take_in_nested(outage, lost)
    return outage


def _standing_at(change: PositionChange) -> Outage | None:
    """The outage that goes on at this very element."""
    standing = Outage.objects.select_for_update().filter(element_id=change.element_id, stage__in=OFF_NOW)
    return standing.order_by("pk").first()


def _planned_for(lost: Sequence[int], at: datetime) -> Outage | None:
    """Announced works whose time it is and that expect all these to lose supply: this is how they begin."""
    due = Outage.objects.select_for_update(of=["self"]).filter(
        kind=OutageKind.PLANNED, stage__in=(Stage.ANNOUNCED, Stage.UNDER_WAY, Stage.PARTLY_RESTORED),
        work__planned_from__lte=at + EARLY, work__planned_to__gte=at,
    )  # fmt: skip
    expecting = (outage for outage in due.order_by("work__planned_from", "pk") if are_expected(outage.pk, lost))
    return next(expecting, None)


def _blinked_at(change: PositionChange, at: datetime) -> Outage | None:
    """The blink at this element whose reclosing has failed just now."""
    blinks = Outage.objects.select_for_update().filter(element_id=change.element_id, stage=Stage.BLINK)
    last = blinks.order_by("-ended_at", "-pk").first()
    if last is None or last.ended_at is None or not is_reclosing(opened_at=last.ended_at, closed_at=at):
        return None
    return last


def _take_in_nested(outage: Outage, lost: Sequence[int]) -> None:
    """Put the outages whose element hung on what is dead now inside this one."""
    others = Outage.objects.filter(stage__in=OFF_NOW, parent=None, element__isnull=False).exclude(pk=outage.pk)
    standing = dict(others.values_list("pk", "element_id"))
    if not standing:
        return
    dead, tracer = set(lost), current_tracer()
    inside = [pk for pk, element in standing.items() if not dead.isdisjoint(tracer.neighbours(element).tolist())]
    Outage.objects.filter(pk__in=inside).update(parent=outage)


def _restored(change: PositionChange, restored: Sequence[int], at: datetime, by: User) -> list[int]:
    """Give supply back below what is energised again; an outage may end by it, in part or whole.

    Outages of which only people have said follow people: a house with a fault of its own stays off.
    """
    here = Q(element_id=change.element_id)
    current = Outage.objects.filter(Q(follows_switches=True) | here, stage__in=OFF_NOW)
    given = give_back(at=at, outages=list(current.values_list("pk", flat=True)), elements=restored)
    ending = [*given, *current.filter(here, points_off=0).values_list("pk", flat=True)]
    for outage in Outage.objects.select_for_update().filter(pk__in=ending).order_by("pk"):
        end_part(outage, points=given.get(outage.pk, 0), at=at, element_id=change.element_id, by=by)
    return ending
