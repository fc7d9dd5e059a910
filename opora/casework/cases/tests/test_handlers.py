"""What follows later: letters to applicants, bells of our own people. Run twice, it happens once."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from opora.casework.cases import handlers
from opora.casework.cases.events import (
    AcknowledgementDue,
    CaseAnswered,
    CaseExtended,
    CaseWarned,
    StageAssigned,
    StageWarned,
)
from opora.casework.cases.models import CaseStage, RoutingRule
from opora.casework.cases.operations import (
    Contact,
    answer_case,
    extend_case,
    finish_stage,
    reassign_stage,
    remove_routing_rule,
    reopen_case,
    take_stage,
)
from opora.casework.cases.tests.world import moscow, stage_of
from opora.casework.messaging.models import Message, Notice
from opora.casework.messaging.operations import load_templates
from opora.platform.journal.models import Entry
from opora.platform.journal.operations import run_handler
from opora.registry.customers.models import ContactPoint
from opora.registry.customers.operations import add_contact_point
from opora.registry.organization.models import Employee

ANNA = Contact(name="Анна", email="anna@example.ru", phone="+79181234567")


@pytest.fixture(autouse=True)
def network(settings):
    settings.TRANSPORTS = {"EMAIL": "opora.casework.messaging.tests.networks.Network"}


@pytest.fixture
def office(world):
    """The company with templates of messages, and users behind its people."""
    load_templates(by=world.admin)
    world.users["curator"] = world.user("кураторова", employee=world.curator)
    world.users["executor"] = world.user("исполнителев", employee=world.executor)
    head = world.hire("Начальникова", world.executors, is_head=True)
    world.users["head"] = world.user("начальникова", employee=head)
    world.users["supervisor"] = world.user("руководитель", roles=["supervisor"])
    world.users["stranger"] = world.user("сосед", roles=["supervisor"], branches=[world.other_branch])
    # The head is away from the desk: work goes to the executor alone.
    Employee.objects.filter(pk=head.pk).update(division=world.executors)
    return world


def later(handler, kind, times=2):
    """Run a handler for the last event of its kind, as the worker does, more than once."""
    entry = Entry.objects.filter(event=f"cases.{kind.__name__}").latest("pk")
    for _ in range(times):
        run_handler(
            entry_id=entry.pk, at=entry.at.isoformat(), handler=f"opora.casework.cases.handlers.{handler.__name__}"
        )  # fmt: skip


def bells():
    """Who was told what: the user's name and the text, in order."""
    return list(Notice.objects.order_by("pk").values_list("user__username", "text"))


# Letters


def test_whoever_leaves_an_email_is_told_the_number_and_the_date_once(office):
    case = office.register(contact=ANNA)

    later(handlers.acknowledge, AcknowledgementDue)

    message = Message.objects.get()
    assert (message.once, message.address, message.state) == (f"case_registered:{case.pk}", "anna@example.ru", "QUEUED")
    assert "Номер: 03-2026-000001\n" in message.body
    assert "не позднее 03.06.2026" in message.body
    assert f"cases.Case:{case.pk}" in message.about


def test_a_call_without_an_email_leaves_no_job_behind(office):
    before = ProcrastinateJob.objects.count()

    office.register(contact=Contact(phone="+79181234567"), channel="PHONE")

    assert ProcrastinateJob.objects.count() == before


def test_the_answer_is_sent_once_and_again_after_a_reopening(office, clock):
    case = office.register(contact=ANNA)
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(case, code).pk, by=office.admin)
    answer_case(case_id=case.pk, result="SATISFIED", answer="Провод <заменён>", by=office.admin)
    later(handlers.send_answer, CaseAnswered)
    assert [m.purpose for m in Message.objects.all()] == ["ANSWER"]
    assert "Провод <заменён>" in Message.objects.get().body

    clock.at("2026-05-06 10:00")
    reopen_case(case_id=case.pk, reason="Опять", from_stage="answer", by=office.admin)
    answer_case(case_id=case.pk, result="SATISFIED", answer="Заменена опора", by=office.admin)
    later(handlers.send_answer, CaseAnswered)

    assert Message.objects.count() == 2


def test_the_answer_goes_to_the_address_of_the_customer_when_he_left_none(office):
    add_contact_point(
        customer_id=office.customer.pk, kind=ContactPoint.Kind.EMAIL, value="petr@example.ru", by=office.admin
    )  # fmt: skip
    case = office.register()
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(case, code).pk, by=office.admin)
    answer_case(case_id=case.pk, result="SATISFIED", answer="Готово", by=office.admin)

    later(handlers.send_answer, CaseAnswered)

    message = Message.objects.get()
    assert (message.address, message.customer_id) == ("petr@example.ru", office.customer.pk)


