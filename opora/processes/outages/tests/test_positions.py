"""Outages that begin, grow and end as switches open and close."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opora.platform.journal.models import Entry
from opora.processes.outages.models import Affected, Outage, RestorationStep
from opora.processes.outages.operations import apply_positions, confirm_suspected
from opora.processes.outages.queries import supply_status
from opora.processes.outages.stages import Source, Stage, Supply
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer


def off(town):
    return sorted(Affected.objects.filter(until=None).values_list("usage_point__number", flat=True))


def test_a_trip_cuts_off_everybody_below_and_is_suspected_until_its_time_has_passed(town, ago):
    tripped = ago(0.5)

    (outage_id,) = town.opens("Q1", at=tripped)

    outage = Outage.objects.get(pk=outage_id)
    assert off(town) == ["УП-1", "УП-2", "УП-3"]
    assert (outage.stage, outage.source, outage.points_off, outage.points_total) == ("SUSPECTED", "SCADA", 3, 3)
    assert (outage.started_at, outage.suspected_until) == (tripped, tripped + timedelta(seconds=60))
    assert (outage.branch_id, outage.district_id) == (town.world.branch.pk, town.world.district.pk)
    assert confirm_suspected(by=town.admin) == 0
    status = supply_status(town.first[0].pk)
    assert (status.state, status.since, status.said_by, status.number) == (
        Supply.UNCERTAIN, tripped, Source.SCADA, outage.number,
    )  # fmt: skip

    Outage.objects.update(suspected_until=timezone.now())
    assert confirm_suspected(by=town.admin) == 1
    assert Outage.objects.get().stage == Stage.CONFIRMED
    assert supply_status(town.first[0].pk).state == Supply.OFF
    assert supply_status(town.second[0].pk).state == Supply.ON


def test_what_closes_again_within_its_time_is_a_blink_and_no_outage(town, ago):
    town.opens("Q1", at=ago(10))
    town.closes("Q1", at=ago(10) + timedelta(seconds=3))

    outage = Outage.objects.get()
    assert (outage.stage, outage.points_off) == (Stage.BLINK, 0)
    assert off(town) == []
    assert not RestorationStep.objects.exists()
    assert Entry.objects.filter(event="outages.OutageBlinked").exists()


def test_a_blink_told_in_one_batch_is_still_a_blink(town, ago):
    begun = ago(10)
    batch = [
        town.heard("Q1", is_open=False, at=begun + timedelta(seconds=2)),
        town.heard("Q1", is_open=True, at=begun),
    ]

    apply_positions(changes=batch, by=town.admin)

    assert [outage.stage for outage in Outage.objects.all()] == [Stage.BLINK]


def test_supply_comes_back_in_steps_and_the_last_one_ends_the_outage(town, ago):
    town.opens("Q0", at=ago(60))
    town.opens("Q1", at=ago(50))  # the feeder is taken off while dead: nobody more is off
    assert off(town) == ["УП-1", "УП-2", "УП-3", "УП-4", "УП-5"]

    town.closes("Q0", at=ago(40))
    outage = Outage.objects.get()
    assert (outage.stage, outage.points_off) == (Stage.PARTLY_RESTORED, 3)
    assert off(town) == ["УП-1", "УП-2", "УП-3"]

    town.closes("T", at=ago(30))  # fed from the neighbour
    outage.refresh_from_db()
    assert (outage.stage, outage.points_off, outage.points_total) == (Stage.RESTORED, 0, 5)
    assert off(town) == []
    assert [(step.points, step.element_id) for step in outage.steps.order_by("at")] == [
        (2, town.grid["Q0"]), (3, town.grid["T"]),
    ]  # fmt: skip


def test_what_is_told_twice_changes_nothing(town, ago):
    change = town.heard("Q1", is_open=True, at=ago(5))
    apply_positions(changes=[change], by=town.admin)
    before = list(Outage.objects.values()), list(Affected.objects.values())

    assert apply_positions(changes=[change, change], by=town.admin) == []

    assert (list(Outage.objects.values()), list(Affected.objects.values())) == before


def test_a_line_that_feeds_nobody_is_taken_out_without_an_outage(town, ago):
    town.closes("T", at=ago(20))
    assert town.opens("L1", at=ago(10)) == []
    assert not Outage.objects.exists()


def test_a_late_time_never_makes_an_interruption_end_before_it_began(town, ago):
    town.opens("Q1", at=ago(5))
    from_the_past = town.heard("Q1", is_open=False, at=ago(6))

    apply_positions(changes=[from_the_past], by=town.admin)

    assert off(town) == ["УП-1", "УП-2", "УП-3"]  # the switch was opened after that


def test_a_trip_costs_the_same_number_of_statements_for_any_number_of_customers(
    town, ago, django_assert_max_num_queries
):
    with django_assert_max_num_queries(36):
        town.opens("Q0", at=ago(5))


def test_who_is_off_is_seen_only_by_who_sees_the_customer(town, ago):
    town.opens("Q1", at=ago(5))
    with connection.cursor() as cursor:
        cursor.execute("select set_config('opora.everything', '', true), set_config('opora.branches', '{}', true)")
        assert not Affected.objects.exists()
        assert supply_status(town.first[0].pk) is None
        assert Outage.objects.count() == 1  # that there is an outage is no secret
        cursor.execute("select set_config('opora.everything', 'on', true)")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(["Q0", "Q1", "Q2", "T", "L1"]), st.booleans()), max_size=8))
def test_whatever_switches_do_exactly_the_dead_are_off(town, moves):
    """Whoever the tracing finds dead is off by the ledger, counted once; each example goes on from the last one."""
    for mrid, is_open in moves:
        apply_positions(changes=[town.heard(mrid, is_open=is_open, at=next_moment())], by=town.admin)

    alive = current_tracer().energised([town.grid["C1"], town.grid["C2"]])
    dead = [
        *(town.first if town.grid["C1"] not in alive else []),
        *(town.second if town.grid["C2"] not in alive else []),
    ]
    assert off(town) == sorted(point.number for point in dead)
    assert sum(Outage.objects.values_list("points_off", flat=True)) == len(dead)
    assert set(Outage.objects.filter(points_off=0).values_list("stage", flat=True)) <= {Stage.RESTORED, Stage.BLINK}


def next_moment():
    """Later than anything that has been heard of any switch."""
    last = Element.objects.exclude(state_at=None).order_by("-state_at").values_list("state_at", flat=True).first()
    return (last or timezone.now() - timedelta(days=1)) + timedelta(seconds=90)


def test_a_reclosing_that_fails_is_one_interruption_from_the_first_moment(town, ago):
    begun = ago(10)
    town.opens("Q1", at=begun)
    town.closes("Q1", at=begun + timedelta(seconds=1))
    town.opens("Q1", at=begun + timedelta(seconds=3))

    outage = Outage.objects.get()
    assert (outage.stage, outage.points_off, outage.points_total, outage.ended_at) == ("CONFIRMED", 3, 3, None)
    assert set(Affected.objects.values_list("since", "until")) == {(begun, None)}


def test_a_clock_that_is_ahead_makes_no_outage_of_the_future(town):
    (outage_id,) = town.opens("Q1", at=timezone.now() + timedelta(hours=2))

    assert Outage.objects.get(pk=outage_id).started_at <= timezone.now()
    assert off(town) == ["УП-1", "УП-2", "УП-3"]


def test_a_flood_that_moves_nobody_costs_no_statement_for_each(town, ago, django_assert_max_num_queries):
    town.opens("Q0", at=ago(60))
    flood = [town.heard("Q2", is_open=n % 2 == 0, at=ago(50) + timedelta(milliseconds=n)) for n in range(2_000)]

    with django_assert_max_num_queries(14):
        assert apply_positions(changes=flood, by=town.admin) == []
