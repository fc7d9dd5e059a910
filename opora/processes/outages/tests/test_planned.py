"""Planned works, from application to report."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from opora.casework.messaging.models import Notice
from opora.platform.calendar.production import ProductionCalendar
from opora.platform.calendar.queries import ORDINARY
from opora.platform.calendar.terms import Term, TermUnit
from opora.platform.errors import NotVisible
from opora.platform.stages import ForbiddenMove
from opora.processes.outages.models import Affected, Outage, PlannedWork
from opora.processes.outages.operations import (
    InTheWay,
    NobodyOff,
    ReasonNeeded,
    TooLate,
    WrongTime,
    agree_planned,
    announce_planned,
    apply_for_planned,
    approve_planned,
    begin_planned,
    cancel_planned,
    close_outage,
    load_outage_catalogue,
    move_planned,
    register_emergency,
    restore_supply,
    warn_of_lateness,
)
from opora.processes.outages.queries import conflicts_of, supply_status
from opora.processes.outages.queries.notices import notices_of
from opora.processes.outages.rules import told_by
from opora.processes.outages.stages import Stage, Supply
from opora.registry.customers.models import UsagePoint


def off():
    return sorted(Affected.objects.filter(until=None).values_list("usage_point__number", flat=True))


def apply(town, mrid="L1", *, days=20, hours=4, **more):
    begins = timezone.now() + timedelta(days=days)
    wanted = {"works": "Замена опоры", "planned_from": begins, "planned_to": begins + timedelta(hours=hours), **more}
    return apply_for_planned(element_id=town.grid[mrid], by=town.admin, **wanted)


def announced(town, mrid="L1", **more):
    """Works that are announced and whose time has come."""
    load_outage_catalogue(by=town.admin)
    outage = apply(town, mrid, **more)
    for onwards in (agree_planned, approve_planned, announce_planned):
        onwards(outage_id=outage.pk, by=town.admin)
    now = timezone.now()
    PlannedWork.objects.filter(pk=outage.pk).update(
        planned_from=now - timedelta(minutes=10), planned_to=now + timedelta(hours=4)
    )
    return outage


def test_works_go_from_application_to_report(town, ago):
    outage = announced(town)
    assert (outage.number, outage.kind) == (f"П-03-{timezone.localdate().year}-00001", "PLANNED")
    assert list(outage.expected.order_by("usage_point__number").values_list("usage_point__number", flat=True)) == [
        "УП-1", "УП-2", "УП-3",
    ]  # fmt: skip
    assert off() == []
    status = supply_status(town.first[0].pk)
    assert (status.state, status.planned.number, status.planned.works) == (Supply.ON, outage.number, "Замена опоры")

    begin_planned(outage_id=outage.pk, by=town.admin)
    assert off() == ["УП-1", "УП-2", "УП-3"]
    status = supply_status(town.first[0].pk)
    assert (status.state, status.why, status.until_said_by) == (Supply.OFF, "Замена опоры", "PLAN")

    restore_supply(outage_id=outage.pk, by=town.admin)
    close_outage(outage_id=outage.pk, by=town.admin)  # what was planned needs no cause
    assert off() == []
    assert Outage.objects.get().stage == Stage.CLOSED


def test_works_of_the_past_or_of_nothing_are_refused(town):
    now = timezone.now()
    for refusal, wrong in (
        (WrongTime, {"planned_from": now - timedelta(minutes=1)}),
        (WrongTime, {"planned_to": now}),
        (ReasonNeeded, {"works": " "}),
    ):
        with pytest.raises(refusal):
            apply(town, **wrong)
    later = {"planned_from": now + timedelta(days=1), "planned_to": now + timedelta(days=2)}
    with pytest.raises(NotVisible):
        apply_for_planned(element_id=10**9, works="Ремонт", by=town.admin, **later)
    with pytest.raises(NobodyOff):
        apply_for_planned(works="Ремонт", by=town.admin, **later)
    assert not Outage.objects.exists()


def test_works_over_other_works_are_seen_and_approved_only_by_saying_so(town):
    first, second = apply(town, "Q0"), apply(town, "L1")
    other = apply(town, "L1", days=25)
    agree_planned(outage_id=second.pk, by=town.admin)

    assert [(c.number, c.points) for c in conflicts_of(second.pk)] == [(first.number, 3)]
    assert not conflicts_of(other.pk)
    with pytest.raises(InTheWay) as refusal:
        approve_planned(outage_id=second.pk, by=town.admin)
    assert first.number in str(refusal.value)
    assert Outage.objects.get(pk=second.pk).stage == Stage.AGREED

    approve_planned(outage_id=second.pk, despite=True, by=town.admin)
    assert first.number in PlannedWork.objects.get(pk=second.pk).despite


def test_works_that_leave_the_first_category_without_a_source_are_approved_only_by_saying_so(town):
    UsagePoint.objects.filter(pk=town.first[0].pk).update(reliability_category="I")
    outage = apply(town)
    agree_planned(outage_id=outage.pk, by=town.admin)

    with pytest.raises(InTheWay):
        approve_planned(outage_id=outage.pk, by=town.admin)
    approve_planned(outage_id=outage.pk, despite=True, by=town.admin)
    assert Outage.objects.get().stage == Stage.APPROVED


def test_who_cannot_be_told_in_time_stands_in_the_way_of_the_announcement(town):
    load_outage_catalogue(by=town.admin)
    outage = apply(town, days=8)
    agree_planned(outage_id=outage.pk, by=town.admin)
    approve_planned(outage_id=outage.pk, by=town.admin)

    with pytest.raises(TooLate) as refusal:
        announce_planned(outage_id=outage.pk, by=town.admin)
    assert "Потребители" in str(refusal.value)

    announce_planned(outage_id=outage.pk, despite=True, by=town.admin)
    work = PlannedWork.objects.get()
    assert work.announced_at is not None
    assert work.despite.startswith("Потребители")
    assert [notice.code for notice in notices_of(outage)] == ["consumers", "suppliers"]


@pytest.mark.parametrize(
    ("term", "moment"),
    [
        (Term(10, TermUnit.CALENDAR_DAYS), "2026-05-11"),
        (Term(5, TermUnit.WORKING_DAYS), "2026-05-14"),
        (Term(1, TermUnit.MONTHS), "2026-04-21"),
    ],
)
def test_the_last_day_to_tell_is_counted_back_from_the_beginning(term, moment):
    begins = datetime(2026, 5, 21, 6, tzinfo=UTC)

    last = told_by(term, begins, ProductionCalendar(), ORDINARY)

    assert last == ORDINARY.midnight(date.fromisoformat(moment) + timedelta(days=1))
    assert told_by(Term(24, TermUnit.HOURS), begins, ProductionCalendar(), ORDINARY) == begins - timedelta(1)


def test_moved_works_are_agreed_anew_and_cancelled_ones_say_why(town):
    outage = announced(town)
    begins = timezone.now() + timedelta(days=30)
    move_planned(
        outage_id=outage.pk, planned_from=begins, planned_to=begins + timedelta(hours=1), by=town.admin
    )  # fmt: skip
    work = PlannedWork.objects.get()
    assert (Outage.objects.get().stage, work.moves, work.agreed_by, work.announced_at) == ("APPLIED", 1, None, None)
    with pytest.raises(ForbiddenMove):
        begin_planned(outage_id=outage.pk, by=town.admin)
    with pytest.raises(ReasonNeeded):
        cancel_planned(outage_id=outage.pk, reason=" ", by=town.admin)

    cancel_planned(outage_id=outage.pk, reason="Нет материалов", by=town.admin)

    assert Outage.objects.get().stage == Stage.CANCELLED
    assert PlannedWork.objects.get().cancel_reason == "Нет материалов"
    assert supply_status(town.first[0].pk).planned is None


def test_works_do_not_begin_long_before_what_was_announced(town):
    outage = announced(town)
    PlannedWork.objects.update(
        planned_from=timezone.now() + timedelta(hours=1), planned_to=timezone.now() + timedelta(hours=2)
    )
    with pytest.raises(WrongTime):
        begin_planned(outage_id=outage.pk, by=town.admin)
    assert off() == []


def test_announced_works_begin_when_a_switch_opens_for_them_and_end_when_it_closes(town, ago):
    outage = announced(town, "L1")

    assert town.opens("Q1", at=ago(5)) == [outage.pk]
    outage.refresh_from_db()
    assert (outage.stage, outage.points_off, off()) == ("UNDER_WAY", 3, ["УП-1", "УП-2", "УП-3"])

    town.closes("Q1", at=ago(1))
    outage.refresh_from_db()
    assert (outage.stage, off()) == ("RESTORED", [])
    assert Outage.objects.count() == 1


def test_a_trip_of_more_than_the_works_expect_is_an_emergency(town, ago):
    planned = announced(town, "L1")

    (outage_id,) = town.opens("Q0", at=ago(5))

    assert outage_id != planned.pk
    assert Outage.objects.get(pk=outage_id).kind == "EMERGENCY"


def test_works_begun_over_an_emergency_take_only_who_has_supply(town, ago):
    planned = announced(town, "Q0")
    emergency = register_emergency(element_id=town.grid["TP1"], started_at=ago(60), by=town.admin)

    begin_planned(outage_id=planned.pk, by=town.admin)
    planned.refresh_from_db()
    assert (planned.points_off, planned.parent_id) == (2, emergency.pk)

    restore_supply(outage_id=planned.pk, by=town.admin)
    assert off() == ["УП-1", "УП-2", "УП-3"]


def test_nothing_begins_by_itself_but_dispatchers_are_warned_once(town):
    dispatcher = town.world.user("диспетчер", roles=["dispatcher"])
    town.world.user("чужой", roles=["dispatcher"], branches=[town.world.other_branch])
    outage = announced(town)

    assert warn_of_lateness(now=timezone.now(), by=town.admin) == 1
    assert warn_of_lateness(now=timezone.now(), by=town.admin) == 0
    assert off() == []
    notice = Notice.objects.get()
    assert (notice.user_id, notice.url) == (dispatcher.pk, f"/outages/{outage.pk}/")
    assert outage.number in notice.text

    begin_planned(outage_id=outage.pk, by=town.admin)
    late = timezone.now() + timedelta(hours=5)
    assert warn_of_lateness(now=late, by=town.admin) == 1
    assert Notice.objects.count() == 2