def test_the_notice_of_an_extension_has_the_new_date_and_not_the_words_of_colleagues(office):
    case = office.register(contact=ANNA)
    extend_case(case_id=case.pk, days=10, reason="Иванов опять забыл", by=office.admin)

    later(handlers.tell_of_extension, CaseExtended)

    message = Message.objects.get()
    assert "15.06.2026" in message.body
    assert "Иванов" not in message.body


# The bell


def test_the_minute_rings_once_for_new_work(office, clock):
    case = office.register()

    for _ in range(2):
        handlers.tell_of_new_work(clock.now())

    assert bells() == [
        ("кураторова", f"Новый этап у вас: обращение {case.number}, «Этап review», срок 05.05.2026 17:00")
    ]
    assert Notice.objects.get().url == f"/cases/{case.pk}/"


def test_many_stages_at_once_ring_once(office, clock):
    for _ in range(3):
        office.register()

    handlers.tell_of_new_work(clock.now())

    assert bells() == [("кураторова", "У вас 3 новых этапа")]


def test_at_night_the_bell_is_silent_and_in_the_morning_it_rings(office, clock):
    office.register()

    handlers.tell_of_new_work(moscow("2026-05-04 22:00"))
    assert bells() == []
    handlers.tell_of_new_work(moscow("2026-05-05 08:00"))
    assert len(bells()) == 1


def test_a_queue_rings_for_its_whole_division_and_lost_work_for_the_supervisors_of_the_branch(office, clock):
    case = office.register()
    CaseStage.objects.filter(case=case, code="review").update(employee=None)
    handlers.tell_of_new_work(clock.now())
    assert bells() == [("кураторова", f"Ждёт в очереди: обращение {case.number}, «Этап review», срок 05.05.2026 17:00")]

    Notice.objects.all().delete()
    remove_routing_rule(rule_id=RoutingRule.objects.get(role="CURATOR").pk, by=office.admin)
    office.register()
    handlers.tell_of_new_work(clock.now())
    assert [name for name, _text in bells()] == ["руководитель"]


def test_whoever_is_given_a_stage_is_told_at_once_and_whoever_took_it_is_not(office, clock):
    case = office.register()
    handlers.tell_of_new_work(clock.now())
    Notice.objects.all().delete()

    reassign_stage(
        stage_id=stage_of(case, "review").pk, employee_id=office.executor.pk, reason="Отпуск", by=office.admin
    )  # fmt: skip
    later(handlers.tell_new_holder, StageAssigned)
    assert [name for name, _text in bells()] == ["исполнителев"]

    take_stage(stage_id=stage_of(case, "review").pk, by=office.users["curator"])
    later(handlers.tell_new_holder, StageAssigned)
    assert len(bells()) == 1


def test_half_a_term_rings_for_the_holder_four_fifths_for_his_head_and_the_whole_for_the_branch(office, clock):
    case = office.register()
    finish_stage(stage_id=stage_of(case, "review").pk, by=office.admin)
    reassign_stage(
        stage_id=stage_of(case, "work").pk, employee_id=office.executor.pk, reason="Его тема", by=office.admin
    )  # fmt: skip
    told = {}
    for share, moment in ((50, "2026-05-07 10:00"), (80, "2026-05-08 16:00"), (100, "2026-05-13 08:00")):
        if share > 50:
            Notice.objects.all().delete()
        moment = {50: "2026-05-07 10:00", 80: "2026-05-12 08:30", 100: "2026-05-13 08:00"}[share]
        clock.at(moment)
        handlers.watch_deadlines(clock.now())
        later(handlers.warn_of_stage, StageWarned)
        told[share] = [(name, Notice.objects.get(user__username=name).level) for name, _text in bells()]

    assert told == {
        50: [("исполнителев", "info")],
        80: [("исполнителев", "warn"), ("начальникова", "warn")],
        100: [("исполнителев", "bad"), ("начальникова", "bad"), ("руководитель", "bad")],
    }
    assert bells()[0][1] == f"Обращение {case.number}: этап «Этап work» просрочен с 12.05.2026 17:00"


def test_a_stage_that_was_finished_meanwhile_is_not_warned_of(office, clock):
    case = office.register()
    clock.at("2026-05-05 16:30")
    handlers.watch_deadlines(clock.now())
    finish_stage(stage_id=stage_of(case, "review").pk, by=office.admin)

    later(handlers.warn_of_stage, StageWarned)

    assert bells() == []


def test_the_case_itself_is_warned_of_by_its_own_clock(office, clock):
    case = office.register()
    finish_stage(stage_id=stage_of(case, "review").pk, by=office.admin)
    clock.at("2026-05-20 10:00")
    handlers.watch_deadlines(clock.now())

    later(handlers.warn_of_case, CaseWarned)

    holder = stage_of(case, "work").employee.user.username
    assert bells() == [(holder, f"Обращение {case.number}: прошла половина срока ответа, срок 03.06.2026 17:00")]
