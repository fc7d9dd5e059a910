"""The inbox: signals are kept before anything is made of them; whether stations can be heard."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.telecontrol.events import StationConnected, StationLost
from opora.processes.telecontrol.models import Station
from opora.processes.telecontrol.rules import moment_of
from opora.processes.telecontrol.transports import Heard

_TAKE = """
insert into telecontrol_signal
    (station_id, address, at, value, quality, kind, type_id, cause, tagged_at, received_at)
select %s, * from unnest(
    %s::int[], %s::timestamptz[], %s::smallint[], %s::smallint[], %s::text[], %s::smallint[], %s::smallint[],
    %s::timestamptz[], %s::timestamptz[])
on conflict do nothing
"""
#: Spontaneous: told because it happened, not because it was asked for.
_SPONTANEOUS = 3


@transaction.atomic
def take_signals(*, station_id: int, signals: Sequence[Heard], by: User) -> int:
    """Keep what a station has told; return how much of it had not been told before.

    Safe to repeat: the same signal is the same row. One statement, however many they are.
    """
    if not signals:
        return 0
    columns = zip(
        *(
            (
                heard.address, moment_of(heard.tagged_at, heard.received_at), heard.value, heard.quality,
                heard.kind.value, heard.type_id, heard.cause, heard.tagged_at, heard.received_at,
            )
            for heard in signals
        ),
        strict=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [station_id, *map(list, columns)])
        taken: int = cursor.rowcount
    lags = [
        (heard.received_at - heard.tagged_at).total_seconds()
        for heard in signals
        if heard.tagged_at and heard.cause == _SPONTANEOUS
    ]
    news: dict[str, datetime | float] = {"heard_at": signals[-1].received_at, **({"lag": lags[-1]} if lags else {})}
    Station.objects.filter(pk=station_id).update(**news)
    return taken


@transaction.atomic
def note_link(*, station_id: int, connected: bool, at: datetime, by: User) -> bool:
    """Note that a station can be heard, or no more; whether that is news.

    Losing a station is no outage: the switches it watches are left as they were last known.
    """
    station = Station.objects.select_for_update().get(pk=station_id)
    if connected == (station.lost_at is None) and (station.connected_at is not None or not connected):
        return False
    if connected:
        station.connected_at, station.lost_at = at, None
        publish(StationConnected(station_id=station_id), by=by, about=[station])
    else:
        station.lost_at = at
        publish(StationLost(station_id=station_id), by=by, about=[station])
    station.save(update_fields=["connected_at", "lost_at"])
    announce("telecontrol")
    return True


@transaction.atomic
def note_all_lost(*, at: datetime, by: User) -> None:
    """Note that nobody has listened: whoever begins to has no connection yet."""
    for station_id in Station.objects.filter(connected_at__isnull=False, lost_at=None).values_list("pk", flat=True):
        note_link(station_id=station_id, connected=False, at=at, by=by)


def make_partitions(*, first: date, last: date) -> int:
    """Make the monthly partitions of the inbox between two dates; return how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("select telecontrol_make_partitions(%s, %s)", [first, last])
        made: int = cursor.fetchone()[0]
    return made
