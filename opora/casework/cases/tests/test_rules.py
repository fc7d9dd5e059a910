"""Rules on values alone: passports, routes, the order of stages, shares of a term."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opora.casework.cases.rules import (
    SHARES,
    Choice,
    PlannedStage,
    Route,
    case_number,
    chosen_passport,
    followers,
    matching_route,
    next_warning,
    share_reached,
    startable,
    undone,
)

CODES = ["a", "b", "c", "d", "e", "f", "g"]
BEGINNING = {"received", "registered"}


@st.composite
def plans(draw: st.DrawFn) -> list[PlannedStage]:
    """Acyclic passports: a stage follows events and earlier stages, mandatory ones never optional ones."""
    plan: list[PlannedStage] = []
    for code in CODES[: draw(st.integers(1, len(CODES)))]:
        optional = draw(st.booleans()) if plan else False
        before = [stage.code for stage in plan if optional or not stage.optional]
        after = draw(st.sets(st.sampled_from([*BEGINNING, *before]), min_size=1, max_size=3))
        plan.append(PlannedStage(code=code, after=tuple(sorted(after)), optional=optional))
    return draw(st.permutations(plan))


@given(plan=plans(), choose=st.randoms())
def test_no_order_of_finishing_stages_ever_leads_into_a_dead_end(plan, choose):
    mandatory = {stage.code for stage in plan if not stage.optional}
    done: set[str] = set()
    running: set[str] = set()
    while done != mandatory:
        running |= set(startable(plan, happened=BEGINNING | done, begun=running | done))
        assert running, f"{sorted(mandatory - done)} never begin"
        finished = choose.choice(sorted(running))
        running.remove(finished)
        done.add(finished)


@given(plan=plans(), done=st.sets(st.sampled_from(CODES)))
def test_what_starts_has_not_begun_is_not_optional_and_follows_only_what_has_happened(plan, done):
    by_code = {stage.code: stage for stage in plan}
    for code in startable(plan, happened=BEGINNING | done, begun=done):
        assert code not in done
        assert not by_code[code].optional
        assert set(by_code[code].after) <= BEGINNING | done


@given(plan=plans(), first=st.sets(st.sampled_from(CODES), min_size=1))
def test_followers_are_exactly_those_that_a_chain_of_stages_leads_to(plan, first):
    found = followers(plan, first)

    for stage in plan:
        leads = set(stage.after) & (found | first)
        assert (stage.code in found) == bool(leads)


def test_followers_of_a_chain_and_of_a_fork():
    plan = [
        PlannedStage(code="a", after=("registered",), optional=False),
        PlannedStage(code="b", after=("a",), optional=False),
        PlannedStage(code="c", after=("a",), optional=True),
        PlannedStage(code="d", after=("b",), optional=False),
    ]

    assert followers(plan, ["a"]) == {"b", "c", "d"}
    assert followers(plan, ["c"]) == set()
    assert undone(plan, {"a": "DONE", "b": "RUNNING", "c": "WAITING", "d": "WAITING"}) == ["b", "d"]


KINDS, CHANNELS, PATH = ["K", "L"], ["P", "Q"], (1, 2, 3)
choices = st.lists(
    st.builds(
        Choice,
        passport_id=st.integers(1, 9),
        topic_id=st.sampled_from([None, 1, 2, 3, 8]),
        kind=st.sampled_from(["", *KINDS]),
        channel=st.sampled_from(["", *CHANNELS]),
    ),
    max_size=8,
)


@given(choices=choices, kind=st.sampled_from(KINDS), channel=st.sampled_from(CHANNELS))
def test_the_chosen_passport_fits_and_no_fitting_one_is_more_precise(choices, kind, channel):
    def precision(choice: Choice) -> tuple[bool, int, bool]:
        return bool(choice.kind), PATH.index(choice.topic_id) + 1 if choice.topic_id else 0, bool(choice.channel)

    fitting = [
        choice
        for choice in choices
        if choice.kind in ("", kind) and choice.channel in ("", channel) and choice.topic_id in (None, *PATH)
    ]
    chosen = chosen_passport(choices, path=PATH, kind=kind, channel=channel)

    if not fitting:
        assert chosen is None
    else:
        best = max(map(precision, fitting))
        assert chosen in {choice.passport_id for choice in fitting if precision(choice) == best}


routes = st.lists(
    st.builds(
        Route,
        id=st.integers(1, 99),
        role=st.sampled_from(["R", "S"]),
        topic_id=st.sampled_from([None, 1, 2, 3, 8]),
        branch_id=st.sampled_from([None, 5, 6]),
        district_id=st.sampled_from([None, 7, 9]),
        division_id=st.integers(1, 9),
    ),
    max_size=8,
)


@given(routes=routes, district_id=st.sampled_from([None, 7]))
def test_the_route_fits_and_no_fitting_one_is_more_precise(routes, district_id):
    def precision(route: Route) -> tuple[int, bool, bool]:
        depth = PATH.index(route.topic_id) + 1 if route.topic_id else 0
        return depth, route.district_id is not None, route.branch_id is not None

    fitting = [
        route
        for route in routes
        if route.role == "R"
        and route.topic_id in (None, *PATH)
        and route.branch_id in (None, 5)
        and route.district_id in (None, district_id)
    ]
    found = matching_route(routes, role="R", path=PATH, branch_id=5, district_id=district_id)

    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert precision(found) == max(map(precision, fitting))


START = datetime(2026, 5, 4, 7, tzinfo=UTC)
warnings = st.lists(st.integers(0, 1000), min_size=3, max_size=3).map(
    lambda hours: [START + timedelta(hours=hour) for hour in sorted(hours)]
)


@given(warnings=warnings, hour=st.integers(-1, 1001))
def test_the_next_warning_is_the_first_share_above_the_one_reached(warnings, hour):
    now = START + timedelta(hours=hour)
    reached = share_reached(warnings, now)

    assert reached == max((share for share, at in zip(SHARES, warnings, strict=True) if at <= now), default=0)
    following = next_warning(warnings, reached)
    assert following is None if reached == 100 else following is not None and following > now


def test_numbers_of_cases_keep_their_zeros_and_grow_beyond_a_million():
    assert case_number(branch_code="03", year=2026, sequence=7) == "03-2026-000007"
    assert case_number(branch_code="03", year=2026, sequence=1_234_567) == "03-2026-1234567"
