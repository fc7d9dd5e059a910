"""What has been taken in is made something of: in order, once."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.telecontrol.events import SignalsReplayed
from opora.processes.telecontrol.models import STATE_FIELDS, Point, Signal, Station
from opora.processes.telecontrol.rules import PointState, Told, judge, settle_chatter
from opora.processes.telecontrol.stages import Outcome
from opora.registry.grid.network import PositionChange
from opora.registry.grid.stages import PositionSource

OnPositions = Callable[..., object]

#: Signals are settled by one at a time: the order of batches is the order of what happened.
_LOCK = 7_313

_SETTLE = """
update telecontrol_signal signal set settled_at = now(), outcome = judged.outcome
  from unnest(%s::bigint[], %s::timestamptz[], %s::text[]) judged (id, at, outcome)
 where signal.id = judged.id and signal.at = judged.at
"""
_QUARANTINE = """
insert into telecontrol_unknownpoint as known (station_id, address, kind, value, count, first_at, last_at, ignored)
select station_id, address, (array_agg(kind order by id desc))[1], (array_agg(value order by id desc))[1],
       count(*), min(received_at), max(received_at), false
  from telecontrol_signal signal join unnest(%s::bigint[], %s::timestamptz[]) unknown (id, at) using (id, at)
 group by station_id, address
on conflict (station_id, address) do update set
    kind = excluded.kind, value = excluded.value, count = known.count + excluded.count,
    last_at = greatest(known.last_at, excluded.last_at)
"""

_REMEMBER = f"""
update telecontrol_point point set ({", ".join(STATE_FIELDS)}) = ({", ".join(f"known.{f}" for f in STATE_FIELDS)})
  from jsonb_to_recordset(%s) known (id bigint, value smallint, known_at timestamptz, tagged boolean,
       heard_open boolean, given_open boolean, given_at timestamptz, changes timestamptz[], chattering boolean)
 where point.id = known.id
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many signals were judged, and how many positions came of them."""

    signals: int
    positions: int


def hold_settling() -> None:
    """Keep signals from being settled until the end of the transaction: what they are judged by is about to change."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


@transaction.atomic
def settle_signals(*, by: User, on_positions: OnPositions, limit: int = 5_000) -> Settled:
    """Judge what has been taken in, the oldest first, and hand the positions on, all in this transaction.

    If whoever takes the positions fails, nothing is settled and the same signals come again.

    :param on_positions: `apply_positions(changes=…, by=…)` of the outages: it stands above.
    """
    hold_settling()
    # in the order of arrival: what does not fit into one batch is newer than what does
    signals = list(Signal.objects.filter(settled_at=None).order_by("id")[:limit])
    points = _points_of(signals)
    before = {point.pk: point.state for point in points.values()}
    now = timezone.now()
    outcomes, changes = _judge_all(signals, points)
    changes += _quiet_points(points, now)
    if signals:
        _write(signals, outcomes)
    _save(points.values(), before)
    if changes:
        on_positions(changes=sorted(changes, key=lambda change: change.at), by=by)
    if signals or changes:
        announce("telecontrol")
    return Settled(len(signals), len(changes))


@transaction.atomic
def replay(*, station_id: int, since: datetime, by: User) -> int:
    """Put a station's signals back to be judged anew, as after points have been mapped otherwise; return how many.

    What the network knows already changes nothing; only positions that are newer than it knows do.
    """
    hold_settling()
    station = Station.objects.select_for_update().get(pk=station_id)
    count = Signal.objects.filter(station=station, at__gte=since, settled_at__isnull=False).update(
        settled_at=None, outcome=""
    )
    forgotten: dict[str, object] = dict.fromkeys(STATE_FIELDS)
    Point.objects.filter(station=station).update(**{**forgotten, "tagged": False, "changes": [], "chattering": False})
    publish(SignalsReplayed(station_id=station.pk, count=count), by=by, about=[station])
    return count


def _points_of(signals: Sequence[Signal]) -> dict[tuple[int, int], Point]:
    """Points the signals are of, and those that chatter, locked."""
    wanted = Q(chattering=True)
    for station_id, told in groupby(sorted(signals, key=lambda s: s.station_id), key=lambda s: s.station_id):
        wanted |= Q(station_id=station_id, address__in={signal.address for signal in told})
    locked = Point.objects.select_for_update().filter(wanted).order_by("pk")
    return {(point.station_id, point.address): point for point in locked}


def _judge_all(
    signals: Sequence[Signal], points: Mapping[tuple[int, int], Point]
) -> tuple[list[Outcome], list[PositionChange]]:
    outcomes = dict.fromkeys((signal.pk for signal in signals), Outcome.UNKNOWN)
    changes = []
    told = [(signal, _told(signal)) for signal in signals]
    for signal, what in sorted(told, key=lambda pair: (pair[1].known_at, pair[0].pk)):
        point = points.get((signal.station_id, signal.address))
        if point is None:
            continue
        judged = judge(point.state, what)
        point.state, outcomes[signal.pk] = judged.state, judged.outcome
        if judged.is_open is not None and judged.at is not None:
            changes.append(_change(point, judged.is_open, judged.at))
    return [outcomes[signal.pk] for signal in signals], changes


def _quiet_points(points: Mapping[tuple[int, int], Point], now: datetime) -> list[PositionChange]:
    changes = []
    for point in points.values():
        if judged := settle_chatter(point.state, now):
            point.state = judged.state
            if judged.is_open is not None and judged.at is not None:
                changes.append(_change(point, judged.is_open, judged.at))
    return changes


def _told(signal: Signal) -> Told:
    return Told(
        value=signal.value, quality=signal.quality, cause=signal.cause,
        # a tag that could not be right has not become the signal's moment
        tagged=signal.tagged_at == signal.at, at=signal.at, received_at=signal.received_at,
    )  # fmt: skip


def _change(point: Point, is_open: bool, at: datetime) -> PositionChange:
    return PositionChange(element_id=point.element_id, is_open=is_open, at=at, source=PositionSource.SCADA)


def _write(signals: Sequence[Signal], outcomes: Sequence[Outcome]) -> None:
    ids, moments = [signal.pk for signal in signals], [signal.at for signal in signals]
    unknown = [signal for signal, outcome in zip(signals, outcomes, strict=True) if outcome == Outcome.UNKNOWN]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [ids, moments, [outcome.value for outcome in outcomes]])
        if unknown:
            cursor.execute(_QUARANTINE, [[signal.pk for signal in unknown], [signal.at for signal in unknown]])


def _save(points: Collection[Point], before: Mapping[int, PointState]) -> None:
    changed = [{"id": point.pk, **asdict(point.state)} for point in points if point.state != before[point.pk]]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [json.dumps(changed, default=str)])
