"""Switches open and close: outages begin, grow and end by themselves."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.journal.events import Event
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.outages.events import (
    OutageConfirmed,
    OutageGrew,
    OutageRegistered,
)
from opora.processes.outages.models import Outage
from opora.processes.outages.operations.ending import end_part
from opora.processes.outages.operations.ledger import cut_off, give_back
from opora.processes.outages.operations.opening import open_outage
from opora.processes.outages.rules import RECLOSING
from opora.processes.outages.stages import OFF_NOW, OutageKind, Source, Stage
from opora.registry.customers.models import UsagePoint
from opora.registry.grid.models import Element
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import set_switch_positions
from opora.registry.grid.stages import ElementKind, PositionSource

#: What may close again by its own automatics.
_RECLOSING = frozenset({ElementKind.BREAKER, ElementKind.RECLOSER})


@transaction.atomic
def apply_positions(*, changes: Sequence[PositionChange], by: User) -> list[int]:
    """Take in positions of switches, in the order of their time; return the outages that they began, grew or ended.

    Safe to repeat: what is no news changes nothing.
    """
    touched: dict[int, None] = {}
    for change in sorted(changes, key=lambda change: change.at):  # one by one: what opened and closed again has blinked
        effect = set_switch_positions(changes=[change], by=by)
        if effect.lost and (outage := _lost(change, effect.lost, by)):
            touched[outage] = None
        if effect.restored:
            touched |= dict.fromkeys(_restored(change, effect.restored, by))
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


def _lost(change: PositionChange, lost: Sequence[int], by: User) -> int | None:
    """Begin an outage at the element that opened, or go on with the one that stands there."""
    outage = _standing_at(change)
    if outage is None:
        if not _matters(lost):
            return None
        element = Element.objects.get(pk=change.element_id)
        by_itself = change.source == PositionSource.SCADA and element.kind in _RECLOSING
        outage = open_outage(
            element=element,
            elements=lost,
            stage=Stage.SUSPECTED if by_itself else Stage.CONFIRMED,
            source=Source.SCADA if change.source == PositionSource.SCADA else Source.DISPATCHER,
            started_at=change.at,
            suspected_until=change.at + RECLOSING if by_itself else None,
            by=by,
        )
        points = cut_off(outage_id=outage.pk, since=change.at, elements=lost)
        _count(outage, points)
        fact: Event = OutageRegistered(outage_id=outage.pk, kind=outage.kind, source=outage.source, points=points)
    else:
        if outage.kind == OutageKind.PLANNED and outage.started_at is None:
            outage.started_at, outage.stage = change.at, Stage.UNDER_WAY
            outage.save(update_fields=["started_at", "stage"])
        points = cut_off(outage_id=outage.pk, since=change.at, elements=lost)
        _count(outage, points)
        fact = OutageGrew(outage_id=outage.pk, points=points)
    publish(fact, by=by, about=[outage, Element(pk=change.element_id)])
    return outage.pk


def _standing_at(change: PositionChange) -> Outage | None:
    """The outage at the element: one that goes on, or planned works whose time it is, which thus begin."""
    at_element = Outage.objects.select_for_update().filter(element_id=change.element_id)
    if standing := at_element.filter(stage__in=OFF_NOW).order_by("pk").first():
        return standing
    planned = at_element.filter(
        kind=OutageKind.PLANNED, stage__in=(Stage.APPROVED, Stage.ANNOUNCED),
        work__planned_from__lte=change.at + RECLOSING, work__planned_to__gte=change.at,
    )  # fmt: skip
    return planned.order_by("pk").first()


def _matters(lost: Sequence[int]) -> bool:
    """Whether anybody is below: a line that is merely taken out of service cuts off nobody."""
    return (
        Element.objects.filter(pk__in=lost, kind=ElementKind.CONSUMER).exists()
        or UsagePoint.objects.filter(element__in=lost).exists()
    )


def _count(outage: Outage, points: int) -> None:
    """Add to what is off."""
    outage.points_total = F("points_total") + points
    outage.points_off = F("points_off") + points
    outage.version = F("version") + 1
    outage.save(update_fields=["points_total", "points_off", "version"])
    outage.refresh_from_db(fields=["points_total", "points_off", "version"])


def _restored(change: PositionChange, restored: Sequence[int], by: User) -> list[int]:
    """Give supply back below what is energised again; an outage may end by it, in part or whole."""
    given = give_back(at=change.at, elements=restored)
    empty = Outage.objects.filter(element_id=change.element_id, stage__in=OFF_NOW, points_off=0)
    ending = [*given, *empty.values_list("pk", flat=True)]
    ended = []
    for outage in Outage.objects.select_for_update().filter(pk__in=ending).order_by("pk"):
        end_part(outage, points=given.get(outage.pk, 0), at=change.at, element_id=change.element_id, by=by)
        ended.append(outage.pk)
    return ended
