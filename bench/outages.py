"""Outages: from positions of switches to the committed list of affected; the supply of a usage point."""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median

from django.db import connection
from django.utils import timezone

from bench import ground
from bench.measure import Sample, record
from bench.network import lay
from opora.platform.access.queries import system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.operations import apply_positions
from opora.processes.outages.queries import supply_status
from opora.registry.grid.network import PositionChange
from opora.registry.grid.queries import current_tracer
from opora.registry.grid.stages import PositionSource

TIMES = 5
ASKED = 3_000

_BARE = """
    insert into outages_affected (outage_id, usage_point_id, since)
    select (select max(id) from outages_outage), id, now() from customers_usagepoint where element_id = any(%s)
"""


def run(scale: str) -> None:
    """Trip a region and a feeder, bring them back, and ask for the supply of usage points while some are off."""
    trips = lay(int(scale.split()[0]))
    for what, switch, target in (("region", trips.region, 2_000), ("feeder", trips.feeder, 100)):
        _trip(what, switch, target=target)
    _turn(trips.feeder, is_open=True)
    _supply(trips.usage_points)
    _turn(trips.feeder, is_open=False)
    _forget()


def _trip(what: str, switch: int, *, target: int) -> None:
    """Open and close the switch several times; beside it the same rows go into the same table by one statement."""
    below: Sequence[int] = current_tracer().lost_by_opening(switch).tolist()
    bare, off, on = [], [], []
    for _time in range(TIMES):
        _forget()
        off.append(_turn(switch, is_open=True))
        points = _rows()
        on.append(_turn(switch, is_open=False))
        _forget(but_the_outage=True)
        bare.append(_seconds(lambda: _insert(below)))
        assert _rows() == points, (_rows(), points)
    _forget()
    scale = f"{points} usage points"
    record(
        f"outages: a {what} trips, from positions to the committed list of affected, median", 1000 * median(off), "ms",
        target=target, baseline=1000 * median(bare), scale=scale,
    )  # fmt: skip
    record(f"outages: a {what} has supply again, median", 1000 * median(on), "ms", target=target, scale=scale)


def _supply(usage_points: int) -> None:
    """Ask, in no order, for the supply of usage points of which half are off; beside it, for their rows alone."""
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("select usage_point_id from outages_affected where until is null limit %s", [ASKED // 2])
        points = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("select id from customers_usagepoint order by id desc limit %s", [ASKED - len(points)])
        points += [pk for (pk,) in cursor.fetchall()]
        random.Random(1).shuffle(points)
        bare = "select id, address from customers_usagepoint where id = %s"
        alone = Sample([_seconds(lambda pk=pk: cursor.execute(bare, [pk])) for pk in points], 1)  # type: ignore[misc]
        asked = Sample([_seconds(lambda pk=pk: supply_status(pk)) for pk in points], 1)  # type: ignore[misc]
    record(
        "outages: supply status of a usage point, p99", asked.percentile(0.99), "ms",
        target=5, baseline=alone.percentile(0.99), scale=f"{usage_points} usage points",
    )  # fmt: skip


def _turn(switch: int, *, is_open: bool) -> float:
    """Apply a position as the gateway does, up to the commit; say how long it took."""
    change = PositionChange(element_id=switch, is_open=is_open, at=timezone.now(), source=PositionSource.SCADA)
    by = system_user()

    def apply() -> None:
        with scoped(EVERYTHING):
            apply_positions(changes=[change], by=by)

    return _seconds(apply)


def _insert(below: Sequence[int]) -> None:
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_BARE, [below])


def _rows() -> int:
    with ground.reach() as owner:
        count: int = owner.execute("select count(*) from outages_affected where until is null").fetchone()[0]
    return count


def _forget(*, but_the_outage: bool = False) -> None:
    """Empty the tables, so that every time begins alike."""
    with ground.reach() as owner:
        owner.execute("truncate outages_affected" if but_the_outage else "truncate outages_outage cascade")


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
