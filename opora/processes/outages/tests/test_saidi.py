"""Indices of reliability: examples counted by hand, and laws that hold for any interruptions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.processes.outages.saidi import Spell, Sums, indices, months_of, period_of, summed

MOSCOW = ZoneInfo("Europe/Moscow")


def at(text):
    """A moment on the clock of Moscow."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def test_a_year_of_three_interruptions_counted_by_hand():
    spells = [
        # 2.5 h × 100 points = 250 point-hours; 300 kW × 2.5 h = 750 kWh
        Spell(points=100, since=at("2026-03-10 10:00"), until=at("2026-03-10 12:30"), power=Decimal(300)),
        # 0.5 h × 40 points = 20 point-hours; 80 kW × 0.5 h = 40 kWh
        Spell(points=40, since=at("2026-05-01 23:45"), until=at("2026-05-02 00:15"), power=Decimal(80)),
        # 24 h × 10 points = 240 point-hours; 25 kW × 24 h = 600 kWh
        Spell(points=10, since=at("2026-07-07 00:00"), until=at("2026-07-08 00:00"), power=Decimal(25)),
    ]

    sums = summed(spells, period_of(date(2026, 1, 1), date(2027, 1, 1), MOSCOW))

    # Σ Nj = 100 + 40 + 10 = 150; Σ Tj·Nj = 250 + 20 + 240 = 510 h; Σ Pj·Tj = 750 + 40 + 600 = 1390 kWh
    assert (sums.cut_off, sums.hours, sums.energy) == (150, 510, 1390)
    found = indices(sums, points=1000)
    # SAIDI = 510 / 1000 = 0.51 h; SAIFI = 150 / 1000 = 0.15; CAIDI = 510 / 150 = 3.4 h
    assert (found.saidi, found.saifi, found.caidi) == (Decimal("0.51"), Decimal("0.15"), Decimal("3.4"))


def test_supply_that_comes_back_in_steps_counts_each_step_with_its_own_hours():
    since = at("2026-03-10 10:00")
    steps = [
        Spell(points=60, since=since, until=since + timedelta(hours=1)),
        Spell(points=30, since=since, until=since + timedelta(hours=2)),
        Spell(points=10, since=since, until=since + timedelta(hours=5)),
    ]

    sums = summed(steps, period_of(date(2026, 3, 1), date(2026, 4, 1), MOSCOW))

    # 60·1 + 30·2 + 10·5 = 170 point-hours of 100 points cut off once each: CAIDI 1.7 h
    assert (sums.cut_off, sums.hours) == (100, 170)
    assert indices(sums, points=500).caidi == Decimal("1.7")


def test_an_interruption_over_a_border_of_months_is_cut_at_local_midnight_and_counted_where_it_began():
    # from 31 January 22:00 to 1 February 03:00: 2 h of January, 3 h of February, of 7 points
    spell = Spell(points=7, since=at("2026-01-31 22:00"), until=at("2026-02-01 03:00"), power=Decimal(10))

    january = summed([spell], period_of(date(2026, 1, 1), date(2026, 2, 1), MOSCOW))
    february = summed([spell], period_of(date(2026, 2, 1), date(2026, 3, 1), MOSCOW))

    assert (january.cut_off, january.hours, january.energy) == (7, 14, 20)
    assert (february.cut_off, february.hours, february.energy) == (0, 21, 30)


def test_new_year_is_a_border_as_any_other():
    # 31 December 23:00 to 1 January 00:30: 1 h of 2026, half an hour of 2027, of 4 points
    spell = Spell(points=4, since=at("2026-12-31 23:00"), until=at("2027-01-01 00:30"))

    old = summed([spell], period_of(date(2026, 1, 1), date(2027, 1, 1), MOSCOW))
    new = summed([spell], period_of(date(2027, 1, 1), date(2028, 1, 1), MOSCOW))

    assert (old.cut_off, old.hours, new.cut_off, new.hours) == (4, 4, 0, 2)


def test_nothing_divides_by_nothing():
    assert indices(Sums(), points=0) == indices(Sums(), points=0)
    empty = indices(Sums(), points=10)
    assert (empty.saidi, empty.saifi, empty.caidi) == (0, 0, None)
    assert indices(Sums(cut_off=1, seconds=3600), points=0).saidi is None


def test_a_period_is_cut_into_its_months():
    assert months_of(date(2026, 1, 15), date(2026, 3, 2)) == [
        (date(2026, 1, 15), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]
    assert months_of(date(2026, 1, 1), date(2026, 1, 1)) == []


_moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
_spells = st.builds(
    lambda points, since, seconds, power: Spell(
        points=points, since=since, until=since + timedelta(seconds=seconds), power=Decimal(power)
    ),
    st.integers(1, 5000), _moments, st.integers(1, 90 * 86400), st.integers(0, 10_000),
)  # fmt: skip


@given(st.lists(_spells, max_size=12), st.integers(1, 100_000))
def test_saidi_is_saifi_times_caidi_and_months_add_up_to_the_period(spells, points):
    since, until = date(2026, 1, 1), date(2026, 4, 1)
    whole = summed(spells, period_of(since, until, MOSCOW))

    months = [summed(spells, period_of(*month, MOSCOW)) for month in months_of(since, until)]

    added = sum(months, Sums())
    assert (added.cut_off, added.seconds) == (whole.cut_off, whole.seconds)
    assert added.energy == pytest.approx(whole.energy)
    found = indices(whole, points=points)
    assert found.saidi == whole.hours / points
    if found.caidi is not None:
        assert float(found.saidi) == pytest.approx(float(found.saifi * found.caidi))


@given(st.lists(st.tuples(st.integers(0, 3), _spells), max_size=12))
def test_branches_add_up_to_the_whole(pairs):
    period = period_of(date(2026, 1, 1), date(2026, 4, 1), MOSCOW)
    whole = summed([spell for _branch, spell in pairs], period)

    parts = [summed([spell for own, spell in pairs if own == branch], period) for branch in range(4)]

    added = sum(parts, Sums())
    assert (added.cut_off, added.seconds) == (whole.cut_off, whole.seconds)
