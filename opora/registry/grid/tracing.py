"""Tracing supply: what is energised, who loses it when something opens, who is fed from where. Pure; compiled graph.

Nodes and conducting elements are vertices of one graph, joined while the element is in service; a virtual
super-source feeds every source. An element cuts off exactly what it *dominates* from there, whatever loops and second
sources there are: so in preorder of the dominator tree «lost by opening X» is one slice of an array. Elements with a
single node (most consumers) hang on it and are no vertices.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray
from rustworkx.visit import BFSVisitor, StopSearch

from opora.registry.grid.network import Network
from opora.registry.grid.stages import ElementKind

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

_SUPER_SOURCE = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of positions does: indices of elements, sorted."""

    lost: Indices
    restored: Indices


@dataclass(frozen=True, slots=True)
class _Slices:
    """Elements in preorder of the dominator tree, and where each vertex begins and ends among them."""

    elements: Indices
    first: Indices
    end: Indices

    def below(self, vertex: int) -> Indices:
        return self.elements[self.first[vertex] : self.end[vertex]]


class Tracer:
    """A network with the positions of its switches; elements are numbered from 0 in the order they were given.

    :param terminals: pairs (element, node) of connected terminals; nodes by any numbers.
    :param sources: which elements feed the network.
    :param buses: which elements are bus sections: one that is out of service takes its node with it.
    :param is_open: which elements stand open, or are out of service.
    """

    def __init__(self, *, terminals: tuple[Indices, Indices], sources: Mask, buses: Mask, is_open: Mask) -> None:
        self.size = len(sources)
        self.is_open: Mask = is_open.astype(np.bool_, copy=True)
        self._sources = sources
        element, node = self._distinct(*terminals)
        self._element, self._node = element, node
        self._starts = np.searchsorted(element, np.arange(self.size + 1))
        degree = np.diff(self._starts)
        conducts = (degree >= 2) | (sources & (degree >= 1))
        self._is_bus: Mask = buses & (degree == 1) & ~sources
        #: The vertex whose being reached means that the element is energised; 0 without a connected terminal.
        self._vertex = np.zeros(self.size, np.int64)
        joined = degree >= 1
        self._vertex[joined] = node[self._starts[:-1][joined]] + 1
        self._nodes = int(node.max()) + 1 if len(node) else 0
        self._vertex[conducts] = np.arange(conducts.sum()) + self._nodes + 1
        self._conducts = conducts
        self._conductors = np.flatnonzero(conducts)
        self._graph = self._build()
        self._slices: _Slices | None = None
        self._reached = self._reach()

    @classmethod
    def of(cls, network: Network) -> Self:
        """Take a network that was read from files, in the state the files give."""
        numbers: dict[str, int] = {}
        pairs = [
            (index, numbers.setdefault(node, len(numbers)))
            for index, element in enumerate(network.elements)
            for node in element.nodes
        ]
        terminals = np.array(pairs, np.int64).reshape(-1, 2)
        return cls(
            terminals=(terminals[:, 0], terminals[:, 1]),
            sources=np.array([e.kind == ElementKind.SOURCE for e in network.elements], np.bool_),
            buses=np.array([e.kind == ElementKind.BUS_SECTION for e in network.elements], np.bool_),
            is_open=np.array([e.is_open for e in network.elements], np.bool_),
        )

    @property
    def energised(self) -> Mask:
        """Which elements have supply at one of their nodes at least, and are in service."""
        return self._energised(self._reached)

    def lost_by_opening(self, element: int) -> Indices:
        """Say which elements, itself among them, lose supply when `element` opens or is taken out of service."""
        if self.is_open[element] or not self._reached[self._vertex[element]]:
            return np.zeros(0, np.int64)
        if not self._is_vertex(element):
            return np.array([element], np.int64)
        if self._slices is None:
            self._slices = self._dominated()
        return self._slices.below(int(self._vertex[element]))

    def effect_of(self, *, open_: Collection[int] = (), close: Collection[int] = ()) -> Effect:
        """Say what would be lost and restored if these were opened and those closed; nothing is changed."""
        opened = [index for index in open_ if not self.is_open[index]]
        closed = [index for index in close if self.is_open[index]]
        if not closed and len(opened) == 1 and self._slices is not None:
            return Effect(np.sort(self.lost_by_opening(opened[0])), np.zeros(0, np.int64))
        before = self.energised
        self._put(opened, closed)
        try:
            after = self._energised(self._reach())
        finally:
            self._put(closed, opened)
        return _difference(before, after)

    def change(self, *, open_: Collection[int] = (), close: Collection[int] = ()) -> Effect:
        """Open these and close those; say what was lost and what restored by it."""
        opened = [index for index in open_ if not self.is_open[index]]
        closed = [index for index in close if self.is_open[index]]
        if not opened and not closed:
            return Effect(np.zeros(0, np.int64), np.zeros(0, np.int64))
        before = self.energised
        self._put(opened, closed)
        self._reached, self._slices = self._reach(), None
        return _difference(before, self.energised)

    def sources_of(self, element: int) -> Indices:
        """Say which sources `element` is fed from, through whatever is closed."""
        vertex = int(self._vertex[element])
        if self.is_open[element] or not vertex:
            return np.zeros(0, np.int64)
        reachable = _mask(rx.descendants(self._graph, vertex), self._graph.num_nodes())
        reachable[vertex] = True
        feeding = np.flatnonzero(self._sources & ~self.is_open & (self._vertex > 0))
        return feeding[reachable[self._vertex[feeding]]]

    def feeding_path(self, element: int) -> Indices:
        """Give the elements from the nearest source to `element`, both included; nothing when it is dead."""
        vertex = int(self._vertex[element])
        if self.is_open[element] or not self._reached[vertex]:
            return np.zeros(0, np.int64)
        search = _TowardsSource(set(self._vertex[self._sources & ~self.is_open].tolist()) - {_SUPER_SOURCE}, vertex)
        if vertex not in search.sources:
            with suppress(StopSearch):
                rx.bfs_search(self._graph, [vertex], search)
        path = [self._conductors[v - self._nodes - 1] for v in search.path() if v > self._nodes]
        if not path or path[-1] != element:
            path.append(element)
        return np.array(path, np.int64)

    def islands(self) -> Indices:
        """Number the islands: elements that closed switches join have the same number; −1 is open or unconnected."""
        island = np.full(self._graph.num_nodes(), -1, np.int64)
        graph = self._graph.copy()
        graph.remove_node(_SUPER_SOURCE)
        for number, vertices in enumerate(rx.weakly_connected_components(graph)):
            island[list(vertices)] = number
        found = island[self._vertex]
        found[self.is_open | (self._vertex == 0)] = -1
        return found

    def neighbours(self, element: int) -> Indices:
        """Say which elements share a node with `element`."""
        nodes = self._node[self._starts[element] : self._starts[element + 1]]
        found = np.unique(np.concatenate([self._at_node(node) for node in nodes] or [np.zeros(0, np.int64)]))
        return np.asarray(found[found != element], np.int64)

    def _is_vertex(self, element: int) -> bool:
        return bool(self._conducts[element] or self._is_bus[element])

    def _distinct(self, element: Indices, node: Indices) -> tuple[Indices, Indices]:
        """Sort terminals by element, number the nodes from 0, and leave repeats out."""
        if not len(element):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        numbers = np.unique(node, return_inverse=True)[1].astype(np.int64).reshape(-1)
        keys = np.unique(element.astype(np.int64) * (int(numbers.max()) + 1) + numbers)
        return keys // (int(numbers.max()) + 1), keys % (int(numbers.max()) + 1)

    def _build(self) -> "rx.PyDiGraph[None, None]":
        graph: rx.PyDiGraph[None, None] = rx.PyDiGraph(multigraph=False)
        graph.add_nodes_from([None] * (1 + self._nodes + len(self._conductors)))
        dead = np.zeros(self._nodes, np.bool_)
        out = np.flatnonzero(self._is_bus & self.is_open)
        dead[self._vertex[out] - 1] = True
        kept = self._conducts[self._element] & ~self.is_open[self._element] & ~dead[self._node]
        ends, nodes = self._vertex[self._element[kept]].tolist(), (self._node[kept] + 1).tolist()
        graph.extend_from_edge_list(list(zip(ends, nodes, strict=True)))
        graph.extend_from_edge_list(list(zip(nodes, ends, strict=True)))
        feeding = self._vertex[self._sources & ~self.is_open & (self._vertex > 0)].tolist()
        graph.extend_from_edge_list([(_SUPER_SOURCE, vertex) for vertex in feeding])
        return graph

    def _put(self, opened: Iterable[int], closed: Iterable[int]) -> None:
        """Set positions, and the edges that follow from them."""
        changed = [*opened, *closed]
        self.is_open[list(opened)] = True
        self.is_open[list(closed)] = False
        touched = {index for index in changed if self._conducts[index]}
        for index in changed:
            if self._is_bus[index]:
                around = self._at_node(int(self._vertex[index]) - 1)
                touched.update(around[self._conducts[around]].tolist())
        for index in touched:
            self._join(index)

    def _join(self, element: int) -> None:
        """Bring the edges of a conducting element to what positions ask for."""
        vertex = int(self._vertex[element])
        ends = [(a, b) for a, b, _none in (*self._graph.in_edges(vertex), *self._graph.out_edges(vertex))]
        self._graph.remove_edges_from(ends)
        if self.is_open[element]:
            return
        nodes = self._node[self._starts[element] : self._starts[element + 1]].tolist()
        alive = [node + 1 for node in nodes if not self._is_dead(node)]
        self._graph.extend_from_edge_list([(vertex, node) for node in alive] + [(node, vertex) for node in alive])
        if self._sources[element]:
            self._graph.extend_from_edge_list([(_SUPER_SOURCE, vertex)])

    def _is_dead(self, node: int) -> bool:
        around = self._at_node(node)
        return bool((self._is_bus[around] & self.is_open[around]).any())

    def _at_node(self, node: int) -> Indices:
        by_node, starts = self._by_node
        return by_node[starts[node] : starts[node + 1]]

    @cached_property
    def _by_node(self) -> tuple[Indices, Indices]:
        order = np.argsort(self._node, kind="stable")
        return self._element[order], np.searchsorted(self._node[order], np.arange(self._nodes + 1))

    def _reach(self) -> Mask:
        """Say which vertices have supply."""
        return _mask(rx.descendants(self._graph, _SUPER_SOURCE), self._graph.num_nodes())

    def _energised(self, reached: Mask) -> Mask:
        energised: Mask = reached[self._vertex] & ~self.is_open
        return energised

    def _dominated(self) -> _Slices:
        """Lay the energised elements out in preorder of the dominator tree."""
        count = self._graph.num_nodes()
        dominators = rx.immediate_dominators(self._graph, _SUPER_SOURCE)
        tree: rx.PyDiGraph[None, None] = rx.PyDiGraph()
        tree.add_nodes_from([None] * count)
        tree.extend_from_edge_list([(above, vertex) for vertex, above in dominators.items() if vertex != above])
        order = [_SUPER_SOURCE, *(vertex for _above, vertex in rx.dfs_edges(tree, _SUPER_SOURCE))]
        sizes = [1] * count
        for vertex in reversed(order[1:]):
            sizes[dominators[vertex]] += sizes[vertex]
        begins = np.full(count, -1, np.int64)
        begins[order] = np.arange(len(order))
        energised = np.flatnonzero(self.energised)
        places = begins[self._vertex[energised]]
        sorting = np.argsort(places, kind="stable")
        places = places[sorting]
        return _Slices(
            elements=energised[sorting],
            first=np.searchsorted(places, begins),
            end=np.searchsorted(places, begins + np.array(sizes)),
        )


class _TowardsSource(BFSVisitor):
    """Walk from an element until the first source; every vertex remembers where it was reached from."""

    def __init__(self, sources: set[int], start: int) -> None:
        self.sources = sources
        self._from: dict[int, int] = {}
        self._found = start

    def tree_edge(self, edge: tuple[int, int, Any]) -> None:
        origin, vertex, _none = edge
        self._from[vertex] = origin
        if vertex in self.sources:
            self._found = vertex
            raise StopSearch

    def path(self) -> Sequence[int]:
        """From the source to where the search began."""
        path = [self._found]
        while path[-1] in self._from:
            path.append(self._from[path[-1]])
        return path


def _difference(before: Mask, after: Mask) -> Effect:
    return Effect(np.flatnonzero(before & ~after), np.flatnonzero(after & ~before))


def _mask(vertices: Collection[int], count: int) -> Mask:
    mask = np.zeros(count, np.bool_)
    mask[np.fromiter(vertices, np.int64, len(vertices))] = True
    return mask
