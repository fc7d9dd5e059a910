"""What the demo region must hold whatever the day on which it is built."""

from datetime import date, timedelta
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone

from opora.casework.cases.models import Case, CaseExtension, CaseNote, CaseStage
from opora.casework.cases.operations import register_case
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.stages import Kind, StageRole, StageStatus, State
from opora.config.demo import LOGINS
from opora.config.demo.customers import CustomerStream
from opora.config.demo.structure import territories
from opora.platform.access.models import User
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.models import House
from opora.registry.addresses.queries import match_address
from opora.registry.customers.models import AddressDoubt, ContactPoint, Customer, CustomerGroup, UsagePoint
from opora.registry.customers.requisites import Requisites, checked
from opora.registry.organization.models import Absence, Branch, District, Employee, Office

pytestmark = pytest.mark.usefixtures("region")


@pytest.fixture(autouse=True)
def everything():
    with scoped(EVERYTHING):
        yield


def test_the_company_has_eleven_branches_with_districts_offices_and_sixty_people():
    assert Branch.objects.filter(is_head=False).count() == 11
    assert District.objects.count() == 51
    assert Office.objects.filter(kind=Office.Kind.CENTRE).count() == 13
    assert Office.objects.count() == 51
    assert Employee.objects.count() == 60
    assert Absence.objects.filter(period__contains=timezone.localdate()).count() == 4
    assert Employee.objects.exclude(deputy=None).count() == 7


def test_usage_points_have_their_houses_and_a_few_addresses_of_old_papers_are_in_doubt():
    points = UsagePoint.objects.count()
    with_house = UsagePoint.objects.exclude(gar_id=None)
    assert with_house.exclude(gar_id__in=House.objects.values("guid")).count() == 0
    assert with_house.count() > 0.99 * points
    assert AddressDoubt.objects.filter(is_open=True).count() == points - with_house.count() > 5
    point = with_house.filter(address__contains=", кв ").order_by("pk")[0]
    (best, *_others) = match_address(point.address)
    assert (best.house_guid, best.confidence) == (point.gar_id, 1.0)


def test_a_stage_of_any_role_finds_a_division_in_every_branch():
    everything = catalogue()
    lost = [
        (branch.code, role)
        for branch in Branch.objects.all()
        for role in StageRole.values
        if role != StageRole.APPLICANT
        and not everything.route(
            role=role, topic_id=everything.topic_ids["connection"], branch_id=branch.pk, district_id=None
        )
    ]

    assert lost == []


def test_every_login_opens_with_its_role(rf):
    for username, password, _title in LOGINS:
        user = authenticate(rf.get("/"), username=username, password=password)
        assert user is not None, username
        assert [role.code for role in user.roles.all()] == [username]
        assert user.employee.active


def test_customers_are_synthetic_and_their_requisites_right():
    assert Customer.objects.count() == 2000
    assert not ContactPoint.objects.exclude(value__startswith="+7900").exclude(value__endswith="@example.org").exists()
    for customer in Customer.objects.exclude(inn="", ogrn="", snils=""):
        given = Requisites(inn=customer.inn, kpp=customer.kpp, ogrn=customer.ogrn, snils=customer.snils)
        assert checked(Customer.Kind(customer.kind), given) == given


def test_people_share_numbers_and_have_several_points():
    shared = ContactPoint.objects.values("value").annotate(people=Count("customer")).filter(people__gt=1)
    several = Customer.objects.annotate(points=Count("usage_points")).filter(points__gt=1)

    assert shared.count() > 50
    assert several.count() > 50
    assert not Customer.objects.filter(usage_points=None).exists()


def test_the_words_of_every_customer_are_those_the_search_would_make():
    before = dict(Customer.objects.values_list("pk", "document"))
    with connection.cursor() as cursor:
        cursor.execute("select customers_refresh_documents(array_agg(id)) from customers_customer")

    assert None not in before.values()
    assert dict(Customer.objects.values_list("pk", "document")) == before


