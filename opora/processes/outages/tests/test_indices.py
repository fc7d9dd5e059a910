"""The journal of interruptions (form 8.1) and the indices built of it: the same rows, counted by hand."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from opora.config.subscriptions import SUBSCRIPTIONS
from opora.processes.outages.events import SupplyRestored
from opora.processes.outages.form81 import Layout, cells, columns, object_kind
from opora.processes.outages.handlers import gather_restored
from opora.processes.outages.models import Cause, Interruption, Outage, PointCount
from opora.processes.outages.operations import register_emergency, restore_supply
from opora.processes.outages.operations.interruptions import count_points, gather_interruptions
from opora.processes.outages.queries.form81 import count_journal, journal_lines, journal_page
from opora.processes.outages.queries.indices import Dimension, index_report
from opora.processes.outages.queries.interruptions import JournalFilter
from opora.processes.outages.stages import Stage
from opora.registry.customers.models import UsagePoint

MOSCOW = ZoneInfo("Europe/Moscow")
YEAR = JournalFilter(since=date(2025, 1, 1), until=date(2026, 1, 1))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def past_outage(town, *, since, steps, cause, **off):
    """An outage that is over: `steps` are moments, and the usage points that had supply again then."""
    outage = register_emergency(started_at=since, cause_id=cause.pk, by=town.admin, **off)
    for moment, points in steps:
        restore_supply(outage_id=outage.pk, at=moment, usage_point_ids=[point.pk for point in points], by=town.admin)
    gather_interruptions(outage_id=outage.pk, by=town.admin)
    return Outage.objects.get(pk=outage.pk)


@pytest.fixture
def year(town):
    """Two outages of 2025, and six usage points in all: five of the town and one of the world.

    January, of the company's fault: three points from 31 January 22:00; two are back at 23:00, one on 1 February 03:00.
    May, from another's network: two points of 35 kV from 10:00 to 11:30.
    """
    UsagePoint.objects.filter(pk=town.first[0].pk).update(max_power=Decimal(100), reliability_category="I")
    UsagePoint.objects.filter(pk__in=[point.pk for point in town.first[1:]]).update(max_power=Decimal(15))
    UsagePoint.objects.filter(pk__in=[point.pk for point in town.second]).update(max_power=Decimal(700), voltage="SN1")
    foreign = Cause.objects.create(code="6.1", name="Смежная сеть", ours=False)
    began = at("2025-01-31 22:00")
    january = past_outage(
        town, since=began, element_id=town.grid["Q1"], cause=town.cause,
        steps=[(at("2025-01-31 23:00"), town.first[1:]), (at("2025-02-01 03:00"), town.first[:1])],
    )  # fmt: skip
    may = past_outage(
        town, since=at("2025-05-10 10:00"), usage_point_ids=[point.pk for point in town.second], cause=foreign,
        steps=[(at("2025-05-10 11:30"), town.second)],
    )  # fmt: skip
    PointCount.objects.all().delete()
    assert count_points() == UsagePoint.objects.count()
    return january, may


def test_steps_of_restoration_make_lines_of_their_own(town, year):
    january, may = year
    lines = list(journal_lines(YEAR))

    # the first step: 2 points of category III, 1 h; the second: 1 point of category I, 5 h; May: 2 points, 1.5 h
    assert [(line.outage, line.points, line.hours) for line in lines] == [
        (january.number, 2, Decimal(1)), (january.number, 1, Decimal(5)), (may.number, 2, Decimal("1.5")),
    ]  # fmt: skip
    assert [line.number for line in lines] == [1, 2, 3]
    assert [(line.points_first, line.points_third) for line in lines] == [(0, 2), (1, 0), (0, 2)]
    assert [(line.points_low, line.points_medium_1) for line in lines] == [(2, 0), (1, 0), (0, 2)]
    # one customer has all the points, so he is partly off, as a consumer of category I, and of 3 kinds of power:
    # 15 + 15 = 30 kW, 100 kW, 700 + 700 = 1400 kW
    assert [(line.third, line.first_partly, line.consumers) for line in lines] == [(1, 0, 1), (0, 1, 1), (1, 0, 1)]
    assert [(line.up_to_150, line.up_to_670, line.over_670) for line in lines] == [(1, 0, 0), (1, 0, 0), (0, 0, 1)]
    assert [line.load_mw for line in lines] == [Decimal("0.03"), Decimal("0.1"), Decimal("1.4")]
    assert [(line.kind, line.counted) for line in lines] == [("В", 1), ("В", 1), ("В1", 0)]


def test_both_layouts_show_the_same_line(town, year):
    line = next(iter(journal_lines(YEAR)))

    assert (len(columns(Layout.A)), len(columns(Layout.B))) == (35, 27)
    a, b = cells(line, Layout.A), cells(line, Layout.B)
    # columns by their numbers in the form, the first is 1
    assert (a[0], a[15], a[24], a[27], a[31], a[32]) == (1, 2, 1, 1, Decimal(1), Decimal("0.03"))
    assert (a[28], a[29], a[30]) == ("22,00 2025.01.31", "03,00 2025.02.01", "23,00 2025.01.31")
    assert (b[5], b[6], b[7], b[8], b[12], b[15], b[19], b[26]) == (
        "22,00 2025.01.31", "23,00 2025.01.31", "В", Decimal(1), 2, 2, 2, 1,
    )  # fmt: skip
    # columns that add others up: 16 of A is 9–15, 25 is 17–21, 28 is 25–27; 13 of B is 14–16 and 21
    for each in journal_lines(YEAR):
        a, b = cells(each, Layout.A), cells(each, Layout.B)
        assert a[15] == sum(a[8:15])
        assert a[24] == sum(a[16:21]) == sum(a[21:24])
        assert a[27] == sum(a[24:27])
        assert b[12] == sum(b[13:16]) + b[20]
        assert sum(b[16:20]) + b[20] == b[12]


def test_indices_of_the_year_counted_by_hand(town, year):
    report = index_report(YEAR, Dimension.MONTH)

    points = UsagePoint.objects.count()
    # Σ Nj = 2 + 1 + 2 = 5; Σ Tj·Nj = 2·1 + 1·5 + 2·1.5 = 10 point-hours
    assert (report.whole.sums.cut_off, report.whole.sums.hours, report.whole.points) == (5, 10, points)
    assert report.whole.indices.saidi == Decimal(10) / points
    assert report.whole.indices.saifi == Decimal(5) / points
    assert report.whole.indices.caidi == 2
    # 30 kW · 1 h + 100 kW · 5 h + 1400 kW · 1.5 h = 2630 kWh
    assert report.whole.sums.energy == 2630
    by_month = {figure.key: figure.sums for figure in report.figures}
    assert len(by_month) == 12
    # January: 2 points 1 h + 1 point 2 h; February: 1 point 3 h, which began in January; May: 2 points 1.5 h
    told = [by_month[f"2025-{month:02}-01"] for month in (1, 2, 5)]
    assert [(sums.cut_off, sums.hours) for sums in told] == [(3, 4), (0, 3), (2, 3)]


@pytest.mark.parametrize("dimension", list(Dimension))
def test_parts_add_up_to_the_whole_and_each_figure_opens_its_rows(town, year, dimension):
    report = index_report(YEAR, dimension)

    added = sum((figure.sums for figure in report.figures), type(report.whole.sums)())
    assert added == report.whole.sums
    assert sum(figure.contribution for figure in report.figures) == pytest.approx(report.whole.indices.saidi)
    assert all("since=" in figure.rows and "until=" in figure.rows for figure in report.figures)


def test_the_journal_and_the_indices_agree_under_every_filter(town, year):
    for more in (
        {}, {"branch_id": town.world.branch.pk}, {"branch_id": town.world.other_branch.pk}, {"voltage": "SN1"},
        {"voltage": "NN"}, {"kind": "В"}, {"kind": "В1"}, {"kind": "П"}, {"kind": "А"}, {"cause_id": town.cause.pk},
        {"no_cause": True}, {"district_id": town.world.district.pk},
    ):  # fmt: skip
        wanted = JournalFilter(since=date(2025, 1, 1), until=date(2026, 1, 1), **more)
        lines = list(journal_lines(wanted))
        report = index_report(wanted, Dimension.BRANCH)
        assert sum(line.points * line.seconds for line in lines) == report.whole.sums.seconds, more
        assert sum(line.points for line in lines) == report.whole.sums.cut_off, more
        assert count_journal(wanted) == len(lines)


def test_pages_of_the_journal_follow_each_other(town, year):
    first = journal_page(YEAR, limit=2)
    second = journal_page(YEAR, after=first.next, limit=2, first=3)

    assert [line.number for _row, line in (*first.lines, *second.lines)] == [1, 2, 3]
    assert second.next is None


def test_the_journal_costs_the_same_however_many_lines(town, year, django_assert_num_queries):
    with django_assert_num_queries(3):  # lines with their outages, parts, documents
        journal_page(YEAR)


def test_gathering_twice_changes_nothing_and_a_blink_leaves_nothing(town, year):
    january, _may = year
    before = list(Interruption.objects.values_list("outage", "since", "until").order_by("since", "until"))

    gather_interruptions(outage_id=january.pk, by=town.admin)
    assert list(Interruption.objects.values_list("outage", "since", "until").order_by("since", "until")) == before

    Outage.objects.filter(pk=january.pk).update(stage=Stage.BLINK)
    assert gather_interruptions(outage_id=january.pk, by=town.admin) == 0
    assert not Interruption.objects.filter(outage=january).exists()


def test_those_who_are_still_off_wait_for_their_turn(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(90))
    Outage.objects.update(stage=Stage.CONFIRMED)
    assert gather_interruptions(outage_id=outage_id, by=town.admin) == 0

    town.closes("Q1", at=ago(30))
    assert gather_interruptions(outage_id=outage_id, by=town.admin) == 1
    line = Interruption.objects.get()
    assert (line.since.second, line.since.microsecond) == (line.since.second, 0)
    assert line.parts.get().points == 3


def test_the_most_usage_points_of_a_month_divide(town, year):
    place = {"branch": town.world.branch, "district": town.world.district, "voltage": "NN"}
    PointCount.objects.create(month=date(2025, 3, 1), points=1000, **place)
    PointCount.objects.create(month=date(2025, 4, 1), points=400, **place)

    report = index_report(YEAR, Dimension.BRANCH)

    assert (report.counted_in, report.whole.points) == (date(2025, 3, 1), 1000)
    # 10 point-hours of 1000 points
    assert report.whole.indices.saidi == Decimal("0.01")


def test_the_kind_of_an_object_is_told_by_the_network():
    assert object_kind("LINE_SEGMENT", [], "КЛ 10 кВ Южная-3") == "КЛ"
    assert object_kind("LINE_SEGMENT", [], "Южная-3, опора 14") == "ВЛ"
    assert object_kind("BREAKER", ["BAY", "VOLTAGE_LEVEL", "SUBSTATION"], "В-10 Ф-3") == "ПС"
    assert object_kind("TRANSFORMER", ["TRANSFORMER_POINT"], "Т-1") == "ТП"
    assert object_kind("BREAKER", ["DISTRIBUTION_POINT"], "В-1") == "РП"
    assert object_kind("OTHER", [], "") == ""


def test_restoration_fills_the_journal_by_itself_and_twice_is_once(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(90))
    Outage.objects.update(stage=Stage.CONFIRMED)
    town.closes("Q1", at=ago(30))
    step = Outage.objects.get().steps.get()
    fact = SupplyRestored(outage_id=outage_id, step_id=step.pk, points=3, left=0)
    assert SUBSCRIPTIONS[SupplyRestored][-1] is gather_restored

    for _time in range(2):
        gather_restored(fact)

    line = Interruption.objects.get()
    assert (line.outage_id, line.parts.get().points) == (outage_id, 3)
