"""The network of the loaded usage points in the tracer: loading it, who is below a substation, what a trip does."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray

from bench import ground
from bench.measure import record
from opora.registry.grid.queries import current_tracer

#: A region has 20 substations, each 5 feeders, each 25 transformer points, each 4 lines, each 5 poles, each 4 usage
#: points: 2 000 on a feeder, 10 000 below a substation, 200 000 in a region.
SUBSTATIONS, FEEDERS, TRANSFORMER_POINTS, LINES, POLES, HOMES = 20, 5, 25, 4, 5, 4
BELOW_A_SUBSTATION = FEEDERS * TRANSFORMER_POINTS * LINES * POLES * HOMES
TABLES = ("grid_node", "grid_container", "grid_element", "grid_position")
TIMES = 60
NULL = "\\N"

_ALONE = "import django; django.setup(); from bench import network; network.load_alone()"
_BELOW = """
    with recursive below as (
        select %s::bigint as element
        union all
        select hung.element from below join bench_hung hung on hung.above = below.element
    )
    select array_agg(element) from below
"""


@dataclass
class Layout:
    """Elements numbered from 1, each hung on the one above; whatever conducts has a node of its own number."""

    kinds: list[str] = field(default_factory=list)
    above: list[NDArray[np.int64]] = field(default_factory=list)
    substation: list[NDArray[np.int64]] = field(default_factory=list)
    size: int = 0

    def add(self, kind: str, above: NDArray[np.int64], substation: NDArray[np.int64]) -> NDArray[np.int64]:
        self.kinds.append(kind)
        self.above.append(above)
        self.substation.append(substation)
        self.size += len(above)
        return np.arange(self.size - len(above), self.size) + 1

    def rows(self) -> Iterator[tuple[int, str, int, int]]:
        """Give id, kind, the one above and the substation of each element; the last is 0 for what is above them all."""
        number = 0
        for kind, above, substation in zip(self.kinds, self.above, self.substation, strict=True):
            for one, place in zip(above.tolist(), substation.tolist(), strict=True):
                number += 1
                yield number, kind, one, place


@dataclass(frozen=True)
class Trips:
    """The switches that open in what is measured."""

    region: int
    substation: int
    feeder: int
    elements: int
    usage_points: int


def run(scale: str) -> None:
    """Load the tracer in a process of its own; ask it who is below, and what trips do, in this one."""
    trips = lay(int(scale.split()[0]))
    scale = f"{trips.usage_points} usage points, {trips.elements} elements"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", _ALONE]))
    record("network: loaded into the tracer", loaded["seconds"], "s", target=30, baseline=loaded["bare"], scale=scale)
    record("network: peak memory of the process", loaded["mib"], "MiB", target=2048, scale=scale)

    tracer = current_tracer()
    found = len(tracer.lost_by_opening(trips.substation))
    slice_ms = _median(lambda: tracer.lost_by_opening(trips.substation))
    cte_ms = _median(lambda: _asked(_BELOW, trips.substation), times=9)
    record(f"network: {found} elements below a substation", slice_ms, "ms", target=1, baseline=cte_ms, scale=scale)
    for what, switch, target in (("feeder", trips.feeder, 50), ("region", trips.region, 1000)):
        seconds = []
        for turn in range(20 if what == "feeder" else 6):
            started = time.perf_counter()
            (effect,) = tracer.walk([(switch, turn % 2 == 0)])
            seconds.append(time.perf_counter() - started)
        touched = len(effect.lost) + len(effect.restored)
        record(
            f"network: a {what} of {touched} elements trips or returns, the tracer alone, median",
            1000 * median(seconds), "ms", target=target, scale=scale,
        )  # fmt: skip


def lay(customers: int) -> Trips:
    """Lay a network for the usage points of so many customers, unless it lies there, and bind them to it."""
    (points,) = _asked("select count(*) from customers_usagepoint")
    substations = -(-max(points, customers, 1) // BELOW_A_SUBSTATION)
    layout, trips = _laid_out(substations)
    (lying,) = _asked("select count(*) from grid_element where part = 'bench'")
    if lying != layout.size:
        print(f"Laying a network of {layout.size} elements", flush=True)
        _write(layout)
    return trips


def _laid_out(substations: int) -> tuple[Layout, Trips]:
    layout = Layout()
    number = np.arange(substations) + 1
    regions = np.zeros(-(-substations // SUBSTATIONS), np.int64)
    sources = layout.add("SOURCE", regions, regions)
    region = layout.add("BREAKER", sources, regions)
    breaker = layout.add("BREAKER", region[(number - 1) // SUBSTATIONS], number)
    transformer = layout.add("TRANSFORMER", breaker, number)
    place = np.repeat(number, FEEDERS)
    feeder = layout.add("BREAKER", np.repeat(transformer, FEEDERS), place)
    last, stations = feeder, []
    for _station in range(TRANSFORMER_POINTS):
        last = layout.add("LINE_SEGMENT", last, place)
        stations.append(last)
    last, place = np.concatenate(stations), np.tile(place, TRANSFORMER_POINTS)
    for kind in ("LOAD_SWITCH", "FUSE", "TRANSFORMER", "BREAKER"):
        last = layout.add(kind, last, place)
    layout.add("BUS_SECTION", last, place)
    last, place, poles = np.repeat(last, LINES), np.repeat(place, LINES), []
    for _pole in range(POLES):
        last = layout.add("LINE_SEGMENT", last, place)
        poles.append(last)
    pole, place = np.concatenate(poles), np.tile(place, POLES)
    homes = layout.add("CONSUMER", np.repeat(pole, HOMES), np.repeat(place, HOMES))
    return layout, Trips(
        region=int(region[0]),
        substation=int(breaker[0]),
        feeder=int(feeder[0]),
        elements=layout.size,
        usage_points=len(homes),
    )


def _write(layout: Layout) -> None:
    with ground.reach() as owner:
        owner.execute("set synchronous_commit = off")
        owner.execute("update customers_usagepoint set element_id = null where element_id is not null")
        owner.execute("delete from grid_networkversion")
    taken = ground.take_off(TABLES)
    with ground.reach() as owner:
        owner.execute(f"truncate {', '.join(TABLES)}")
        owner.execute("drop table if exists bench_hung")
        owner.execute("create unlogged table bench_hung (element bigint, above bigint)")
        substations = int(max(place.max() for place in layout.substation))
        _copy(
            owner, "grid_container", ("id", "mrid", "kind", "name", "part"),
            (f"{n}\tS{n}\tSUBSTATION\tSubstation {n}\tbench" for n in range(1, substations + 1)),
        )  # fmt: skip
        _copy(owner, "grid_node", ("id", "mrid"), (f"{n}\tN{n}" for n in range(1, layout.size + 1)))
        _copy(
            owner, "grid_element",
            ("id", "mrid", "kind", "name", "container_id", "nodes", "normally_open", "is_open", "state_source", "part"),
            (
                f"{n}\tE{n}\t{kind}\t{kind} {n}\t{place or NULL}\t{_nodes(n, kind, above)}\tf\tf\tNORMAL\tbench"
                for n, kind, above, place in layout.rows()
            ),
        )  # fmt: skip
        _copy(owner, "bench_hung", ("element", "above"), (f"{n}\t{above}" for n, _kind, above, _s in layout.rows()))
        owner.execute("create index on bench_hung (above) include (element)")
        owner.execute("grant select on bench_hung to public")
    for statements in (taken.keys, taken.indexes, taken.foreign):
        ground.put_back(statements, lambda done, total: None)
    with ground.reach() as owner:
        owner.execute("set synchronous_commit = off")
        owner.execute(
            """
            update customers_usagepoint point set element_id = home.id
            from (select id, row_number() over (order by id) from grid_element where kind = 'CONSUMER') home,
                (select id, row_number() over (order by id) from customers_usagepoint) numbered
            where numbered.row_number = home.row_number and point.id = numbered.id
            """
        )
        owner.execute("vacuum (analyze) grid_element, grid_node, bench_hung, customers_usagepoint")


def _nodes(number: int, kind: str, above: int) -> str:
    if kind in ("CONSUMER", "BUS_SECTION"):
        return f"{{{above}}}"
    return f"{{{above},{number}}}" if above else f"{{{number}}}"


def _copy(owner: psycopg.Connection[Any], table: str, columns: Sequence[str], lines: Iterator[str]) -> None:
    with owner.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for line in lines:
            copy.write(f"{line}\n")


def _asked(query: str, *values: int) -> Sequence[object]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: Sequence[object] = cursor.fetchone()
        return row


def _median(ask: Callable[[], object], times: int = TIMES) -> float:
    seconds = []
    for _turn in range(times):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    return 1000 * median(seconds)


def load_alone() -> None:
    """Load the tracer, and the same rows bare; print what it took. Run in a process of its own."""
    started = time.perf_counter()
    current_tracer()
    seconds = time.perf_counter() - started
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy("copy (select id, kind, nodes from grid_element) to stdout") as rows,
    ):
        for _block in rows:
            pass
    print(json.dumps({"seconds": seconds, "mib": mib, "bare": time.perf_counter() - started}))
