"""Tracing supply: what is energised, who loses it when something opens, who is fed from where. Pure; compiled graph.

Nodes and conducting elements are vertices of one graph, joined while the element is in service; a virtual
super-source feeds every source. An element cuts off exactly what it *dominates* from there, whatever loops and second
sources there are: so in preorder of the dominator tree «lost by opening X» is one slice of an array. Elements with a
single node (most consumers) hang on it and are no vertices. A change of positions touches what hangs on one vertex
above it, and only that part of the tree is laid out anew: a feeder's trip costs the same in a network of any size.
"""

from collections.abc import Collection, Sequence
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
#: Vertices laid out anew within one change; one that asks for more drops the tree, until it is asked for again.
LOCAL = 400_000

Graph = rx.PyDiGraph[None, None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of positions does: indices of elements, sorted."""

    lost: Indices
    restored: Indices


class _Dominators:
    """Vertices with supply in preorder of the dominator tree: whatever hangs on a vertex is one slice."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._above = np.full(graph.num_nodes(), -1, np.int64)
        self._place = np.full(graph.num_nodes(), -1, np.int64)
        self._size = np.zeros(graph.num_nodes(), np.int64)
        self._order: Indices = np.array([_SUPER_SOURCE], np.int64)
        self._place[_SUPER_SOURCE], self._size[_SUPER_SOURCE] = 0, 1
        self.renew(_SUPER_SOURCE)

    def above(self, vertex: int) -> int:
        return int(self._above[vertex])

    def below(self, vertex: int) -> Indices:
        """Give `vertex` and all that it dominates."""
        place = self._place[vertex]
        return self._order[place : place + self._size[vertex]]

    def common(self, vertices: Sequence[int]) -> int:
        """Find the nearest vertex that all of `vertices` hang on."""
        top = vertices[0]
        while not all(0 <= self._place[v] - self._place[top] < self._size[top] for v in vertices):
            top = self.above(top)
        return top

    def cost(self, top: int) -> int:
        """Say how much work `renew` is, in vertices; moving one that stays as it is costs a thirtieth."""
        return int(self._size[top] + (len(self._order) - self._place[top]) // 30)

    def renew(self, top: int) -> None:
        """Lay out anew what hangs on `top`, after edges have changed there alone.

        All that `top` dominates touches the rest through `top` only: were there another way out, there would be
        another way in. So the rest is as it was, and it is enough to close that way while looking.
        """
        place, old = int(self._place[top]), self.below(top)
        self._place[old] = -2
        outside = [(top, v) for v in self._graph.neighbors(top) if self._place[v] >= 0]
        self._graph.remove_edges_from(outside)
        new, above, size = _laid_out(self._graph, top)
        self._graph.extend_from_edge_list(outside)

        self._place[old], self._above[old[1:]], self._size[old[1:]] = -1, -1, 0
        self._above[new[1:]], self._size[new] = above, size
        self._order = np.concatenate((self._order[:place], new, self._order[place + len(old) :]))
        moved = self._order[place:] if len(new) != len(old) else new
        self._place[moved] = np.arange(place, place + len(moved))
        while top != _SUPER_SOURCE:
            top = self.above(top)
            self._size[top] += len(new) - len(old)


def _laid_out(graph: Graph, top: int) -> tuple[Indices, Indices, Indices]:
    """Give in preorder what `top` dominates, what is right above each but the first, and how many hang on each."""
    dominators = rx.immediate_dominators(graph, top)
    vertices = np.fromiter(dominators.keys(), np.int64, len(dominators))
    vertices.sort()
    numbers = np.searchsorted(vertices, np.fromiter(dominators.values(), np.int64, len(dominators)))
    below = np.searchsorted(vertices, np.fromiter(dominators.keys(), np.int64, len(dominators)))
    tree: Graph = rx.PyDiGraph()
    tree.add_nodes_from([None] * len(vertices))
    edges = zip(numbers.tolist(), below.tolist(), strict=True)
    tree.extend_from_edge_list([edge for edge in edges if edge[0] != edge[1]])
    walk = np.asarray(rx.dfs_edges(tree, int(np.searchsorted(vertices, top))), np.int64).reshape(-1, 2)
    sizes = [1] * len(vertices)
    for parent, child in reversed(walk.tolist()):
        sizes[parent] += sizes[child]
    order = np.concatenate((np.searchsorted(vertices, [top]), walk[:, 1]))
    return vertices[order], vertices[walk[:, 0]], np.array(sizes, np.int64)[order]


class Tracer:
    """A network with the positions of its switches; elements are numbered from 0 in the order they were given.

    :param terminals: pairs (element, node) of connected terminals; nodes by any numbers.
    :param sources: which elements feed the network.
    :param buses: which elements are bus sections: one that is out of service takes its node with it.
    :param is_open: which elements stand open, or are out of service.
    :param local: how many vertices of the dominator tree are mended, at most, within one change.
    """

    def __init__(
        self, *, terminals: tuple[Indices, Indices], sources: Mask, buses: Mask, is_open: Mask, local: int = LOCAL
    ) -> None:
        self._local = local
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
        self._tree: _Dominators | None = None
        self._reached = self._reach()

    @classmethod
    def of(cls, network: Network, *, local: int = LOCAL) -> Self:
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
            local=local,
        )

    @property
    def energised(self) -> Mask:
        """Which elements have supply at one of their nodes at least, and are in service."""
        energised: Mask = self._reached[self._vertex] & ~self.is_open
        return energised

    def prepare(self) -> None:
        """Lay the dominator tree out where there is none: seconds for millions of elements, so best ahead of need."""
        self._dominators()

    def lost_by_opening(self, element: int) -> Indices:
        """Say which elements, itself among them, lose supply when `element` opens or is taken out of service."""
        if self.is_open[element] or not self._reached[self._vertex[element]]:
            return np.zeros(0, np.int64)
        if not self._is_vertex(element):
            return np.array([element], np.int64)
        lost = self._at_vertices(self._dominators().below(int(self._vertex[element])))
        return lost[~self.is_open[lost]]

    def effect_of(self, *, open_: Collection[int] = (), close: Collection[int] = ()) -> Effect:
        """Say what would be lost and restored if these were opened and those closed; nothing is changed."""
        opened, closed = self._changed(open_, close)
        if not closed and len(opened) == 1 and self._tree is not None:
            return Effect(np.sort(self.lost_by_opening(opened[0])), np.zeros(0, np.int64))
        tree, reached = self._tree, self._reached
        self._tree = None
        try:
            return self.change(open_=opened, close=closed)
        finally:
            for element in opened:
                self._put(element, is_open=False)
            for element in closed:
                self._put(element, is_open=True)
            self._tree, self._reached = tree, reached

    def change(self, *, open_: Collection[int] = (), close: Collection[int] = ()) -> Effect:
        """Open these and close those; say what was lost and what restored by it."""
        opened, closed = self._changed(open_, close)
        reached, is_open, spent = self._reached.copy(), self.is_open.copy(), 0
        for element in opened:
            spent += self._put(element, is_open=True, limit=self._local - spent)
        for element in closed:
            spent += self._put(element, is_open=False, limit=self._local - spent)
        if self._tree is None and (opened or closed):
            self._reached = self._reach()
        turned = self._at_vertices(np.flatnonzero(reached != self._reached))
        touched = np.unique(np.concatenate((turned, np.array([*opened, *closed], np.int64))))
        before = reached[self._vertex[touched]] & ~is_open[touched]
        after = self._reached[self._vertex[touched]] & ~self.is_open[touched]
        return Effect(touched[before & ~after], touched[after & ~before])

    def sources_of(self, element: int) -> Indices:
        """Say which sources `element` is fed from, through whatever is closed."""
        vertex = int(self._vertex[element])
        if self.is_open[element] or not vertex:
            return np.zeros(0, np.int64)
        reachable = self._reach(vertex)
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
        count = int(numbers.max()) + 1
        keys = element.astype(np.int64) * count + numbers
        keys.sort(kind="stable")
        keys = keys[np.diff(keys, prepend=-1) > 0]
        return keys // count, keys % count

    def _build(self) -> Graph:
        graph: Graph = rx.PyDiGraph(multigraph=False)
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

    def _changed(self, open_: Collection[int], close: Collection[int]) -> tuple[list[int], list[int]]:
        """Leave out what stands so already; one that is both opened and closed ends closed."""
        closed = dict.fromkeys(close)
        opened = [index for index in dict.fromkeys(open_) if not self.is_open[index] and index not in closed]
        return opened, [index for index in closed if self.is_open[index]]

    def _put(self, element: int, *, is_open: bool, limit: int = 0) -> int:
        """Set a position, the edges that follow from it, and what has supply while there is a tree; say the cost."""
        self.is_open[element] = is_open
        if not self._is_vertex(element):
            return 0
        vertex, tree = int(self._vertex[element]), self._tree
        hung_on = tree.above(vertex) if tree is not None and is_open and self._reached[vertex] else None
        touched = self._at_node(vertex - 1) if self._is_bus[element] else np.array([element])
        for index in touched[self._conducts[touched]].tolist():
            self._join(index)
        if tree is None:
            return 0
        if not is_open and (fed_by := [v for v in self._graph.predecessor_indices(vertex) if self._is_fed(v)]):
            hung_on = tree.common(fed_by)
        if hung_on is None:
            return 0
        if (cost := tree.cost(hung_on)) > limit:
            self._tree = None
            return 0
        self._reached[tree.below(hung_on)] = False
        tree.renew(hung_on)
        self._reached[tree.below(hung_on)] = True
        self._reached[_SUPER_SOURCE] = False
        return cost

    def _is_fed(self, vertex: int) -> bool:
        return vertex == _SUPER_SOURCE or bool(self._reached[vertex])

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

    @cached_property
    def _by_vertex(self) -> tuple[Indices, Indices]:
        order = np.argsort(self._vertex, kind="stable")
        return order, np.searchsorted(self._vertex[order], np.arange(self._graph.num_nodes() + 1))

    def _at_vertices(self, vertices: Indices) -> Indices:
        """Give the elements that are these vertices or hang on them, in the order of the vertices."""
        by_vertex, starts = self._by_vertex
        first = starts[vertices]
        counts = starts[vertices + 1] - first
        ends = np.cumsum(counts)
        found: Indices = by_vertex[np.repeat(first - ends + counts, counts) + np.arange(counts.sum())]
        return found

    def _dominators(self) -> _Dominators:
        if self._tree is None:
            self._tree = _Dominators(self._graph)
        return self._tree

    def _reach(self, start: int = _SUPER_SOURCE) -> Mask:
        """Say which vertices can be reached from one: those that have supply, or that share it with an element."""
        reached = np.zeros(self._graph.num_nodes(), np.bool_)
        reached[np.asarray(rx.dfs_edges(self._graph, start), np.int64).reshape(-1, 2)[:, 1]] = True
        return reached


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
