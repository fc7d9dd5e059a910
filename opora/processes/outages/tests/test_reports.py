"""What customers say, and what they are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opora.casework.cases.models import Case, CaseNote
from opora.casework.cases.operations import Contact, cancel_case
from opora.casework.cases.stages import Channel
from opora.casework.messaging.models import Message
from opora.platform.errors import NotVisible
from opora.platform.journal.models import Entry
from opora.processes.outages import handlers
from opora.processes.outages.events import (
    EstimateSet,
    OutageConfirmed,
    ReportJoined,
    ReportRegistered,
    SupplyRestored,
)
from opora.processes.outages.models import Outage, OutageReport
from opora.processes.outages.operations import (
    WrongTime,
    answer_reports,
    confirm_suspected,
    join_report,
    load_outage_catalogue,
    register_emergency,
    register_outage_report,
    restore_supply,
    set_estimate,
    settle_report,
    withdraw_outage,
)
from opora.processes.outages.queries import reports_by_device, single_reports

ANSWERING = {
    "outages.ReportRegistered": (ReportRegistered, handlers.acknowledge_report),
    "outages.ReportJoined": (ReportJoined, handlers.tell_joined),
    "outages.OutageConfirmed": (OutageConfirmed, handlers.tell_confirmed),
    "outages.EstimateSet": (EstimateSet, handlers.tell_of_estimate),
    "outages.SupplyRestored": (SupplyRestored, handlers.tell_of_restoration),
}


def call(town, point=None, **more):
    wanted = {
        "channel": Channel.PHONE, "text": "Нет света", "usage_point_id": point.pk if point else None,
        "contact": Contact(name="Семёнов", phone="+79180000001", email="semenov@example.org"), **more,
    }  # fmt: skip
    return register_outage_report(by=town.admin, **wanted)


def run_handlers():
    """Everything that follows from what has happened, twice: at least once means perhaps twice."""
    for entry in Entry.objects.filter(event__in=ANSWERING).order_by("pk"):
        event, handler = ANSWERING[entry.event]
        handler(event(**entry.facts))
        handler(event(**entry.facts))


def told():
    """Codes of messages in order, those of the applicant's case left out."""
    return list(Message.objects.order_by("pk").values_list("template__code", flat=True))


@pytest.fixture
def words(town):
    load_outage_catalogue(by=town.admin)


def test_a_report_is_a_case_and_joins_the_outage_of_its_address(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(5))

    report = call(town, town.first[0])

    assert report.outage_id == outage_id
    assert report.settled_at == report.case.registered_at
    case = Case.objects.get()
    assert (case.number, case.topic_id, case.usage_point_id) == (
        report.case.number, town.world.topic("outage_emergency"), town.first[0].pk,
    )  # fmt: skip
    (entry,) = Entry.objects.filter(event="outages.ReportRegistered")
    assert entry.facts == {"case_id": case.pk, "outage_id": outage_id}


def test_a_report_where_there_is_supply_stays_single(town, ago):
    town.opens("Q1", at=ago(5))

    report = call(town, town.second[0])

    assert (report.outage_id, report.settled_at) == (None, None)
    assert [single.case_id for single in single_reports()] == [report.pk]
    assert list(reports_by_device(single_reports())) == []


def test_a_report_told_twice_is_one(town):
    first = call(town, town.first[0], once="звонок:1")
    assert call(town, town.first[0], once="звонок:1") == first
    assert Case.objects.count() == OutageReport.objects.count() == 1


def test_reports_below_one_device_propose_it_and_join_the_outage_that_is_registered_there(town):
    both = [call(town, town.first[0]), call(town, town.first[1])]
    alone = call(town, town.second[0])
    device = reports_by_device(single_reports())[0]
    assert (device.element_id, device.reports) == (town.grid["TP1"], 2)

    outage = register_emergency(element_id=device.element_id, source="CALLS", by=town.admin)

    for report in both:
        report.refresh_from_db()
        assert report.outage_id == outage.pk
    alone.refresh_from_db()
    assert alone.outage_id is None
    assert sorted(Entry.objects.filter(event="outages.ReportJoined").values_list("facts__case_id", flat=True)) == [
        report.pk for report in both
    ]  # fmt: skip


def test_a_trip_joins_the_reports_that_came_before_its_signal(town, ago):
    report = call(town, town.first[0])
    (outage_id,) = town.opens("Q1", at=ago(1))

    report.refresh_from_db()
    assert report.outage_id == outage_id


