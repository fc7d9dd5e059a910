"""A case of history is what the operations would have left: both are made, and compared column by column."""

from datetime import timedelta
from itertools import count
from random import Random

import pytest
from django.utils import timezone

from opora.casework.cases.models import Case, CaseStage, StagePause
from opora.casework.cases.operations import (
    Contact,
    answer_case,
    close_case,
    finish_stage,
    pause_stage,
    register_case,
    resume_stage,
)
from opora.config.demo.arrivals import Arrival
from opora.config.demo.customers import Party
from opora.config.demo.history import History
from opora.config.demo.lives import Chronicle, Manner
from opora.config.demo.staff import read_staff
from opora.config.demo.structure import territories
from opora.platform.access.models import User
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import CustomerGroup, UsagePoint
from opora.registry.organization.models import Absence

pytestmark = pytest.mark.usefixtures("region")

#: Each has its own; words and the person are chosen by chance; a holder is told a little later.
OWN = {"id", "number", "case_id", "answer", "result", "told"}
IDS = {"case_id", "stage_id", "number"}


@pytest.fixture(autouse=True)
def everything():
    with scoped(EVERYTHING):
        yield


@pytest.fixture
def history():
    groups = dict(CustomerGroup.objects.values_list("code", "pk"))
    staff = read_staff(Random(3), User.objects.get(is_system=True))
    history = History(random=Random(3), staff=staff, groups=groups, until=timezone.now() + timedelta(days=1))
    history.chronicle = Chronicle(count(10**9), count(10**9), count(10**9), count(10**9))
    return history


@pytest.fixture
def point():
    """Where one person does all the engineering, and is there: nobody has to be chosen."""
    absent = Absence.objects.filter(period__overlap=(timezone.localdate() - timedelta(days=9), timezone.localdate()))
    away = absent.values_list("employee__division__branch_id", flat=True)
    return UsagePoint.objects.filter(customer__kind="INDIVIDUAL").exclude(
        branch__code__in=["01", "02"]
    ).exclude(branch_id__in=away).select_related("customer").order_by("pk").first()  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "kind", "one_person"),
    [("connection_15", "APPLICATION", True), ("voltage_deviation", "COMPLAINT", False), ("contacts", "APPEAL", False)],
)
def test_a_case_of_history_is_what_operations_leave(history, point, topic, kind, one_person):
    made, life = _both(history, point, topic=topic, kind=kind)
    _same(made, life, one_person=one_person)

    first = _running(made)[0]
    _move(life, history, first)
    if reason := next(iter(life.plan.stage(first.code).pause_reasons), None):
        pause_stage(stage_id=first.pk, reason=reason, by=life.by)
        life.now = StagePause.objects.get(stage=first).from_at
        life.pause_stage(_twin(life, first), reason)
        _same(made, life, one_person=one_person)
        resume_stage(stage_id=first.pk, by=life.by)
        life.now = StagePause.objects.get(stage=first).to_at
        life.resume_stage(_twin(life, first))
        _same(made, life, one_person=one_person)

    while stages := [s for s in _running(made) if not life.plan.stage(s.code).answer]:
        finish_stage(stage_id=stages[0].pk, by=_holder(history, stages[0]))
        stages[0].refresh_from_db()
        _move(life, history, stages[0], at=stages[0].finished_at)
        life.finish_stage(_twin(life, stages[0]))
        _same(made, life, one_person=one_person)

    last = _running(made)[0]
    life.manner = Manner(late=False, justified="YES" if kind == "COMPLAINT" else "", result="SATISFIED")
    answer_case(
        case_id=made.pk, result="SATISFIED", answer="Сделано.", justified=life.manner.justified,
        by=_holder(history, last),
    )  # fmt: skip
    made.refresh_from_db()
    _move(life, history, last, at=made.answered_at)
    life.answer_case(_twin(life, last))
    _same(made, life, one_person=one_person)

    close_case(case_id=made.pk, by=_holder(history, last))
    made.refresh_from_db()
    life.now = made.closed_at
    life.close_case()
    _same(made, life, one_person=one_person)


