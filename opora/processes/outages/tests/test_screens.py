"""The screens of outages: what each shows, does and refuses."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from opora.casework.cases.permissions import CasePermission
from opora.platform.access.operations import create_user, define_role
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, Scope
from opora.processes.outages.models import Outage, OutageReport
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.stages import Stage
from opora.registry.customers.permissions import CustomerPermission

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sign_in(client, town):
    def enter(name, *permissions, scope=EVERYTHING):
        role = define_role(code=name, name=name, permissions=permissions)
        client.force_login(create_user(username=name, password=None, roles=[role.code], scope=scope, by=town.admin))
        return client

    return enter


@pytest.fixture
def dispatcher(sign_in):
    return sign_in("диспетчер", *OutagePermission, CustomerPermission.VIEW, CasePermission.VIEW)


@pytest.fixture
def outage(town, ago):
    (outage_id,) = town.opens("Q1", at=ago(5))
    return Outage.objects.get(pk=outage_id)


def body(answer):
    return " ".join(answer.content.decode().split())


def test_the_board_shows_what_is_off_and_costs_the_same_for_one_outage_and_for_two(
    dispatcher, town, outage, ago, django_assert_max_num_queries
):
    with django_assert_max_num_queries(22):
        one = body(dispatcher.get("/outages/"))
    town.opens("Q2", at=ago(3))
    with django_assert_max_num_queries(22):
        two = body(dispatcher.get("/outages/now/"))

    assert outage.number in one and "возможно АПВ" in one
    assert two.count("outage-") >= 2 and "УП" not in two


def test_an_empty_board_says_that_everybody_has_supply(dispatcher):
    assert "Свет есть у всех" in body(dispatcher.get("/outages/"))
    assert "Отключений не было" in body(dispatcher.get("/outages/all/"))


def test_an_estimate_needs_a_reason_when_it_moves_and_the_history_keeps_both(dispatcher, outage):
    address = f"/outages/{outage.pk}/do/estimate/"
    soon, later = (timezone.localtime() + timedelta(hours=hours) for hours in (1, 3))
    form = {"restored_by": soon.strftime("%Y-%m-%dT%H:%M"), "source": "BRIGADE"}

    first = dispatcher.post(address, form, headers=HTMX)
    unexplained = dispatcher.post(address, {**form, "restored_by": later.strftime("%Y-%m-%dT%H:%M")}, headers=HTMX)
    explained = {**form, "restored_by": later.strftime("%Y-%m-%dT%H:%M"), "reason": "нужна вышка"}
    second = dispatcher.post(address, explained, headers=HTMX)
    empty = dispatcher.post(address, {}, headers=HTMX)

    assert (first.status_code, unexplained.status_code, second.status_code, empty.status_code) == (204, 422, 204, 422)
    page = body(dispatcher.get(f"/outages/{outage.pk}/"))
    assert "нужна вышка" in page and page.count("бригада") >= 2
    assert page.count("Назван срок восстановления") == 2  # the history on the page


def test_supply_is_given_back_by_hand_and_the_outage_closes_when_its_cause_is_known(dispatcher, town, outage):
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M:%S")

    back = dispatcher.post(f"/outages/{outage.pk}/do/restore/", {"at": now, "comment": "перемычка"}, headers=HTMX)
    causeless = dispatcher.post(f"/outages/{outage.pk}/step/close/", headers=HTMX)
    version = Outage.objects.get().version
    change = {"version": version, "cause": town.cause.pk, "area": "ВЛ 10 кВ", "comment": ""}
    known = dispatcher.post(f"/outages/{outage.pk}/do/change/", change, headers=HTMX)
    late = dispatcher.post(f"/outages/{outage.pk}/do/change/", {**change, "area": "иначе"}, headers=HTMX)
    closed = dispatcher.post(f"/outages/{outage.pk}/step/close/", headers=HTMX)

    statuses = [answer.status_code for answer in (back, causeless, known, late, closed)]
    assert statuses == [204, 422, 204, 409, 204]
    after = Outage.objects.get()
    assert (after.stage, after.area, after.points_off) == (Stage.CLOSED, "ВЛ 10 кВ", 0)


def test_the_first_line_of_the_card_says_off_since_and_by_whom_and_one_key_joins(dispatcher, town, outage):
    customer, point = town.world.customer.pk, town.first[0]

    line = body(dispatcher.get(f"/outages/supply/of-customer/{customer}/?usage_point={point.pk}"))
    joined = dispatcher.post(f"/outages/supply/{point.pk}/report/", {"channel": "PHONE"}, headers=HTMX)

    assert "возможно восстановится сама" in line and outage.number in line and "телемеханика" in line
    report = OutageReport.objects.get()
    assert (report.outage_id, report.usage_point_id) == (outage.pk, point.pk)
    assert joined.headers["HX-Redirect"] == f"/cases/{report.case_id}/"
    assert report.case.number in body(dispatcher.get(f"/outages/{outage.pk}/"))


def test_who_has_supply_is_said_to_have_it_and_a_single_report_stays_single(dispatcher, town):
    customer, point = town.world.customer.pk, town.second[0]

    line = body(dispatcher.get(f"/outages/supply/of-customer/{customer}/?usage_point={point.pk}"))
    dispatcher.post(f"/outages/supply/{point.pk}/report/", {"channel": "PHONE"}, headers=HTMX)

    assert "Подача есть" in line
    report = OutageReport.objects.get()
    assert report.outage_id is None
    board = body(dispatcher.get("/outages/"))
    assert report.case.number in board and "Общее для нескольких" not in board


def test_reports_below_one_device_propose_that_device(dispatcher, town):
    for point in town.first[:2]:
        dispatcher.post(f"/outages/supply/{point.pk}/report/", {"channel": "PHONE"}, headers=HTMX)

    board = body(dispatcher.get("/outages/"))

    assert f'href="/outages/new/?element={town.grid["TP1"]}"' in board  # the lowest that both hang on


def test_planned_works_are_applied_for_from_an_element_that_is_found(dispatcher, town):
    begins = timezone.localtime() + timedelta(days=20)
    form = {
        "works": "Замена опор", "planned_from": begins.strftime("%Y-%m-%dT%H:%M"),
        "planned_to": (begins + timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    address = f"/outages/planned/new/?element={town.grid['Q1']}"

    found = body(dispatcher.get("/outages/planned/new/?q=Q1"))
    chosen = body(dispatcher.get(address))
    wrong = dispatcher.post(address, {**form, "planned_to": form["planned_from"]}, headers=HTMX)
    applied = dispatcher.post(address, form, headers=HTMX)
    work = Outage.objects.get()
    agreed = dispatcher.post(f"/outages/{work.pk}/step/agree/", headers=HTMX)

    assert f'href="?element={town.grid["Q1"]}"' in found
    assert "3 точки поставки останутся без света" in chosen
    assert (wrong.status_code, applied.headers["HX-Redirect"], agreed.status_code) == (422, f"/outages/{work.pk}/", 204)
    assert Outage.objects.get().stage == Stage.AGREED
    assert "Замена опор" in body(dispatcher.get("/outages/"))


def test_who_is_off_is_read_with_a_trace_and_only_by_who_sees_the_customer(sign_in, town, outage):
    seeing = body(sign_in("видит", OutagePermission.VIEW).get(f"/outages/{outage.pk}/affected/"))
    looked = Entry.objects.filter(event="journal.PersonalDataRead", facts__what="outages.affected").count()
    blind = body(sign_in("не_видит", OutagePermission.VIEW, scope=Scope()).get(f"/outages/{outage.pk}/affected/"))

    assert "УП-1" in seeing and looked == 1
    assert "УП-1" not in blind and "Нет никого, кого вам можно видеть" in blind


def test_who_only_looks_may_not_act(sign_in, outage):
    reader = sign_in("читает", OutagePermission.VIEW)

    assert reader.get(f"/outages/{outage.pk}/").status_code == 200
    assert reader.post(f"/outages/{outage.pk}/do/restore/", {}).status_code == 403
    assert reader.get("/outages/new/").status_code == 403
    assert reader.get("/outages/planned/new/").status_code == 403
    assert sign_in("никто").get("/outages/").status_code == 403
    assert settings.CUSTOMER_LINE
