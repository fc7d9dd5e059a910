"""What dispatchers look at: what is off now, what is planned, what customers say, and one outage whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.processes.outages.models import Brigade, Cause, Outage, OutageReport
from opora.processes.outages.rules import TOGETHER
from opora.processes.outages.stages import OFF_NOW, TO_COME, OutageKind
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer
from opora.registry.grid.stages import SWITCHES, ElementKind

#: What may have failed or tripped above several customers.
DEVICES = [*SWITCHES, ElementKind.TRANSFORMER]


@dataclass(frozen=True, kw_only=True)
class BoardFilter:
    """Nothing given: everything."""

    branch_id: int | None = None
    kind: str = ""
    text: str = ""
    current: bool = False


@dataclass(frozen=True)
class SingleReport:
    """Somebody without supply whom no known outage explains."""

    case_id: int
    number: str
    address: str
    element_id: int | None
    element: str
    reported_at: datetime


def current_outages(*, branch_id: int | None = None) -> QuerySet[Outage]:
    """Outages that go on, the largest first, each with the number of its reports."""
    found = _whole().filter(stage__in=OFF_NOW)
    if branch_id is not None:
        found = found.filter(branch_id=branch_id)
    return found.annotate(reports_count=Count("reports")).order_by("-points_off", "-started_at", "-pk")


def planned_outages(*, branch_id: int | None = None) -> QuerySet[Outage]:
    """Planned works to come, the next first."""
    found = _whole().filter(kind=OutageKind.PLANNED, stage__in=TO_COME).select_related("work")
    if branch_id is not None:
        found = found.filter(branch_id=branch_id)
    return found.order_by("work__planned_from", "pk")


def outage_list(wanted: BoardFilter, *, after: int | None = None, limit: int = 50) -> list[Outage]:
    """A page of all outages, the newest first.

    :param after: the last id of the page before.
    """
    found = _whole()
    if wanted.branch_id is not None:
        found = found.filter(branch_id=wanted.branch_id)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.current:
        found = found.filter(stage__in=[*OFF_NOW, *TO_COME])
    if text := wanted.text.strip():
        found = found.filter(Q(number__icontains=text) | Q(area__icontains=text) | Q(element__name__icontains=text))
    if after is not None:
        found = found.filter(pk__lt=after)
    return list(found.order_by("-pk")[:limit])


def outage_details(outage_id: int) -> Outage:
    """One outage with everything that its page shows.

    :raises NotVisible: when there is none.
    """
    outage = _whole().select_related("work", "parent").filter(pk=outage_id).first()
    if outage is None:
        raise NotVisible(_("There is no such outage."))
    return outage


def single_reports(*, branch_id: int | None = None) -> Sequence[SingleReport]:
    """Reports of the last hours that belong to no outage yet, the newest first."""
    found = OutageReport.objects.filter(outage=None, settled_at=None, reported_at__gte=timezone.now() - TOGETHER)
    if branch_id is not None:
        found = found.filter(case__branch_id=branch_id)
    rows = found.order_by("-reported_at", "-pk").values_list(
        "case_id", "case__number", "usage_point__address", "usage_point__element_id", "usage_point__element__name",
        "reported_at",
    )  # fmt: skip
    return [
        SingleReport(case_id, number, address or "", element_id, element or "", reported_at)
        for case_id, number, address, element_id, element, reported_at in rows[:200]
    ]


def causes() -> QuerySet[Cause]:
    """Causes that may be chosen, by code."""
    return Cause.objects.filter(active=True).order_by("code")


def brigades(*, branch_id: int) -> QuerySet[Brigade]:
    """Crews of a branch at work."""
    return Brigade.objects.filter(branch_id=branch_id, active=True).order_by("name")


def _whole() -> QuerySet[Outage]:
    return Outage.objects.select_related("branch", "district", "element", "cause", "brigade")


@dataclass(frozen=True)
class Device:
    """A device above several reports: perhaps the one that failed."""

    element_id: int
    name: str
    reports: int


def reports_by_device(reports: Sequence[SingleReport]) -> Sequence[Device]:
    """The devices that two or more single reports have in common, the nearest to the customers first.

    Of a chain of devices above the same reports only the lowest is proposed; who stands alone stays alone.
    """
    tracer = current_tracer()
    above: dict[int, set[int]] = {}
    depth: dict[int, int] = {}
    for number, report in enumerate(reports):
        if report.element_id is None:
            continue
        for place, element in enumerate(tracer.feeding_path(report.element_id).tolist()):
            above.setdefault(element, set()).add(number)
            depth[element] = max(depth.get(element, 0), place)
    devices = Element.objects.filter(pk__in=above, kind__in=DEVICES)
    lowest: dict[frozenset[int], Element] = {}
    for element in devices.order_by("pk"):
        below = frozenset(above[element.pk])
        if len(below) > 1 and (below not in lowest or depth[element.pk] > depth[lowest[below].pk]):
            lowest[below] = element
    ordered = sorted(lowest.items(), key=lambda found: (-depth[found[1].pk], found[1].pk))
    return [Device(element.pk, element.name, len(below)) for below, element in ordered]


def reports_of(outage_id: int) -> QuerySet[OutageReport]:
    """Reports joined to an outage, the newest first."""
    found = OutageReport.objects.filter(outage_id=outage_id).select_related("case", "usage_point")
    return found.order_by("-reported_at", "-pk")


def element_named(element_id: int) -> Element | None:
    """An element of the network, with where it stands."""
    return Element.objects.select_related("container").filter(pk=element_id, removed_at=None).first()
