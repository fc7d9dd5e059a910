"""The journal of interruptions as form 8.1 asks it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from opora.processes.outages.form81 import Line, kind_of, object_kind
from opora.processes.outages.models import Interruption, InterruptionPart, OutageDocument
from opora.processes.outages.queries.interruptions import JournalFilter, interruptions, parts_of
from opora.processes.outages.stages import OutageKind, Party
from opora.registry.customers.models import UsagePoint
from opora.registry.grid.models import Container, Element
from opora.registry.grid.stages import ContainerKind

_BATCH = 2000
#: How far outwards the containers of an element are read; and those whose name says nothing to a stranger.
_DEEP = 4
_INNER = (ContainerKind.BAY, ContainerKind.VOLTAGE_LEVEL, ContainerKind.REGION)

#: The beginning, outage and end of the last line of a page: unique together, and they stay when lines are made anew.
Place = tuple[datetime, int, datetime]


@dataclass(frozen=True)
class JournalPage:
    """Lines of the journal, each with its interruption."""

    lines: Sequence[tuple[Interruption, Line]]
    next: Place | None


def journal_page(wanted: JournalFilter, *, after: Place | None = None, limit: int = 50, first: int = 1) -> JournalPage:
    """A page of the journal, in order of beginning.

    :param first: the number of its first line in the form.
    """
    rows = list(_whole(wanted, after)[: limit + 1])
    following = rows[limit - 1] if len(rows) > limit else None
    place = (following.since, following.outage_id, following.until) if following else None
    lines = [(row, _line(row, number)) for number, row in enumerate(rows[:limit], start=first)]
    return JournalPage(lines, place)


def count_journal(wanted: JournalFilter) -> int:
    """How many lines the journal has under the filter."""
    return interruptions(wanted).count()


def journal_lines(wanted: JournalFilter) -> Iterator[Line]:
    """All lines, read in batches: however many there are, they take the memory of one page."""
    after: Place | None = None
    first = 1
    while True:
        page = journal_page(wanted, after=after, limit=_BATCH, first=first)
        yield from (line for _row, line in page.lines)
        if page.next is None:
            return
        after, first = page.next, first + len(page.lines)


def _whole(wanted: JournalFilter, after: Place | None) -> QuerySet[Interruption]:
    found = interruptions(wanted)
    if after is not None:
        since, outage_id, until = after
        same = Q(since=since)
        further = Q(outage_id__gt=outage_id) | Q(outage_id=outage_id, until__gt=until)
        found = found.filter(since__gte=since).filter(~same | further)
    return found.select_related(
        "outage__branch", "outage__district", "outage__cause", "outage__element__container__parent__parent__parent"
    ).prefetch_related(
        Prefetch("parts", parts_of(wanted)),
        Prefetch("outage__documents", OutageDocument.objects.order_by("pk")),
    )


def _line(row: Interruption, number: int) -> Line:
    outage = row.outage
    element, cause = outage.element, outage.cause
    parts = list(row.parts.all())
    containers = _around(element)
    voltage = element.voltage_kv or next((c.voltage_kv for c in containers if c.voltage_kv), None) if element else None
    names = [c.name for c in containers if c.kind not in _INNER][:1]
    name = ", ".join([*names, element.name]) if element else outage.area
    return Line(
        number=number,
        outage=outage.number,
        branch=outage.branch.name,
        district=outage.district.name if outage.district else "",
        object_name=name,
        object_kind=object_kind(element.kind, [c.kind for c in containers], element.name) if element else "",
        voltage_kv=voltage,
        kind=kind_of(
            planned=outage.kind == OutageKind.PLANNED,
            ours=cause.ours if cause else True,
            cause=cause.code if cause else "",
        ),
        since=row.since,
        until=row.until,
        mended=outage.ended_at,
        points_first=_points(parts, category=UsagePoint.Reliability.FIRST),
        points_second=_points(parts, category=UsagePoint.Reliability.SECOND),
        points_third=_points(parts, category=UsagePoint.Reliability.THIRD),
        points_high=_points(parts, voltage=UsagePoint.Voltage.HIGH),
        points_medium_1=_points(parts, voltage=UsagePoint.Voltage.MEDIUM_1),
        points_medium_2=_points(parts, voltage=UsagePoint.Voltage.MEDIUM_2),
        points_low=_points(parts, voltage=UsagePoint.Voltage.LOW),
        points_grid=_points(parts, party=Party.GRID),
        points_producers=_points(parts, party=Party.PRODUCER),
        first_whole=row.first_whole,
        first_partly=row.first_partly,
        second_whole=row.second_whole,
        second_partly=row.second_partly,
        third=row.third,
        up_to_150=row.up_to_150,
        up_to_670=row.up_to_670,
        over_670=row.over_670,
        grid_companies=row.grid_companies,
        producers=row.producers,
        power=sum((part.power for part in parts), Decimal(0)),
        cause=cause.code if cause else "",
        act=", ".join(document.name for document in outage.documents.all()),
        comment=outage.comment,
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def _around(element: Element | None) -> Sequence[Container]:
    """What the element stands in, from the nearest outwards, as far as it was read."""
    found: list[Container] = []
    container = element.container if element else None
    while container is not None:
        found.append(container)
        container = container.parent if len(found) < _DEEP else None
    return found


def _points(
    parts: Sequence[InterruptionPart], *, category: str = "", voltage: str = "", party: str = Party.CONSUMER
) -> int:
    """Usage points among the parts: of consumers, unless another party is asked for."""
    return sum(
        part.points
        for part in parts
        if part.party == party and category in ("", part.category) and voltage in ("", part.voltage)
    )
