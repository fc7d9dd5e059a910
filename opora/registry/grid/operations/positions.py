"""How switches stand, and what that does to supply."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class PositionsSet:
    """What came of it: elements that turned, and those that lost or got back their supply. Ids, sorted."""

    opened: list[int]
    closed: list[int]
    lost: list[int]
    restored: list[int]


@transaction.atomic
def set_switch_positions(*, changes: Sequence[PositionChange], by: User) -> PositionsSet:
    """Take in how switches stand, in order of time; tell who lost supply and who got it back.

    What is told again changes nothing, nor does what is older than the position already known.

    :raises ElementMissing: when there is no such element; nothing is changed then.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    known = _locked({change.element_id for change in changes})
    turned: dict[int, PositionChange] = {}
    history = []
    is_open = {pk: element.is_open for pk, element in known.items()}
    since = {pk: element.state_at for pk, element in known.items()}
    for change in sorted(changes, key=lambda change: change.at):
        pk, last = change.element_id, since[change.element_id]
        if is_open[pk] == change.is_open or (last is not None and change.at < last):
            continue
        is_open[pk], since[pk], turned[pk] = change.is_open, change.at, change
        history.append(Position(element_id=pk, is_open=change.is_open, at=change.at, source=change.source, by=by))
    opened = sorted(pk for pk in turned if is_open[pk] and not known[pk].is_open)
    closed = sorted(pk for pk in turned if not is_open[pk] and known[pk].is_open)
    if not turned:
        return PositionsSet([], [], [], [])
    effect = current_tracer().effect_of(open_=opened, close=closed)
    _store(list(turned.values()))
    insert_rows(history)
    if any(change.source == PositionSource.DISPATCHER for change in turned.values()):
        about = [reference(known[pk]) for pk in (*opened, *closed)]
        publish(SwitchesOperated(opened=opened, closed=closed), by=by, about=about)
    announce("grid")
    return PositionsSet(opened, closed, effect.lost.tolist(), effect.restored.tolist())


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
