"""Positions of switches as they are heard, and what the live tracer makes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from opora.platform.access.operations import create_user
from opora.platform.journal.models import Entry
from opora.platform.scope import Scope
from opora.registry.grid.models import Container, Element, Position
from opora.registry.grid.network import PositionChange
from opora.registry.grid.operations import ElementMissing, OtherBranch, PositionsSet, set_switch_positions
from opora.registry.grid.queries import current_tracer
from opora.registry.grid.stages import PositionSource
from opora.registry.organization.operations import create_branch

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def change(element_id, is_open, *, minutes=0, source=PositionSource.SCADA):
    return PositionChange(element_id=element_id, is_open=is_open, at=NOON + timedelta(minutes=minutes), source=source)


def ids(grid, *mrids):
    return sorted(grid[mrid] for mrid in mrids)


def test_a_trip_tells_what_was_lost_and_a_tie_what_comes_back(admin, grid):
    trip = set_switch_positions(changes=[change(grid["Q1"], True)], by=admin)
    tie = set_switch_positions(changes=[change(grid["T"], False, minutes=1)], by=admin)

    assert trip == PositionsSet([grid["Q1"]], [], ids(grid, "Q1", "L1", "TP1", "C1"), [])
    assert tie == PositionsSet([], [grid["T"]], [], ids(grid, "T", "L1", "TP1", "C1"))
    breaker = Element.objects.get(mrid="Q1")
    assert (breaker.is_open, breaker.state_source, breaker.state_at) == (True, "SCADA", NOON)
    assert current_tracer().feeding_path(grid["C1"]).tolist() == [
        grid[mrid] for mrid in ("S1", "Q0", "Q2", "L2", "T", "TP1", "C1")
    ]


def test_what_is_told_twice_or_late_changes_nothing(admin, grid):
    set_switch_positions(changes=[change(grid["Q1"], True)], by=admin)

    assert set_switch_positions(changes=[change(grid["Q1"], True)], by=admin) == PositionsSet([], [], [], [])
    assert set_switch_positions(changes=[change(grid["Q1"], False, minutes=-1)], by=admin) == PositionsSet(
        [], [], [], []
    )
    assert Position.objects.count() == 1
    assert Element.objects.get(mrid="Q1").is_open


def test_a_batch_is_taken_in_order_of_time_and_keeps_its_history(admin, grid):
    blink = [change(grid["Q1"], False, minutes=2), change(grid["Q1"], True, minutes=1)]

    assert set_switch_positions(changes=blink, by=admin) == PositionsSet([], [], [], [])

    history = Position.objects.order_by("at").values_list("is_open", "at")
    assert list(history) == [(True, NOON + timedelta(minutes=1)), (False, NOON + timedelta(minutes=2))]
    assert not Element.objects.get(mrid="Q1").is_open


def test_a_batch_tells_what_each_step_did_and_what_is_left_of_it(admin, grid):
    batch = [change(grid["Q1"], True), change(grid["Q2"], True, minutes=1), change(grid["Q1"], False, minutes=2)]

    done = set_switch_positions(changes=batch, by=admin)

    first, second = ids(grid, "Q1", "L1", "TP1", "C1"), ids(grid, "Q2", "L2", "C2")
    assert [(step.lost, step.restored) for step in done.steps] == [(first, []), (second, []), ([], first)]
    assert done == PositionsSet([grid["Q2"]], [], second, [])


def test_an_element_that_is_not_there_refuses_the_whole_batch(admin, grid):
    with pytest.raises(ElementMissing):
        set_switch_positions(changes=[change(grid["Q1"], True), change(10**9, True)], by=admin)
    assert not Position.objects.exists()
    assert not Element.objects.get(mrid="Q1").is_open


def test_what_a_dispatcher_enters_is_journalled_about_the_element(admin, grid):
    set_switch_positions(changes=[change(grid["Q2"], True, source=PositionSource.DISPATCHER)], by=admin)
    set_switch_positions(changes=[change(grid["Q1"], True)], by=admin)

    entry = Entry.objects.get(event="grid.SwitchesOperated")
    assert entry.facts == {"opened": [grid["Q2"]], "closed": []}
    assert entry.about == [f"grid.Element:{grid['Q2']}"]


def test_a_dispatcher_enters_positions_of_his_own_branches_only(admin, grid):
    own, other = (create_branch(code=code, name=code, short_name=code, by=admin) for code in ("01", "02"))
    user = create_user(username="d", password=None, roles=[], scope=Scope(branches=frozenset({own.pk})), by=admin)
    Container.objects.filter(mrid="f1").update(branch=own)
    Container.objects.filter(mrid="f2").update(branch=other)
    entered = [change(grid[mrid], True, source=PositionSource.DISPATCHER) for mrid in ("Q1", "Q2")]

    with pytest.raises(OtherBranch, match="Q2"):
        set_switch_positions(changes=entered, by=user)
    assert not Element.objects.filter(is_unusual=True).exists()
    assert set_switch_positions(changes=entered[:1], by=user).opened == [grid["Q1"]]


def test_a_transaction_that_fails_leaves_the_tracer_as_the_database_is(admin, grid):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        set_switch_positions(changes=[change(grid["Q0"], True)], by=admin)
        assert current_tracer().energised(grid.values()) == {grid["S1"]}
        raise ZeroDivisionError

    assert current_tracer().energised([grid["C1"]]) == {grid["C1"]}


def test_the_tracer_answers_by_ids_and_knows_consumers(admin, grid):
    tracer = current_tracer()
    below_the_bus = ids(grid, "B", "Q1", "L1", "TP1", "C1", "Q2", "L2", "C2")
    assert sorted(tracer.lost_by_opening(grid["B"]).tolist()) == below_the_bus
    assert tracer.consumers_among(tracer.lost_by_opening(grid["Q0"])).tolist() == ids(grid, "C1", "C2")
    assert tracer.sources_of(grid["C2"]).tolist() == [grid["S1"]]
    assert tracer.neighbours(grid["L1"]).tolist() == ids(grid, "Q1", "TP1", "T")
    assert tracer.lost_by_opening(10**9).tolist() == []
    assert tracer.dead().tolist() == [grid["T"]]
