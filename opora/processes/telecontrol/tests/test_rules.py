"""What signals mean: statements about any sequence of them."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opora.processes.telecontrol.rules import (
    CHATTER_CHANGES,
    CHATTER_WINDOW,
    CLOCKS_DIFFER,
    DOUBT,
    PointState,
    Told,
    is_open,
    judge,
    moment_of,
    settle_chatter,
)
from opora.processes.telecontrol.stages import Meaning, Outcome, PointKind
from opora.processes.telecontrol.tests.conftest import seconds

SINGLE = PointState(PointKind.SINGLE, Meaning.POSITION)
DOUBLE = PointState(PointKind.DOUBLE, Meaning.POSITION)


def told(value, at=0.0, *, received=None, quality=0, cause=3, tagged=True):
    moment = seconds(at)
    return Told(value, quality, cause, tagged, moment, moment if received is None else seconds(received))


signals = st.builds(
    told,
    st.integers(0, 3),
    st.floats(0, 100),
    received=st.floats(0, 200),
    quality=st.sampled_from([0, 0, 0, 0x10, 0x20, 0x80]),
    cause=st.sampled_from([3, 20]),
    tagged=st.booleans(),
)


def run(state, sequence):
    outcomes = []
    for what in sequence:
        judged = judge(state, what)
        outcomes.append(judged)
        state = judged.state
    return state, outcomes


def test_both_ends_of_a_double_point_are_positions_and_the_rest_is_none():
    assert [is_open(DOUBLE, value) for value in range(4)] == [None, True, False, None]
    assert [is_open(replace(DOUBLE, inverted=True), value) for value in range(4)] == [None, False, True, None]
    assert [is_open(SINGLE, value) for value in range(2)] == [True, False]
    assert [is_open(replace(SINGLE, inverted=True), value) for value in range(2)] == [False, True]


def test_on_the_way_and_faulty_are_told_apart_from_positions_and_hand_nothing_on():
    state, outcomes = run(DOUBLE, [told(2, 0), told(0, 1), told(3, 2), told(1, 3)])

    assert [judged.outcome for judged in outcomes] == ["POSITION", "MOVING", "MOVING", "POSITION"]
    assert [judged.is_open for judged in outcomes] == [False, None, None, True]
    assert state.given_open is True


@given(st.lists(signals, max_size=30), st.sampled_from([DOUBLE, SINGLE]))
def test_whatever_comes_positions_alternate_and_their_times_never_go_back(sequence, state):
    if state is SINGLE:
        sequence = [replace(what, value=what.value % 2) for what in sequence]
    end, outcomes = run(state, sequence)

    handed = [judged for judged in outcomes if judged.is_open is not None]
    assert all(a.is_open != b.is_open and a.at <= b.at for a, b in pairwise(handed))
    assert all((judged.outcome == Outcome.POSITION) == (judged.is_open is not None) for judged in outcomes)
    assert end.given_open == (handed[-1].is_open if handed else None)


@given(st.lists(signals, max_size=30))
def test_told_twice_nothing_changes_that_was_not_changed_by_the_first(sequence):
    end, _ = run(DOUBLE, sequence)
    for what in sequence:
        once = judge(end, what)
        assert judge(once.state, what).is_open is None


@given(signals, st.sampled_from([0x10, 0x40, 0x80, 0xC0]))
def test_a_value_nobody_vouches_for_changes_nothing_but_a_substituted_one_counts(what, quality):
    doubted = judge(DOUBLE, replace(what, quality=quality))
    assert quality & DOUBT
    assert (doubted.outcome, doubted.state) == (Outcome.DOUBTFUL, DOUBLE)
    assert judge(DOUBLE, told(1, quality=0x20)).outcome == Outcome.POSITION


def test_what_is_older_by_the_same_clock_is_late_by_a_millisecond():
    state, _ = run(SINGLE, [told(1, 0), told(0, 10)])
    assert judge(state, told(1, 9.999)).outcome == Outcome.LATE
    assert judge(state, told(0, 9.999)).outcome == Outcome.SAME
    assert judge(state, told(1, 10.001)).outcome == Outcome.POSITION


def test_a_clock_that_is_behind_does_not_make_an_event_older_than_the_interrogation_before():
    state, _ = run(SINGLE, [told(1, 100, cause=20, tagged=False)])
    behind = CLOCKS_DIFFER.total_seconds()
    judged = judge(state, told(0, 100 - behind, received=101))
    assert (judged.outcome, judged.at) == (Outcome.POSITION, seconds(100))
    assert judge(state, told(0, 99.9 - behind, received=101)).outcome == Outcome.LATE


def test_a_clock_that_is_ahead_makes_nothing_happen_in_the_future():
    judged = judge(SINGLE, told(0, 3600, received=5))
    assert (judged.outcome, judged.at) == (Outcome.POSITION, seconds(5))


def test_an_answer_to_an_interrogation_is_of_now_however_old_the_change_is():
    state, _ = run(SINGLE, [told(1, 0), told(0, 50)])
    judged = judge(state, told(1, 20, received=60, cause=20))
    assert (judged.outcome, judged.at) == (Outcome.POSITION, seconds(50))


def test_two_failed_reclosings_are_all_handed_on():
    sequence = [told(value, at) for value, at in ((1, -60), (0, 0), (1, 1), (0, 1.2), (1, 8), (0, 8.2))]
    _, outcomes = run(SINGLE, sequence)
    assert [judged.outcome for judged in outcomes] == ["POSITION"] * 6


def test_a_bouncing_contact_is_held_back_until_it_has_been_quiet_and_then_its_rest_is_told():
    bouncing = [told(count % 2, count * 0.1) for count in range(51)]
    state, outcomes = run(SINGLE, bouncing)

    assert [judged.outcome for judged in outcomes] == ["POSITION"] * CHATTER_CHANGES + ["CHATTER"] * (
        51 - CHATTER_CHANGES
    )
    assert settle_chatter(state, seconds(5) + CHATTER_WINDOW) is None
    rest = settle_chatter(state, seconds(5.1) + CHATTER_WINDOW)
    assert (rest.outcome, rest.is_open, rest.at) == (Outcome.POSITION, True, seconds(5))
    assert not rest.state.chattering
    assert settle_chatter(rest.state, seconds(1000)) is None


def test_after_its_rest_the_next_change_of_a_contact_that_bounced_counts():
    state, _ = run(SINGLE, [told(count % 2, count * 0.1) for count in range(51)])
    judged = judge(state, told(1, 60))
    # it is open as it was last told; that it was closed in between nobody was told
    assert (judged.outcome, judged.state.chattering) == (Outcome.SAME, False)
    assert judge(judged.state, told(0, 80)).outcome == Outcome.POSITION


def test_a_trip_is_recorded_and_moves_nothing():
    trip = replace(SINGLE, meaning=Meaning.TRIP)
    _, outcomes = run(trip, [told(0, 0), told(1, 1), told(1, 2), told(0, 3)])
    assert [judged.outcome for judged in outcomes] == ["SAME", "TRIP", "SAME", "SAME"]
    assert {judged.is_open for judged in outcomes} == {None}


@given(st.one_of(st.none(), st.timedeltas(timedelta(days=-50_000), timedelta(days=50_000))))
def test_a_tag_of_a_clock_that_was_never_set_is_not_believed(distance):
    received = seconds(0)
    tag = None if distance is None else received + distance
    moment = moment_of(tag, received)
    believable = tag is not None and timedelta(days=-40) <= distance <= timedelta(days=1)
    assert moment == (tag if believable else received)