def test_an_answer_given_at_once_is_what_operations_leave(history, point):
    history.random.random = lambda: 0.0  # whoever can be answered at once is
    operator = User.objects.get(username="operator")
    party, territory = _party(history, point)
    history.staff.holders["operator", history.staff.head_office] = [operator.employee.pk]
    arrival = Arrival(timezone.now(), "contacts", "CONSULTATION", "PHONE", party, territory, "Где офис?")
    made = register_case(
        by=operator, channel="PHONE", kind="CONSULTATION", topic_id=history.staff.catalogue.topic_ids["contacts"],
        text="Где офис?", usage_point_id=point.pk, contact=Contact(name=party.name, phone=party.phone),
        received_at=arrival.at, answered_now=True, answer="В центре.",
    )  # fmt: skip
    history.registrar = lambda arrival: (operator, made.registered_at)

    life = history.born(arrival)

    made.refresh_from_db()
    life.now = made.registered_at
    moments = {"answered_at", "closed_at", "finished_at"}  # the operation reads the clock once more
    _same(made, life, one_person=True, but=moments)


def _both(history, point, *, topic, kind):
    party, territory = _party(history, point)
    at = timezone.now() - timedelta(days=3)
    text = "Слова обращения."
    made = register_case(
        by=history.staff.system, channel="WEB", kind=kind, topic_id=history.staff.catalogue.topic_ids[topic], text=text,
        usage_point_id=point.pk, contact=Contact(name=party.name, phone=party.phone, email=party.email),
        received_at=at, registered_at=at,
    )  # fmt: skip
    made.refresh_from_db()
    return made, history.born(Arrival(at, topic, kind, "WEB", party, territory, text))


def _party(history, point):
    customer, places = point.customer, territories()
    place = next(n for n, territory in enumerate(places) if territory.district_id == point.district_id)
    party = Party(
        customer.pk, "POPULATION", place, customer.name, "+79000000001", "a@example.org", point.pk, point.address,
        point.account, point.meter,
    )  # fmt: skip
    return party, places[place]


def _running(case):
    return list(CaseStage.objects.filter(case=case, status="RUNNING").order_by("ordinal", "round"))


def _twin(life, stage):
    return next(twin for twin in life.stages if (twin.code, twin.round) == (stage.code, stage.round))


def _holder(history, stage):
    return history.staff.users[stage.employee_id] if stage.employee_id else history.staff.system


def _move(life, history, stage, *, at=None):
    life.by, life.via = _holder(history, stage), ""
    life.now = at or life.now


def _same(made, life, *, one_person, but=frozenset()):
    """Compare the case, its stages, pauses and journal."""
    unlike = {*OWN, *but, *(() if one_person else ("employee_id",))}
    made = Case.objects.get(pk=made.pk)
    assert _columns(made, unlike) == _columns(life.case, unlike)
    stages = CaseStage.objects.filter(case=made).order_by("ordinal", "round")
    twins = sorted(life.stages, key=lambda stage: (stage.ordinal, stage.round))
    assert [_columns(stage, unlike) for stage in stages] == [_columns(twin, unlike) for twin in twins]
    pauses = StagePause.objects.filter(stage__case=made).order_by("from_at")
    stood = [pause for found in life.pauses.values() for pause in found]
    assert [(p.reason, p.from_at, p.to_at) for p in pauses] == [(p.reason, p.from_at, p.to_at) for p in stood]
    told = Entry.objects.filter(about__contains=[f"cases.Case:{made.pk}"]).order_by("pk")
    mine = f"cases.Case:{life.case.pk}"
    written = [entry for entry in life.chronicle.entries if mine in entry[2] and "Note" not in entry[0]]
    assert [(entry.event, _facts(entry.facts, unlike)) for entry in told if "Note" not in entry.event] == [
        (event, _facts(facts.obj, unlike)) for event, facts, *_rest in written
    ]


def _columns(row, unlike):
    fields = [field for field in row._meta.concrete_fields if field.attname not in unlike]
    return {field.attname: getattr(row, field.attname) for field in fields}


def _facts(facts, unlike):
    return {name: value for name, value in facts.items() if name not in IDS | unlike}