def test_cases_come_in_the_proportions_of_the_field():
    total = Case.objects.count()
    part = {
        name: round(100 * Case.objects.filter(condition).count() / total)
        for name, condition in {
            "phone": Q(channel="PHONE"),
            "online": Q(channel__in=["WEB", "EMAIL"]),
            "complaints": Q(kind=Kind.COMPLAINT),
            "connection": Q(topic_id__in=_below("connection")),
            "outages": Q(topic_id__in=_below("outage")),
            "metering": Q(topic_id__in=_below("metering")),
        }.items()
    }
    answered = Case.objects.exclude(answered_at=None)

    assert 1700 < total < 1900
    assert part == pytest.approx(
        {"phone": 45, "online": 40, "complaints": 3, "connection": 52, "outages": 25, "metering": 11}, abs=6
    )
    assert answered.filter(answered_at__gt=F("due_at")).count() <= 0.06 * answered.count()


def test_there_is_something_of_everything_to_work_on():
    now, open_cases = timezone.now(), Q(state__in=[State.REGISTERED, State.IN_PROGRESS])

    assert Case.objects.filter(open_cases, due_at__gt=now).count() > 30
    assert CaseStage.objects.filter(status=StageStatus.RUNNING, due_at__lt=now).exists()
    assert CaseStage.objects.filter(round__gt=1).exists()
    assert CaseExtension.objects.exists()
    assert Case.objects.filter(state=State.CANCELLED).exists()
    assert Case.objects.filter(registered_at__gt=now - timedelta(days=3)).exists()
    assert CaseNote.objects.values("kind").distinct().count() >= 5


def test_open_cases_are_on_somebodys_desk_and_finished_ones_on_nobodys():
    on_desk = CaseStage.objects.filter(status__in=[StageStatus.RUNNING, StageStatus.PAUSED])
    is_open = Q(state__in=[State.REGISTERED, State.IN_PROGRESS])

    assert not Case.objects.filter(is_open).exclude(pk__in=on_desk.values("case_id")).exists()
    assert not Case.objects.exclude(is_open).filter(pk__in=on_desk.values("case_id")).exists()
    assert not on_desk.filter(Q(due_at=None) | Q(division=None)).exists()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def test_numbers_go_on_where_history_ends():
    point = UsagePoint.objects.order_by("pk").first()
    year = timezone.localdate().year
    last = Case.objects.filter(branch_id=point.branch_id, number__contains=f"-{year}-").latest("number").number

    case = register_case(
        by=User.objects.get(username="operator"), channel="PHONE", kind=Kind.CONSULTATION,
        topic_id=catalogue().topic_ids["contacts"], text="Где офис?", usage_point_id=point.pk,
    )  # fmt: skip

    assert case.number == f"{last[:8]}{int(last[8:]) + 1:06d}"


def test_the_journal_tells_the_life_of_every_case():
    told = Entry.objects.filter(event="cases.CaseRegistered").count()
    answered = Entry.objects.filter(event__in=["cases.CaseAnswered", "cases.AnswerRecorded"]).count()
    reopened = Entry.objects.filter(event="cases.CaseReopened").count()

    assert told == Case.objects.count()
    assert answered - reopened == Case.objects.exclude(answered_at=None).count()


def test_the_operator_sees_no_key_accounts_and_the_supervisor_one_branch():
    hidden = CustomerGroup.objects.filter(code__in=["LARGE", "SALES", "GRIDS"]).values_list("pk", flat=True)
    assert Case.objects.filter(group_id__in=hidden).exists()

    with scoped(User.objects.get(username="operator").scope):
        assert not Customer.objects.filter(group_id__in=hidden).exists()
        assert not Case.objects.filter(group_id__in=hidden).exists()
        assert Customer.objects.count() > 1900
    with scoped(User.objects.get(username="supervisor").scope):
        assert set(Case.objects.values_list("branch__code", flat=True)) == {"01"}


def test_the_same_seed_makes_the_same_people():
    groups = dict(CustomerGroup.objects.values_list("code", "pk"))

    def stream():
        made = CustomerStream(random=Random(7), territories=territories(), groups=groups, today=date(2026, 3, 2))
        return list(made.batches(300, size=100))

    assert stream() == stream()


def _below(code):
    everything = catalogue()
    return everything.subtree(everything.topic_ids[code])
