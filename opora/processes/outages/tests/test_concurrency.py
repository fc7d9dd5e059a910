"""Several at once, and some who stop in the middle."""

import os
import signal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from opora.casework.cases.tests.test_concurrency import at_once
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.models import Affected, Outage
from opora.processes.outages.operations import (
    apply_positions,
    confirm_suspected,
    register_emergency,
    restore_supply,
    set_estimate,
)
from opora.processes.outages.tests.conftest import build_town
from opora.registry.grid.models import Element, Position
from opora.registry.grid.queries import current_tracer


@pytest.fixture
def town(transactional_db):
    """The town of the other tests, committed."""
    with scoped(EVERYTHING):
        return build_town()


def off():
    with scoped(EVERYTHING):
        return sorted(Affected.objects.filter(until=None).values_list("usage_point__number", flat=True))


def counted():
    with scoped(EVERYTHING):
        return sorted(Outage.objects.values_list("points_off", flat=True))


def test_eight_who_tell_the_same_trip_at_once_make_one_outage(town, ago):
    moment = ago(1)

    results = at_once(*[lambda: town.opens("Q0", at=moment)] * 8)

    assert sorted(map(len, results)) == [0] * 7 + [1]
    assert off() == ["УП-1", "УП-2", "УП-3", "УП-4", "УП-5"]
    assert counted() == [5]


def test_trips_above_and_below_at_once_take_everybody_once(town, ago):
    moment = ago(1)

    at_once(*[lambda mrid=mrid: town.opens(mrid, at=moment) for mrid in ("Q0", "Q1", "Q2", "L1")])

    assert off() == ["УП-1", "УП-2", "УП-3", "УП-4", "УП-5"]
    assert sum(counted()) == 5


def test_two_dispatchers_and_telecontrol_restore_at_once_and_each_point_comes_back_once(town, ago):
    (outage_id,) = town.opens("Q0", at=ago(10))

    at_once(
        lambda: restore_supply(outage_id=outage_id, usage_point_ids=[town.first[0].pk], by=town.admin),
        lambda: restore_supply(outage_id=outage_id, usage_point_ids=[p.pk for p in town.first], by=town.admin),
        lambda: town.closes("Q0", at=ago(1)),
        lambda: set_estimate(outage_id=outage_id, restored_by=timezone.now().replace(year=2100), by=town.admin),
        lambda: confirm_suspected(by=town.admin),
    )

    assert off() == []
    with scoped(EVERYTHING):
        outage = Outage.objects.get()
        assert (outage.stage, outage.points_off) == ("RESTORED", 0)
        assert sum(outage.steps.values_list("points", flat=True)) == 5


def test_two_dispatchers_register_the_same_element_at_once_and_one_is_told_so(town):
    results = at_once(*[lambda: register_emergency(element_id=town.grid["TP1"], by=town.admin)] * 2)

    assert "already_known" in results
    assert counted() == [3]


def test_an_operation_that_fails_in_the_middle_leaves_nothing_and_the_tracer_as_it_was(town, ago):
    with pytest.raises(ZeroDivisionError), scoped(EVERYTHING), transaction.atomic():
        town.opens("Q1", at=ago(1))
        assert Affected.objects.count() == 3
        raise ZeroDivisionError

    assert (off(), counted()) == ([], [])
    with scoped(EVERYTHING):
        assert not Position.objects.exists()
        assert not Entry.objects.filter(event__startswith="outages.").exists()
        assert current_tracer().energised([town.grid["C1"]]) == {town.grid["C1"]}
        assert len(town.opens("Q1", at=ago(1))) == 1
    assert off() == ["УП-1", "УП-2", "УП-3"]


def test_a_process_killed_before_its_commit_loses_nothing_that_is_told_again(town, ago):
    change = town.heard("Q1", is_open=True, at=ago(1))
    connection.close()
    child = os.fork()
    if child == 0:
        with scoped(EVERYTHING):
            apply_positions(changes=[change], by=town.admin)
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert (off(), counted()) == ([], [])

    with scoped(EVERYTHING):
        apply_positions(changes=[change], by=town.admin)
        assert Element.objects.get(mrid="Q1").is_open
    assert (off(), counted()) == (["УП-1", "УП-2", "УП-3"], [3])
