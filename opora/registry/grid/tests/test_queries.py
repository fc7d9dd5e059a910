"""Elements and containers as lists, the tree and the map show them."""

from datetime import UTC, datetime

import pytest

from opora.platform.errors import NotVisible
from opora.registry.grid.models import Container
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import set_switch_positions
from opora.registry.grid.queries import containers_on_map, element_card, element_of, element_tree, find_elements
from opora.registry.grid.stages import PositionSource


@pytest.fixture
def tripped(admin, grid):
    change = PositionChange(
        element_id=grid["Q1"], is_open=True, at=datetime(2026, 1, 5, tzinfo=UTC), source=PositionSource.SCADA
    )
    set_switch_positions(changes=[change], by=admin)
    return grid


def test_the_tree_shows_what_stands_where_and_how_much_of_it_is_dead(tripped):
    top = element_tree()
    assert [(c.name, c.children, c.elements, c.dead) for c in top.containers] == [("ПС 35/10 Северная", 2, 11, 1)]
    assert top.elements == []

    station = element_tree(top.containers[0].id)
    assert [(c.name, c.children, c.elements, c.dead) for c in station.containers] == [
        ("Ф-1", 1, 5, 1),
        ("Ф-2", 0, 3, 0),
    ]
    assert [(e.mrid, e.energised) for e in station.elements] == [("B", True), ("Q0", True), ("S1", True)]

    feeder = element_tree(station.containers[0].id)
    assert [container.name for container in feeder.path] == ["ПС 35/10 Северная", "Ф-1"]
    assert [(e.mrid, e.is_open, e.is_unusual, e.energised) for e in feeder.elements] == [
        ("L1", False, False, False),
        ("Q1", True, True, False),
        ("T", True, False, False),
    ]


def test_the_number_of_queries_of_the_tree_does_not_grow_with_it(tripped, django_assert_num_queries):
    station = Container.objects.get(mrid="ps").pk
    element_tree(station)
    with django_assert_num_queries(8):
        element_tree(station)


def test_an_element_whole_tells_what_feeds_it_and_what_it_feeds(tripped):
    card = element_card(tripped["Q2"])
    assert [line.mrid for line in card.feeding] == ["S1", "Q0", "Q2"]
    assert [line.mrid for line in card.sources] == ["S1"]
    assert sorted(line.mrid for line in card.neighbours) == ["B", "L2", "Q0", "Q1"]
    assert (card.below, card.consumers_below) == (3, 1)
    assert [container.name for container in card.path] == ["ПС 35/10 Северная", "Ф-2"]

    dead = element_card(tripped["C1"])
    assert (dead.below, dead.feeding, dead.sources) == (0, [], [])
    (position,) = element_card(tripped["Q1"]).positions
    assert (position.is_open, position.source) == (True, "SCADA")


def test_elements_are_found_by_mrid_name_and_misspelt_words(grid):
    assert [line.mrid for line in find_elements("tp1")] == ["TP1"]
    assert find_elements("   ") == []
    assert find_elements("нет такого") == []


def test_what_is_not_there_is_refused(grid):
    with pytest.raises(NotVisible):
        element_of("нет")
    with pytest.raises(NotVisible):
        element_tree(10**9)


def test_the_map_shows_what_stands_within_its_bounds(tripped):
    near = containers_on_map(south=45.15, west=39.05, north=45.3, east=39.2)
    assert [(c.name, c.latitude, c.longitude, c.dead) for c in near] == [("ТП-1", 45.2, 39.1, 1)]
    assert len(containers_on_map(south=-90, west=-180, north=90, east=180)) == 2
