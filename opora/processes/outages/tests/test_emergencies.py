"""What dispatchers say of outages that no switch tells."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opora.platform.errors import ChangedMeanwhile, EditForbidden, NotVisible
from opora.platform.journal.models import Entry
from opora.platform.scope import scoped
from opora.platform.stages import ForbiddenMove
from opora.processes.outages.models import Affected, Brigade, Outage
from opora.processes.outages.operations import (
    AlreadyKnown,
    CauseNeeded,
    NameTaken,
    NobodyOff,
    UnknownField,
    WrongTime,
    add_brigade,
    change_outage,
    close_outage,
    register_emergency,
    restore_supply,
    say,
    set_estimate,
    withdraw_outage,
)
from opora.processes.outages.stages import Stage


def off(outage=None):
    rows = Affected.objects.filter(until=None)
    found = rows if outage is None else rows.filter(outage=outage)
    return sorted(found.values_list("usage_point__number", flat=True))


def nothing_happened():
    return not Outage.objects.exists() and not Affected.objects.exists()


@pytest.fixture
def outage(town, ago):
    """A transformer that a dispatcher says is off."""
    return register_emergency(element_id=town.grid["TP1"], started_at=ago(30), by=town.admin)


def test_an_outage_of_an_element_cuts_off_everybody_below_it(town, outage):
    assert off() == ["УП-1", "УП-2", "УП-3"]
    assert (outage.stage, outage.source, outage.points_off, outage.number) == (
        "CONFIRMED", "DISPATCHER", 3, f"А-03-{outage.started_at.year}-00001",
    )  # fmt: skip
    (entry,) = Entry.objects.filter(event="outages.OutageRegistered")
    assert entry.facts == {"outage_id": outage.pk, "kind": "EMERGENCY", "source": "DISPATCHER", "points": 3}


def test_single_usage_points_may_be_off_by_themselves(town):
    outage = register_emergency(usage_point_ids=[town.first[1].pk], area=" д. 2 ", by=town.admin)

    assert off() == ["УП-2"]
    assert (outage.element_id, outage.area, outage.branch_id) == (None, "д. 2", town.world.branch.pk)


def test_a_single_fault_stays_when_the_feeder_above_it_blinks(town, ago):
    own = register_emergency(usage_point_ids=[town.first[1].pk], started_at=ago(90), by=town.admin)
    (trip,) = town.opens("Q1", at=ago(60))
    assert off(trip) == ["УП-1", "УП-3"]

    town.closes("Q1", at=ago(50))

    assert off() == ["УП-2"]
    own.refresh_from_db()
    assert (own.stage, own.points_off) == (Stage.CONFIRMED, 1)


def test_an_outage_inside_another_is_nested_and_takes_only_who_is_left(town, ago):
    outer = register_emergency(usage_point_ids=[p.pk for p in town.first[:2]], started_at=ago(60), by=town.admin)

    inner = register_emergency(element_id=town.grid["TP1"], started_at=ago(30), by=town.admin)

    assert (inner.parent_id, off(inner), off(outer)) == (outer.pk, ["УП-3"], ["УП-1", "УП-2"])


def test_a_wider_trip_takes_the_narrower_outage_inside_it(town, ago):
    (narrow,) = town.opens("Q1", at=ago(60))
    (wide,) = town.opens("Q0", at=ago(30))

    assert Outage.objects.get(pk=narrow).parent_id == wide
    assert (off(narrow), off(wide)) == (["УП-1", "УП-2", "УП-3"], ["УП-4", "УП-5"])


def test_nothing_may_be_named_wrongly(town, outage):
    before = Outage.objects.count(), Affected.objects.count()
    point = town.second[0].pk

    with pytest.raises(NobodyOff):
        register_emergency(by=town.admin)
    with pytest.raises(WrongTime):
        register_emergency(usage_point_ids=[point], started_at=timezone.now() + timedelta(hours=1), by=town.admin)
    with pytest.raises(AlreadyKnown) as known:
        register_emergency(element_id=town.grid["TP1"], by=town.admin)
    with pytest.raises(NotVisible):
        register_emergency(element_id=10**9, by=town.admin)
    with pytest.raises(NotVisible):
        register_emergency(usage_point_ids=[point, 10**9], by=town.admin)
    with pytest.raises(NotVisible):
        register_emergency(usage_point_ids=[point], cause_id=10**9, by=town.admin)

    assert outage.number in str(known.value)
    assert (Outage.objects.count(), Affected.objects.count()) == before


def test_a_dispatcher_of_another_branch_sees_but_does_not_touch(town, outage):
    stranger = town.world.user("чужой", roles=["dispatcher"], branches=[town.world.other_branch])
    with scoped(stranger.scope):
        assert Outage.objects.get().number == outage.number
        for refused in (
            lambda: restore_supply(outage_id=outage.pk, by=stranger),
            lambda: set_estimate(outage_id=outage.pk, restored_by=timezone.now() + timedelta(hours=1), by=stranger),
            lambda: register_emergency(element_id=town.grid["C2"], by=stranger),
        ):
            with pytest.raises(EditForbidden):
                refused()
    assert off() == ["УП-1", "УП-2", "УП-3"]


def test_a_dispatcher_of_the_branch_cuts_off_customers_he_may_not_see(town, ago):
    blind = town.world.user("диспетчер", roles=["dispatcher"], seen=[])
    with scoped(blind.scope):
        outage = register_emergency(element_id=town.grid["TP1"], started_at=ago(5), by=blind)
        assert outage.points_off == 3
        assert not Affected.objects.exists()
    assert off() == ["УП-1", "УП-2", "УП-3"]


def test_every_estimate_is_kept_with_who_says_it_and_why_it_changed(town, outage):
    first, second = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=3)
    set_estimate(outage_id=outage.pk, restored_by=first, by=town.admin)
    with pytest.raises(CauseNeeded):
        set_estimate(outage_id=outage.pk, restored_by=second, by=town.admin)
    with pytest.raises(WrongTime):
        set_estimate(outage_id=outage.pk, restored_by=timezone.now(), reason="так", by=town.admin)

    set_estimate(outage_id=outage.pk, restored_by=second, source="BRIGADE", reason="Опора сломана", by=town.admin)

    outage.refresh_from_db()
    assert outage.estimated_at == second
    assert list(outage.estimates.order_by("pk").values_list("restored_by", "source", "reason")) == [
        (first, "DISPATCHER", ""), (second, "BRIGADE", "Опора сломана"),
    ]  # fmt: skip


def test_supply_comes_back_by_word_in_steps(town, outage, ago):
    restore_supply(outage_id=outage.pk, usage_point_ids=[town.first[0].pk], at=ago(20), by=town.admin)
    outage.refresh_from_db()
    assert (outage.stage, outage.points_off, outage.ended_at) == ("PARTLY_RESTORED", 2, None)

    with pytest.raises(NobodyOff):
        restore_supply(outage_id=outage.pk, usage_point_ids=[town.first[0].pk], by=town.admin)
    with pytest.raises(WrongTime):
        restore_supply(outage_id=outage.pk, at=ago(60), by=town.admin)

    ended = ago(10)
    restore_supply(outage_id=outage.pk, element_id=town.grid["C1"], at=ended, comment="включили", by=town.admin)
    outage.refresh_from_db()
    assert (outage.stage, outage.points_off, outage.ended_at, off()) == ("RESTORED", 0, ended, [])
    assert list(outage.steps.order_by("at").values_list("points", "comment")) == [(1, ""), (2, "включили")]
    with pytest.raises(NobodyOff):
        restore_supply(outage_id=outage.pk, by=town.admin)


def test_part_of_what_a_switch_took_is_restored_by_word_below_a_dead_element(town, ago):
    (outage_id,) = town.opens("Q0", at=ago(30))

    restore_supply(outage_id=outage_id, element_id=town.grid["TP1"], comment="дизель", by=town.admin)

    assert off() == ["УП-4", "УП-5"]


def test_an_outage_is_closed_once_it_is_over_and_its_cause_is_known(town, outage):
    with pytest.raises(ForbiddenMove):
        close_outage(outage_id=outage.pk, by=town.admin)
    restore_supply(outage_id=outage.pk, by=town.admin)
    with pytest.raises(CauseNeeded):
        close_outage(outage_id=outage.pk, by=town.admin)
    version = Outage.objects.get().version
    change_outage(outage_id=outage.pk, version=version, changes={"cause_id": town.cause.pk}, by=town.admin)

    close_outage(outage_id=outage.pk, by=town.admin)

    assert Outage.objects.get().stage == Stage.CLOSED


def test_the_second_to_save_is_told_so(town, outage):
    change_outage(outage_id=outage.pk, version=1, changes={"area": "ул. Новая", "comment": "Обход"}, by=town.admin)
    with pytest.raises(ChangedMeanwhile):
        change_outage(outage_id=outage.pk, version=1, changes={"area": "другое"}, by=town.admin)
    with pytest.raises(UnknownField):
        change_outage(outage_id=outage.pk, version=2, changes={"stage": "CLOSED"}, by=town.admin)

    outage.refresh_from_db()
    assert (outage.area, outage.comment, outage.version, outage.stage) == ("ул. Новая", "Обход", 2, "CONFIRMED")
    (entry,) = Entry.objects.filter(event="outages.OutageChanged")
    assert entry.facts == {"outage_id": outage.pk, "fields": ["area", "comment"]}


def test_a_brigade_goes_to_outages_of_its_own_branch(town, outage):
    ours = add_brigade(branch_id=town.world.branch.pk, name="ОВБ-1", phone="+78610000001", by=town.admin)
    theirs = add_brigade(branch_id=town.world.other_branch.pk, name="ОВБ-1", by=town.admin)
    with pytest.raises(NameTaken):
        add_brigade(branch_id=town.world.branch.pk, name=" ОВБ-1 ", by=town.admin)
    with pytest.raises(NotVisible):
        change_outage(outage_id=outage.pk, version=1, changes={"brigade_id": theirs.pk}, by=town.admin)

    change_outage(outage_id=outage.pk, version=1, changes={"brigade_id": ours.pk}, by=town.admin)

    outage.refresh_from_db()
    assert outage.brigade == ours
    assert Brigade.objects.count() == 2


def test_what_was_registered_by_mistake_never_was(town, outage):
    withdraw_outage(outage_id=outage.pk, by=town.admin)

    outage.refresh_from_db()
    assert (outage.stage, outage.points_total, off()) == (Stage.CANCELLED, 0, [])
    assert register_emergency(element_id=town.grid["TP1"], by=town.admin).points_off == 3


def test_dispatchers_and_the_call_centre_write_to_each_other(town, outage):
    say(outage_id=outage.pk, text="  Бригада на месте ", by=town.admin)

    assert [remark.text for remark in outage.remarks.all()] == ["Бригада на месте"]
