"""How switches stand, and what that does to supply."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import publish, reference
from opora.platform.live.operations import announce
from opora.platform.rows import insert_rows
from opora.registry.grid.events import SwitchesOperated
from opora.registry.grid.models import Element, Position
from opora.registry.grid.network import PositionChange
from opora.registry.grid.queries.live import current_tracer
from opora.registry.grid.stages import PositionSource

#: One change of positions at a time: the effect of each is that of the network the one before has left.
_LOCK = 7_312


class ElementMissing(BusinessError):
    """There is no such element in the network, or no more."""

    code = "element_missing"
    status = 404


class OtherBranch(BusinessError):
    """The switch is of a branch that the dispatcher does not see."""

    code = "other_branch"
    status = 403


@dataclass(frozen=True, slots=True)
class Step:
    """What one change did to supply: ids of elements, sorted."""

    change: PositionChange
    lost: list[int]
    restored: list[int]


@dataclass(frozen=True, slots=True)
class PositionsSet:
    """What came of it all: elements that turned, and those that lost or got back their supply. Ids, sorted."""

    opened: list[int]
    closed: list[int]
    lost: list[int]
    restored: list[int]
    #: The same change by change, in order of time; those that told nothing new are left out.
    steps: Sequence[Step] = field(default=(), compare=False)


@transaction.atomic
def set_switch_positions(*, changes: Sequence[PositionChange], by: User) -> PositionsSet:
    """Take in how switches stand, in order of time; tell who lost supply and who got it back.

    What is told again changes nothing, nor does what is older than the position already known.

    :raises ElementMissing: when there is no such element; nothing is changed then.
    :raises OtherBranch: when a dispatcher tells of a switch of a branch outside his scope; likewise.
    """
    _check_branches({c.element_id for c in changes if c.source == PositionSource.DISPATCHER}, by)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    known = _locked({change.element_id for change in changes})
    news = _news(known, changes)
    if not news:
        return PositionsSet([], [], [], [])
    tracer = current_tracer()
    effects = tracer.walk([(change.element_id, change.is_open) for change in news])
    steps = [
        Step(change, effect.lost.tolist(), effect.restored.tolist())
        for change, effect in zip(news, effects, strict=True)
    ]
    last = {change.element_id: change for change in news}
    opened = sorted(pk for pk, change in last.items() if change.is_open > known[pk].is_open)
    closed = sorted(pk for pk, change in last.items() if change.is_open < known[pk].is_open)
    _store(list(last.values()))
    insert_rows([
        Position(element_id=c.element_id, is_open=c.is_open, at=c.at, source=c.source, by=by) for c in news
    ])  # fmt: skip
    if any(change.source == PositionSource.DISPATCHER for change in last.values()):
        about = [reference(known[pk]) for pk in (*opened, *closed)]
        publish(SwitchesOperated(opened=opened, closed=closed), by=by, about=about)
    announce("grid")
    return PositionsSet(opened, closed, *_net(steps), steps)


def _news(known: dict[int, Element], changes: Sequence[PositionChange]) -> list[PositionChange]:
    """Keep, in order of time, what says something new of an element and is not older than what is known of it."""
    is_open = {pk: element.is_open for pk, element in known.items()}
    since = {pk: element.state_at for pk, element in known.items()}
    news = []
    for change in sorted(changes, key=lambda change: change.at):
        pk, last = change.element_id, since[change.element_id]
        if is_open[pk] != change.is_open and (last is None or change.at >= last):
            is_open[pk], since[pk] = change.is_open, change.at
            news.append(change)
    return news


def _net(steps: Sequence[Step]) -> tuple[list[int], list[int]]:
    """What is lost and restored in the end: what a later step takes back is neither."""
    lost: set[int] = set()
    restored: set[int] = set()
    for step in steps:
        lost, restored = lost.union(set(step.lost) - restored), restored.difference(step.lost)
        lost, restored = lost.difference(step.restored), restored.union(set(step.restored) - lost)
    return sorted(lost), sorted(restored)


def _check_branches(element_ids: set[int], by: User) -> None:
    if by.scope.everything or not element_ids:
        return
    elsewhere = Element.objects.filter(pk__in=element_ids, container__branch__isnull=False)
    foreign = elsewhere.exclude(container__branch__in=by.scope.branches).order_by("name", "id").first()
    if foreign is not None:
        raise OtherBranch(_("“%s” belongs to another branch: its dispatcher enters its position.") % foreign.name)


def _locked(element_ids: set[int]) -> dict[int, Element]:
    found = Element.objects.filter(pk__in=element_ids, removed_at=None).only("id", "is_open", "state_at")
    known = {element.pk: element for element in found.order_by("id").select_for_update()}
    if missing := sorted(element_ids - known.keys()):
        raise ElementMissing(_("There is no element %s in the network.") % ", ".join(map(str, missing)))
    return known


def _store(changes: Sequence[PositionChange]) -> None:
    """Write the last position of each element in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update grid_element element
            set is_open = given.is_open, state_source = given.source, state_at = given.at
            from unnest(%s::bigint[], %s::boolean[], %s::text[], %s::timestamptz[])
                as given (id, is_open, source, at)
            where element.id = given.id
            """,
            [
                [change.element_id for change in changes],
                [change.is_open for change in changes],
                [str(change.source) for change in changes],
                [change.at for change in changes],
            ],
        )
