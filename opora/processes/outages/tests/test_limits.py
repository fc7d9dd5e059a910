"""Hours of interruption that are allowed and spent (ПП 861, п. 31(6)): examples counted by hand, and the warnings."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from opora.casework.messaging.models import Notice
from opora.platform.journal.models import Entry
from opora.processes.outages.limits import Allowed, Spent, allowed_hours, by_years, passed_at, share, spent, threshold
from opora.processes.outages.models import Affected, ContractLimit, LimitWarning, Outage, PointYear
from opora.processes.outages.operations.interruptions import gather_interruptions
from opora.processes.outages.operations.limits import (
    LimitTooLong,
    load_limits,
    set_contract_limit,
    warn_of_limits,
)
from opora.processes.outages.queries.limits import LimitFilter, longest_off, running_limits
from opora.processes.outages.stages import LimitKind

MOSCOW = ZoneInfo("Europe/Moscow")
THIRD = Allowed(Decimal(24), Decimal(72))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def test_shares_are_whole_per_cent_rounded_down():
    # 12 h of 24 h = 50 %; a second less is 49 %
    assert share(timedelta(hours=12), Decimal(24)) == 50
    assert share(timedelta(hours=12) - timedelta(seconds=1), Decimal(24)) == 49
    # 19 h 12 min of 24 h = 0.8
    assert share(timedelta(hours=19, minutes=12), Decimal(24)) == 80
    assert [threshold(value) for value in (0, 49, 50, 79, 80, 99, 100, 250)] == [0, 0, 50, 50, 80, 80, 100, 100]


def test_a_contract_shortens_but_never_lengthens_what_the_third_category_has():
    contract = Allowed(Decimal(8), Decimal(100))
    assert allowed_hours(THIRD, contract, THIRD) == Allowed(Decimal(8), Decimal(72))
    assert allowed_hours(THIRD, None, THIRD) == THIRD


def test_hours_of_new_years_night_belong_to_both_years():
    # 31 December 18:00 to 1 January 05:00: 6 h of 2026 and 5 h of 2027
    parts = by_years(at("2026-12-31 18:00"), at("2027-01-01 05:00"), MOSCOW)
    assert parts == {2026: timedelta(hours=6), 2027: timedelta(hours=5)}
    # 11 h without a break of 24 h = 45 %; of 2027 only 5 h, with 31 h from before: 36 h of 72 h = 50 %
    assert spent(
        off_since=at("2026-12-31 18:00"), now=at("2027-01-01 05:00"), earlier=timedelta(hours=31), allowed=THIRD,
        zone=MOSCOW,
    ) == Spent(45, 50)  # fmt: skip


def test_the_limit_that_passes_first_is_told():
    since = at("2026-06-01 10:00")
    # 24 h without a break come before the 71 h that are left of the year; with 60 h spent, 12 h are left: those do
    assert passed_at(off_since=since, earlier=timedelta(hours=1), allowed=THIRD) == at("2026-06-02 10:00")
    assert passed_at(off_since=since, earlier=timedelta(hours=60), allowed=THIRD) == at("2026-06-01 22:00")


@pytest.fixture
def limits(town):
    load_limits(by=town.admin)
    return town


def test_dispatchers_are_warned_once_for_each_threshold(limits, ago):
    now = timezone.now()
    limits.opens("Q1", at=now - timedelta(hours=13))
    Outage.objects.update(stage="CONFIRMED")

    # 13 of 24 h = 54 %; 13 of 72 h = 18 %: one warning, of the hours without a break
    assert warn_of_limits(now=now, by=limits.admin) == 1
    assert warn_of_limits(now=now, by=limits.admin) == 0
    warning = LimitWarning.objects.get()
    assert (warning.kind, warning.share, warning.points) == (LimitKind.CONSECUTIVE, 50, 3)
    assert Entry.objects.filter(event="outages.LimitNeared").count() == 1

    # after 25 h: 104 % and 34 %: the highest threshold alone
    assert warn_of_limits(now=now + timedelta(hours=12), by=limits.admin) == 1
    # after 37 h: 154 % and 51 %: half of the year
    assert warn_of_limits(now=now + timedelta(hours=24), by=limits.admin) == 1
    told = LimitWarning.objects.order_by("pk").values_list("kind", "share")
    assert list(told) == [("CONSECUTIVE", 50), ("CONSECUTIVE", 100), ("YEARLY", 50)]


def test_a_warning_rings_with_those_who_dispatch_in_the_branch(limits):
    now = timezone.now()
    limits.opens("Q1", at=now - timedelta(hours=13))
    Outage.objects.update(stage="CONFIRMED")
    dispatcher = limits.world.user("диспетчер", roles=["dispatcher"])
    limits.world.user("сосед", roles=["dispatcher"], branches=[limits.world.other_branch])

    warn_of_limits(now=now, by=limits.admin)

    told = Notice.objects.filter(once__startswith="outage_limit:")
    assert list(told.values_list("user_id", "level")) == [(dispatcher.pk, "warn")]


def test_what_may_reclose_by_itself_is_not_warned_of(limits):
    now = timezone.now()
    limits.opens("Q1", at=now - timedelta(hours=13))
    Outage.objects.update(stage="SUSPECTED")
    assert warn_of_limits(now=now, by=limits.admin) == 0
    assert not LimitWarning.objects.exists()


def test_a_contract_makes_the_limit_nearer(limits):
    now = timezone.now()
    point = limits.first[0]
    set_contract_limit(usage_point_id=point.pk, consecutive_hours=Decimal(4), yearly_hours=Decimal(20), by=limits.admin)
    limits.opens("Q1", at=now - timedelta(hours=3))
    Outage.objects.update(stage="CONFIRMED")

    (line,) = running_limits(now=now)
    # his 3 h of 4 h = 75 %, 3 of 20 h = 15 %; an hour is left till his limit, 21 h till the others'
    assert (line.points, line.consecutive, line.yearly) == (3, 75, 15)
    assert line.points_at(LimitKind.CONSECUTIVE, 50) == 1
    assert line.passed_at == now + timedelta(hours=1)


def test_a_contract_may_not_allow_more_than_the_third_category(limits):
    with pytest.raises(LimitTooLong):
        set_contract_limit(
            usage_point_id=limits.first[0].pk, consecutive_hours=Decimal(25), yearly_hours=Decimal(72), by=limits.admin
        )
    assert not ContractLimit.objects.exists()


def test_the_year_of_a_usage_point_adds_up_and_is_shown_the_longest_first(limits):
    year = timezone.localtime().year - 1
    (outage_id,) = limits.opens("Q1", at=at(f"{year}-01-10 00:00"))
    Outage.objects.update(stage="CONFIRMED")
    limits.closes("Q1", at=at(f"{year}-01-10 10:00"))
    gather_interruptions(outage_id=outage_id, by=limits.admin)
    point = limits.first[0]
    # a second interruption of one of them, 5 h: 15 h in all, the longest 10 h
    Affected.objects.create(
        outage_id=outage_id, usage_point=point, since=at(f"{year}-02-01 01:00"), until=at(f"{year}-02-01 06:00")
    )
    gather_interruptions(outage_id=outage_id, by=limits.admin)

    kept = PointYear.objects.get(usage_point=point)
    assert (kept.seconds, kept.longest, kept.interruptions) == (54_000, 36_000, 2)
    lines = longest_off(LimitFilter(year=year))
    # 15 of 72 h = 20 %; 10 of 72 h = 13 %
    assert [(line.number, line.share, line.longest_share) for line in lines] == [
        ("УП-1", 20, 41), ("УП-2", 13, 41), ("УП-3", 13, 41),
    ]  # fmt: skip
    assert [line.number for line in longest_off(LimitFilter(year=year, at_least=15))] == ["УП-1"]
    page = longest_off(LimitFilter(year=year), after=(36_000, lines[1].usage_point_id))
    assert [line.number for line in page] == ["УП-3"]
