"""Outages, planned works, reports and supply over HTTP."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from opora.casework.cases.permissions import CasePermission
from opora.platform.files.tests.samples import PDF
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.processes.outages.models import Affected, Outage, PlannedWork
from opora.processes.outages.operations import load_outage_catalogue
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.tests.conftest import build_town
from opora.registry.customers.models import UsagePoint

HOUSE = "8f41253d-6e3b-48a9-842a-25ba894bd093"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def town(db):
    with scoped(EVERYTHING):
        town = build_town()
        load_outage_catalogue(by=town.admin)
        town.trip = town.opens("Q1", at=timezone.now() - timedelta(minutes=5))[0]
    return town


@pytest.fixture
def dispatcher(caller):
    return caller(*OutagePermission, CasePermission.VIEW)


def answered(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


def off():
    with scoped(EVERYTHING):
        return sorted(Affected.objects.filter(until=None).values_list("usage_point__number", flat=True))


def test_a_dispatcher_reads_changes_and_ends_an_outage(town, dispatcher):
    (line,) = answered(dispatcher.get("/outages", current="true"))["items"]
    assert (line["id"], line["stage"], line["element"], line["points_off"]) == (town.trip, "SUSPECTED", "Q1", 3)

    answered(dispatcher.patch(f"/outages/{town.trip}", {"version": 1, "cause_id": town.cause.pk, "area": "Южный"}))
    by = (timezone.now() + timedelta(hours=2)).isoformat()
    answered(dispatcher.post(f"/outages/{town.trip}/estimates", {"restored_by": by, "source": "BRIGADE"}), 201)
    answered(dispatcher.post(f"/outages/{town.trip}/remarks", {"text": "Бригада выехала"}), 201)
    refused = answered(dispatcher.post(f"/outages/{town.trip}/estimates", {"restored_by": by}), 422)
    assert (refused["code"], refused["field"]) == ("cause_needed", "reason")
    part = {"usage_point_ids": [town.first[0].pk]}
    assert answered(dispatcher.post(f"/outages/{town.trip}/restorations", part))["stage"] == "PARTLY_RESTORED"
    answered(dispatcher.post(f"/outages/{town.trip}/restorations", {}))
    closed = answered(dispatcher.post(f"/outages/{town.trip}/close"))

    assert (closed["stage"], closed["cause"], closed["area"]) == ("CLOSED", "повреждение на линии", "Южный")
    assert [(e["source"], e["reason"]) for e in closed["estimates"]] == [("BRIGADE", "")]
    assert [step["points"] for step in closed["steps"]] == [1, 2]
    assert [remark["text"] for remark in closed["remarks"]] == ["Бригада выехала"]
    history = answered(dispatcher.get(f"/outages/{town.trip}/history"))
    assert [line["event"] for line in history][:2] == ["outages.OutageClosed", "outages.SupplyRestored"]
    assert off() == []


def test_whom_an_outage_cuts_off_is_read_page_by_page_and_taken_away(town, dispatcher):
    first = answered(dispatcher.get(f"/outages/{town.trip}/affected", limit="2"))
    second = answered(dispatcher.follow(first["next"]))

    assert [row["number"] for row in (*first["items"], *second["items"])] == ["УП-1", "УП-2", "УП-3"]
    assert second["next"] is None
    table = b"".join(dispatcher.get(f"/outages/{town.trip}/affected/export").streaming_content).decode("utf-8-sig")
    assert [line.split(";")[0] for line in table.splitlines()[1:]] == ["УП-1", "УП-2", "УП-3"]


def test_a_new_emergency_is_registered_once_for_one_key(town, dispatcher):
    body = {"usage_point_ids": [town.second[0].pk], "area": "д. 4"}
    made = [answered(dispatcher.post("/outages", body, key="дом-4".encode().hex()), 201)["id"] for _ in range(2)]

    assert made[0] == made[1]
    assert off() == ["УП-1", "УП-2", "УП-3", "УП-4"]
    assert answered(dispatcher.post("/outages", {}), 422)["code"] == "nobody_off"


def test_papers_go_with_an_outage(town, dispatcher):
    kept = answered(dispatcher.upload(f"/outages/{town.trip}/documents", file=BytesIO(PDF)), 201)
    assert (kept["size"], answered(dispatcher.get(f"/outages/{town.trip}"))["documents"][0]["id"]) == (
        len(PDF), kept["id"],
    )  # fmt: skip
    content = b"".join(dispatcher.get(f"/outage-documents/{kept['id']}").streaming_content)
    assert content == PDF
    assert dispatcher.delete(f"/outage-documents/{kept['id']}").status_code == 204
    assert dispatcher.get(f"/outage-documents/{kept['id']}").status_code == 404


def test_planned_works_go_their_way_and_what_stands_against_them_is_told(town, dispatcher):
    begins = timezone.now() + timedelta(days=3)
    body = {
        "element_id": town.grid["Q2"], "works": "Ремонт", "planned_from": begins.isoformat(),
        "planned_to": (begins + timedelta(hours=3)).isoformat(),
    }  # fmt: skip
    works = answered(dispatcher.post("/planned-works", body), 201)
    address = f"/planned-works/{works['id']}"
    against = answered(dispatcher.get(f"{address}/obstacles"))
    assert (against["points"], [n["code"] for n in against["notices"]]) == (2, ["consumers", "suppliers"])
    answered(dispatcher.post(f"{address}/agree"))
    answered(dispatcher.post(f"{address}/approve", {}))
    assert answered(dispatcher.post(f"{address}/announce", {}), 409)["code"] == "too_late"
    assert answered(dispatcher.post(f"{address}/announce", {"despite": True}))["stage"] == "ANNOUNCED"
    assert answered(dispatcher.post(f"{address}/begin", {}), 422)["code"] == "wrong_time"
    with scoped(EVERYTHING):
        PlannedWork.objects.update(planned_from=timezone.now())
    assert answered(dispatcher.post(f"{address}/begin", {}))["points_off"] == 2
    assert answered(dispatcher.post(f"{address}/cancel", {"reason": "поздно"}), 409)["code"] == "forbidden_move"


def test_supply_of_a_point_a_customer_a_house_and_an_element(town, dispatcher):
    with scoped(EVERYTHING):
        UsagePoint.objects.filter(pk__in=[town.first[0].pk, town.second[0].pk]).update(gar_id=HOUSE)
    point, customer = town.first[0].pk, town.world.customer.pk
    status = answered(dispatcher.get(f"/usage-points/{point}/supply"))
    assert (status["state"], status["outage_id"], status["said_by"], status["kind"]) == (
        "UNCERTAIN", town.trip, "SCADA", "EMERGENCY",
    )  # fmt: skip
    assert [s["state"] for s in answered(dispatcher.get(f"/customers/{customer}/supply"))].count("ON") == 3
    assert [s["state"] for s in answered(dispatcher.get("/supply", gar_id=HOUSE))] == ["UNCERTAIN", "ON"]
    element = answered(dispatcher.get(f"/grid/elements/{town.grid['C1']}/supply"))
    assert (element["energised"], element["outage"]["id"]) == (False, town.trip)
    for lost in ("/usage-points/99999999/supply", "/customers/99999999/supply", "/grid/elements/99999999/supply"):
        assert dispatcher.get(lost).status_code == 404


def test_a_report_joins_the_known_outage_or_stays_single_and_proposes_a_device(town, dispatcher):
    body = {"channel": "PHONE", "text": "Нет света", "usage_point_id": town.first[0].pk, "once": "ivr:1"}
    known = answered(dispatcher.post("/outage-reports", body), 201)
    again = answered(dispatcher.post("/outage-reports", body), 201)
    assert (known["outage_id"], again["case_id"]) == (town.trip, known["case_id"])
    singles = [
        answered(dispatcher.post("/outage-reports", {**body, "usage_point_id": point.pk, "once": None}), 201)
        for point in town.second
    ]
    assert [row["case_id"] for row in answered(dispatcher.get("/outage-reports/single"))] == [
        singles[1]["case_id"], singles[0]["case_id"],
    ]  # fmt: skip
    assert [device["reports"] for device in answered(dispatcher.get("/outage-reports/devices"))] == [2]
    answered(dispatcher.post(f"/outage-reports/{singles[0]['case_id']}/join", {"outage_id": town.trip}))
    answered(dispatcher.post(f"/outage-reports/{singles[1]['case_id']}/settle"))
    assert answered(dispatcher.get("/outage-reports/single")) == []
    reports = answered(dispatcher.get(f"/outages/{town.trip}/reports"))["items"]
    assert [row["case_id"] for row in reports] == [singles[0]["case_id"], known["case_id"]]


def test_each_door_asks_for_its_permission_and_each_branch_deals_with_its_own(town, caller):
    watcher = caller(OutagePermission.VIEW)
    assert watcher.get("/outages").status_code == 200
    for path in ("/outages", "/planned-works", "/outage-reports", f"/outages/{town.trip}/close", "/brigades"):
        assert watcher.post(path, {}).status_code == 403

    stranger = caller(*OutagePermission, scope=Scope(branches=frozenset([town.world.other_branch.pk])))
    assert answered(stranger.get(f"/outages/{town.trip}/affected"))["items"] == []
    assert stranger.get(f"/usage-points/{town.first[0].pk}/supply").status_code == 404
    assert answered(stranger.post(f"/outages/{town.trip}/restorations", {}), 403)["code"] == "edit_forbidden"
    assert off() == ["УП-1", "УП-2", "УП-3"]
    with scoped(EVERYTHING):
        assert Outage.objects.get().stage == "SUSPECTED"


def test_crews_and_causes_are_lists(town, dispatcher):
    branch = town.world.branch.pk
    crew = answered(dispatcher.post("/brigades", {"branch_id": branch, "name": "ОВБ-1"}), 201)
    assert [row["id"] for row in answered(dispatcher.get("/brigades", branch_id=branch))] == [crew["id"]]
    causes = answered(dispatcher.get("/outage-causes"))
    assert {"code": "6.2", "ours": False} in [{"code": c["code"], "ours": c["ours"]} for c in causes]
