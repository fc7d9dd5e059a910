"""Properties of tracing on random networks, meshed, torn and fed from several sides; and a worked example."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import rustworkx as rx
from hypothesis import given
from hypothesis import strategies as st

from opora.registry.grid.network import Element, Network
from opora.registry.grid.stages import ElementKind
from opora.registry.grid.tracing import Tracer

KINDS = [ElementKind.BREAKER, ElementKind.LINE_SEGMENT, ElementKind.TRANSFORMER]


def element(number, kind, nodes, open_=False):
    return Element(mrid=f"e{number}", kind=kind, name=f"e{number}", nodes=tuple(map(str, nodes)), normally_open=open_)


def replace_positions(network, is_open):
    pairs = zip(network.elements, is_open.tolist(), strict=True)
    return replace(network, elements=[replace(item, open=open_) for item, open_ in pairs])


@st.composite
def networks(draw):
    count = draw(st.integers(2, 12))
    node = st.integers(0, count - 1)
    shapes = draw(
        st.lists(
            st.one_of(
                st.tuples(st.sampled_from(KINDS), st.lists(node, min_size=2, max_size=3), st.booleans()),
                st.tuples(st.just(ElementKind.CONSUMER), st.lists(node, max_size=1), st.just(False)),
                st.tuples(st.just(ElementKind.BUS_SECTION), st.lists(node, min_size=1, max_size=1), st.booleans()),
                st.tuples(st.just(ElementKind.SOURCE), st.lists(node, min_size=1, max_size=2), st.booleans()),
            ),
            min_size=3,
            max_size=30,
        )
    )
    return Network(elements=[element(i, kind, nodes, open_) for i, (kind, nodes, open_) in enumerate(shapes)])


def energised_by_components(network, is_open):
    """The same by a second way: components of what is closed, those with a source in them."""
    dead = {e.nodes[0] for i, e in enumerate(network.elements) if e.kind == ElementKind.BUS_SECTION and is_open[i]}
    graph = rx.PyGraph()
    vertex = {node: graph.add_node(node) for e in network.elements for node in e.nodes}
    at = {}
    for i, e in enumerate(network.elements):
        alive = [node for node in dict.fromkeys(e.nodes) if node not in dead]
        if e.kind == ElementKind.BUS_SECTION or is_open[i] or not e.nodes:
            continue
        if e.kind == ElementKind.SOURCE or len(set(e.nodes)) > 1:
            at[i] = graph.add_node(i)
            graph.add_edges_from([(at[i], vertex[node], None) for node in alive])
        elif alive:
            at[i] = vertex[alive[0]]
    feeding = {at[i] for i, e in enumerate(network.elements) if e.kind == ElementKind.SOURCE and i in at}
    live = {v for component in rx.connected_components(graph) if component & feeding for v in component}
    for i, e in enumerate(network.elements):
        if e.kind == ElementKind.BUS_SECTION and not is_open[i] and e.nodes[0] not in dead:
            at[i] = vertex[e.nodes[0]]
    return [i in at and at[i] in live for i in range(len(network.elements))]


@given(networks())
def test_what_is_energised_is_what_components_with_a_source_say(network):
    tracer = Tracer.of(network)
    assert tracer.energised.tolist() == energised_by_components(network, tracer.is_open)


@given(networks(), st.data())
def test_lost_by_opening_is_what_recomputing_says(network, data):
    tracer = Tracer.of(network)
    index = data.draw(st.integers(0, len(network.elements) - 1))
    is_open = tracer.is_open.copy()
    before = np.array(energised_by_components(network, is_open))
    is_open[index] = True
    expected = np.flatnonzero(before & ~np.array(energised_by_components(network, is_open)))

    assert np.sort(tracer.lost_by_opening(index)).tolist() == expected.tolist()
    assert tracer.effect_of(open_=[index]).lost.tolist() == expected.tolist()
    assert Tracer.of(network).effect_of(open_=[index]).lost.tolist() == expected.tolist()


@pytest.mark.parametrize("limit", [3, 10_000], ids=["dropping the tree", "mending the tree"])
@given(network=networks(), data=st.data())
def test_any_series_of_changes_ends_where_a_fresh_start_does(limit, network, data):
    tracer = Tracer.of(network, local=limit)
    if data.draw(st.booleans()):
        tracer.prepare()
    everything = st.sets(st.integers(0, len(network.elements) - 1), max_size=4)
    for _step in range(3):
        opened, closed = data.draw(everything), data.draw(everything)
        before = tracer.energised
        foreseen = tracer.effect_of(open_=opened, close=closed - opened)
        effect = tracer.change(open_=opened, close=closed - opened)
        after = np.array(energised_by_components(network, tracer.is_open))

        assert tracer.energised.tolist() == after.tolist()
        fresh = Tracer.of(replace_positions(network, tracer.is_open))
        for index in data.draw(everything):
            assert set(tracer.lost_by_opening(index)) == set(fresh.lost_by_opening(index))
        assert effect.lost.tolist() == foreseen.lost.tolist() == np.flatnonzero(before & ~after).tolist()
        assert effect.restored.tolist() == foreseen.restored.tolist() == np.flatnonzero(~before & after).tolist()


@given(networks(), st.data())
def test_opening_then_closing_restores(network, data):
    tracer = Tracer.of(network)
    opened = data.draw(st.sets(st.sampled_from(np.flatnonzero(~tracer.is_open).tolist() or [0]), max_size=5))
    opened = {index for index in opened if not tracer.is_open[index]}
    before = tracer.energised

    lost = tracer.change(open_=opened).lost
    restored = tracer.change(close=opened).restored

    assert lost.tolist() == restored.tolist()
    assert tracer.energised.tolist() == before.tolist()


@given(networks())
def test_islands_part_what_is_in_service(network):
    tracer = Tracer.of(network)
    islands, energised = tracer.islands(), tracer.energised
    for index, item in enumerate(network.elements):
        assert (islands[index] >= 0) == (bool(item.nodes) and not tracer.is_open[index])
    for island in set(islands.tolist()) - {-1}:
        inside = islands == island
        assert energised[inside].all() or not energised[inside].any()


@given(networks())
def test_a_feeding_path_goes_from_a_source_through_neighbours(network):
    tracer = Tracer.of(network)
    for index in range(len(network.elements)):
        path, sources = tracer.feeding_path(index).tolist(), tracer.sources_of(index).tolist()
        assert bool(path) == bool(sources) == bool(tracer.energised[index])
        if path:
            assert path[0] in sources
            assert path[-1] == index
            assert all(tracer.energised[step] for step in path)
            assert all(b in tracer.neighbours(a) for a, b in pairwise(path))


@pytest.fixture
def dual_fed():
    """Two sources, a bus section each, a normally open tie between them; a consumer at each bus and one on both."""
    return Network(
        elements=[
            element(0, ElementKind.SOURCE, "a"),
            element(1, ElementKind.BREAKER, "ab"),
            element(2, ElementKind.BUS_SECTION, "b"),
            element(3, ElementKind.CONSUMER, "b"),
            element(4, ElementKind.BREAKER, "bc", open_=True),
            element(5, ElementKind.BUS_SECTION, "c"),
            element(6, ElementKind.CONSUMER, "c"),
            element(7, ElementKind.BREAKER, "cd"),
            element(8, ElementKind.SOURCE, "d"),
        ]
    )


def test_a_tie_holds_what_its_own_side_loses(dual_fed):
    tracer = Tracer.of(dual_fed)
    assert sorted(tracer.lost_by_opening(1).tolist()) == [1, 2, 3]
    assert tracer.change(open_=[1]).lost.tolist() == [1, 2, 3]
    assert tracer.change(close=[4]).restored.tolist() == [2, 3, 4]
    assert tracer.sources_of(3).tolist() == [8]
    assert tracer.feeding_path(3).tolist() == [8, 7, 4, 3]


def test_a_bus_section_out_of_service_takes_its_node_with_it(dual_fed):
    tracer = Tracer.of(dual_fed)
    tracer.change(close=[4])
    assert sorted(tracer.lost_by_opening(2).tolist()) == [2, 3]
    assert tracer.change(open_=[2]).lost.tolist() == [2, 3]
    assert tracer.change(open_=[7]).lost.tolist() == [4, 5, 6, 7]


def test_an_element_that_no_source_reaches_is_dead_and_loses_nothing():
    tracer = Tracer.of(Network(elements=[element(0, ElementKind.CONSUMER, ""), element(1, ElementKind.BREAKER, "ab")]))
    assert tracer.energised.tolist() == [False, False]
    assert tracer.lost_by_opening(1).tolist() == []
    assert tracer.feeding_path(0).tolist() == []