def test_whoever_takes_the_report_may_say_which_outage_it_is(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(5))
    report = call(town, branch_id=town.world.branch.pk, outage_id=outage_id)
    assert report.outage_id == outage_id

    with pytest.raises(NotVisible):
        call(town, town.second[0], outage_id=10**9)
    assert Case.objects.count() == 1


def test_a_single_report_is_joined_by_hand_or_found_to_be_nobodys_outage(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(5))
    one, other = call(town, town.second[0]), call(town, town.second[1])

    assert join_report(case_id=one.pk, outage_id=outage_id, by=town.admin).outage_id == outage_id
    assert settle_report(case_id=other.pk, by=town.admin).outage_id is None
    assert list(single_reports()) == []

    mistaken = register_emergency(usage_point_ids=[town.second[0].pk], by=town.admin)
    withdraw_outage(outage_id=mistaken.pk, by=town.admin)
    with pytest.raises(WrongTime):
        join_report(case_id=other.pk, outage_id=mistaken.pk, by=town.admin)


def test_nobody_is_told_while_it_may_reclose_then_what_is_known_then_each_time_then_the_end(town, words, ago):
    (outage_id,) = town.opens("Q1", at=ago(0.5))
    report = call(town, town.first[0])
    run_handlers()
    assert told() == []

    Outage.objects.update(suspected_until=timezone.now(), cause=town.cause)
    confirm_suspected(by=town.admin)
    run_handlers()
    assert told() == ["outage_known"]
    assert "повреждение на линии" in Message.objects.get().body

    first, second = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=2)
    set_estimate(outage_id=outage_id, restored_by=first, by=town.admin)
    set_estimate(outage_id=outage_id, restored_by=second, reason="Опора сломана", by=town.admin)
    run_handlers()  # the first estimate waited, and is true no more
    assert told() == ["outage_known", "outage_estimate"]
    assert "Опора сломана" in Message.objects.latest("pk").body

    restore_supply(outage_id=outage_id, by=town.admin)
    run_handlers()
    assert told() == ["outage_known", "outage_estimate", "outage_restored"]
    assert CaseNote.objects.get(case=report.case).text.endswith(f"{Outage.objects.get().number}).")


def test_of_supply_that_came_back_only_those_hear_who_have_it(town, words, ago):
    (outage_id,) = town.opens("Q0", at=ago(60))
    back, still = call(town, town.second[0]), call(town, town.first[0])
    town.opens("Q1", at=ago(50))
    town.closes("Q0", at=ago(40))
    run_handlers()

    restored = Message.objects.filter(template__code="outage_restored")
    assert [message.about for message in restored] == [[f"cases.Case:{back.pk}"]]
    assert not CaseNote.objects.filter(case=still.case).exists()

    town.closes("Q1", at=ago(30))
    run_handlers()
    assert restored.all().count() == 2
    assert CaseNote.objects.count() == 2
    assert OutageReport.objects.filter(outage_id=outage_id).count() == 2


def test_one_text_answers_every_open_report_of_those_who_have_supply_again(town, ago):
    town.world.load({"outage.toml": OUTAGE_PASSPORT})
    (outage_id,) = town.opens("Q1", at=ago(60))
    reports = [call(town, point) for point in town.first]
    cancel_case(case_id=reports[2].pk, reason="ошибка", by=town.admin)
    assert answer_reports(outage_id=outage_id, answer="Восстановлено", by=town.admin) == 0

    town.closes("Q1", at=ago(1))

    assert answer_reports(outage_id=outage_id, answer="Восстановлено", by=town.admin) == 2
    states = Case.objects.order_by("pk").values_list("state", "answer")
    assert list(states) == [("ANSWERED", "Восстановлено"), ("ANSWERED", "Восстановлено"), ("CANCELLED", "")]
    assert answer_reports(outage_id=outage_id, answer="Восстановлено", by=town.admin) == 0


OUTAGE_PASSPORT = """
code = "outage-emergency-information"
title = "Информирование об аварийном отключении"
applicants = "Любое лицо"
price = "Бесплатно"
result = "Сведения"
legal_reference = "Приказ 186"
term = { hours = 4 }
valid_from = 2014-08-17
[[chosen_for]]
kind = ["APPEAL"]
topic = "outage_emergency"
[[stages]]
code = "answer"
title = "Ответ"
role = "OPERATOR"
after = "received"
term = { hours = 4 }
answer = true
""".encode()
