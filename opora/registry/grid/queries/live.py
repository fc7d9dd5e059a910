"""The network as it stands now, ready to be traced: one for each process, kept up with the database."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from opora.registry.grid.models import Element, NetworkVersion
from opora.registry.grid.stages import ElementKind
from opora.registry.grid.tracing import Indices, Mask, Tracer

#: What COPY writes before the first row and after the last one, in its binary format.
_HEAD, _TAIL = 19, 2
_IS_SOURCE, _IS_BUS, _IS_CONSUMER, _IS_OPEN = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class SupplyChange:
    """What a change of positions does to supply: ids of elements, sorted."""

    lost: Indices
    restored: Indices


class LiveTracer:
    """The tracer of the database's network, spoken to in ids of elements. Safe to be used by several threads."""

    def __init__(self, version: tuple[int, datetime] | None) -> None:
        self.version = version
        ids, flags, containers = _copied(
            f"""
            select id, ((kind = '{ElementKind.SOURCE}')::int * {_IS_SOURCE}
                + (kind = '{ElementKind.BUS_SECTION}')::int * {_IS_BUS}
                + (kind = '{ElementKind.CONSUMER}')::int * {_IS_CONSUMER}
                + normally_open::int * {_IS_OPEN})::bigint,
                coalesce(container_id, 0)
            from grid_element where removed_at is null order by id
            """,
            columns=3,
        )
        element, node = _copied(
            "select id, node from grid_element, unnest(nodes) node where removed_at is null", columns=2
        )
        self.ids: Indices = ids
        self._is_consumer: Mask = flags & _IS_CONSUMER > 0
        self._tracer = Tracer(
            terminals=(np.searchsorted(ids, element), node),
            sources=flags & _IS_SOURCE > 0,
            buses=flags & _IS_BUS > 0,
            is_open=flags & _IS_OPEN > 0,
        )
        self._containers = _Containers(containers)
        self._unlike_normal: set[int] = set()
        self._lock = threading.RLock()

    def prepare(self) -> None:
        """Do ahead what the first question would wait for."""
        with self._lock:
            self._tracer.prepare()

    def follow(self, unlike_normal: Iterable[int]) -> None:
        """Bring positions to those of the database: these elements, and no others, do not stand as normal."""
        wanted = set(self._indices(unlike_normal).tolist())
        with self._lock:
            turned = wanted ^ self._unlike_normal
            if turned:
                is_open = self._tracer.is_open
                opened = [index for index in turned if not is_open[index]]
                self._tracer.change(open_=opened, close=turned.difference(opened))
                self._unlike_normal = wanted

    def effect_of(self, *, open_: Collection[int] = (), close: Collection[int] = ()) -> SupplyChange:
        """Say what would lose and regain supply if these were opened and those closed; nothing is changed."""
        opened, closed = self._indices(open_).tolist(), self._indices(close).tolist()
        with self._lock:
            effect = self._tracer.effect_of(open_=opened, close=closed)
        return SupplyChange(self.ids[effect.lost], self.ids[effect.restored])

    def walk(self, moves: Sequence[tuple[int, bool]]) -> list[SupplyChange]:
        """Turn elements one after the other, as (id, is open), and say what each step does.

        The tracer stays there: when the caller's transaction fails, the next `follow` brings it back.
        """
        steps = []
        with self._lock:
            for element_id, is_open in moves:
                turned = [i for i in self._indices([element_id]).tolist() if self._tracer.is_open[i] != is_open]
                effect = self._tracer.change(open_=turned) if is_open else self._tracer.change(close=turned)
                self._unlike_normal ^= set(turned)
                steps.append(SupplyChange(self.ids[effect.lost], self.ids[effect.restored]))
        return steps

    def lost_by_opening(self, element_id: int) -> Indices:
        """Say which elements, itself among them, lose supply when this one opens or is taken out of service."""
        return self._ids_by(self._tracer.lost_by_opening, element_id)

    def sources_of(self, element_id: int) -> Indices:
        """Say which sources feed the element."""
        return self._ids_by(self._tracer.sources_of, element_id)

    def feeding_path(self, element_id: int) -> Indices:
        """Give the elements from the nearest source to this one; nothing when it is dead."""
        return self._ids_by(self._tracer.feeding_path, element_id)

    def neighbours(self, element_id: int) -> Indices:
        """Say which elements share a node with this one."""
        return self._ids_by(self._tracer.neighbours, element_id)

    def energised(self, element_ids: Iterable[int]) -> set[int]:
        """Say which of these have supply."""
        indices = self._indices(element_ids)
        with self._lock:
            return set(self.ids[indices[self._tracer.energised[indices]]].tolist())

    def dead(self) -> Indices:
        """Give all elements that have no supply."""
        with self._lock:
            return self.ids[~self._tracer.energised]

    def counts_in(self, container_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Count elements, and consumers without supply, in each of these containers and in all they hold."""
        with self._lock:
            dead = self._is_consumer & ~self._tracer.energised
        return self._containers.counts(list(container_ids), dead)

    def consumers_among(self, element_ids: Iterable[int]) -> Indices:
        """Keep the consumers of these elements."""
        indices = self._indices(element_ids)
        return self.ids[indices[self._is_consumer[indices]]]

    def _ids_by(self, ask: Callable[[int], Indices], element_id: int) -> Indices:
        indices = self._indices([element_id])
        if not len(indices):
            return np.zeros(0, np.int64)
        with self._lock:
            return self.ids[ask(int(indices[0]))]

    def _indices(self, ids: Iterable[int]) -> Indices:
        """Where these stand; ids that are not, or no more, in the network are left out."""
        wanted = np.fromiter(ids, np.int64)
        found = np.searchsorted(self.ids, wanted)
        known = found < len(self.ids)
        known[known] = self.ids[found[known]] == wanted[known]
        return found[known]


class _Containers:
    """The tree of containers, and which element stands where."""

    def __init__(self, of_elements: Indices) -> None:
        self._ids, parents = _copied(
            "select id, coalesce(parent_id, 0) from grid_container where removed_at is null order by id", columns=2
        )
        self._parent = self._places(parents)
        self._of_elements = self._places(of_elements)
        #: Places of containers, level by level from the deepest: each adds itself to its parent.
        self._levels: list[Indices] = []
        level = np.arange(len(self._ids))[self._parent < 0]
        while len(level):
            self._levels.insert(0, level)
            level = np.flatnonzero(np.isin(self._parent, level))
        self._elements = self._sums(self._of_elements)

    def counts(self, container_ids: Sequence[int], dead: Mask) -> dict[int, tuple[int, int]]:
        unsupplied = self._sums(self._of_elements[dead])
        places = self._places(np.array(container_ids, np.int64))
        return {
            container_id: (int(self._elements[place]), int(unsupplied[place])) if place >= 0 else (0, 0)
            for container_id, place in zip(container_ids, places.tolist(), strict=True)
        }

    def _places(self, container_ids: Indices) -> Indices:
        """Where these stand among the containers; −1 for those that are not, or no more, there."""
        if not len(self._ids):
            return np.full(len(container_ids), -1, np.int64)
        found = np.searchsorted(self._ids, container_ids).clip(max=len(self._ids) - 1)
        return np.where(self._ids[found] == container_ids, found, -1)

    def _sums(self, places: Indices) -> Indices:
        sums = np.bincount(places[places >= 0], minlength=len(self._ids)).astype(np.int64)
        for level in self._levels[:-1]:
            np.add.at(sums, self._parent[level], sums[level])
        return sums


class _Held:
    """What this process holds."""

    tracer: LiveTracer | None = None
    lock = threading.Lock()


def current_tracer() -> LiveTracer:
    """Give the network as the database has it at this moment, positions of this transaction included."""
    version = NetworkVersion.objects.order_by("-id").values_list("id", "at").first()
    with _Held.lock:
        tracer, is_new = _Held.tracer, False
        if tracer is None or tracer.version != version:
            tracer, is_new = LiveTracer(version), True
            _Held.tracer = tracer
    unusual = Element.objects.filter(is_unusual=True, removed_at=None)
    tracer.follow(unusual.order_by().values_list("id", flat=True))
    if is_new:
        tracer.prepare()
    return tracer


def _copied(query: str, *, columns: int) -> list[Indices]:
    """Fetch columns of bigints, none of them null, by COPY: two million rows in a second, no object for each."""
    cells = [cell for number in range(columns) for cell in ((f"length{number}", ">i4"), (f"value{number}", ">i8"))]
    row = np.dtype([("count", ">i2"), *cells])
    data = bytearray()  # joined, the rows would all be kept as objects first: twice the memory
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
        for block in copy:
            data += block
    rows = np.frombuffer(data, row, count=(len(data) - _HEAD - _TAIL) // row.itemsize, offset=_HEAD)
    return [rows[f"value{number}"].astype(np.int64) for number in range(columns)]
