"""Whose case it is, and who may do what: outside the scope nothing exists, without the permission nothing happens."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import CaseAttachment
from opora.casework.cases.permissions import CasePermission

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def keeper(caller):
    return caller(*CasePermission)


@pytest.fixture
def stranger(caller, region):
    """Everything is permitted to him, but he sees only the population of the north."""
    return caller(*CasePermission, scope=region.population_only)


@pytest.fixture
def foreign(keeper, region):
    """A case of a large consumer, with a file."""
    body = region.case(customer_id=region.plant.pk, text="Просадка напряжения в цехе", channel="WEB")
    case = keeper.post("/cases", body).json()
    file = SimpleUploadedFile("act.pdf", PDF)
    case["attachment_id"] = keeper.upload(f"/cases/{case['id']}/attachments", file=file).json()["id"]
    case["stage_id"] = keeper.get(f"/cases/{case['id']}").json()["stages"][0]["id"]
    return case


def test_a_foreign_case_does_not_exist_wherever_one_asks(stranger, keeper, foreign):
    case, stage, file = f"/cases/{foreign['id']}", f"/stages/{foreign['stage_id']}", foreign["attachment_id"]
    reason = {"reason": "Хочу"}

    answers = {
        "read": stranger.get(case),
        "history": stranger.get(f"{case}/history"),
        "due": stranger.get(f"{case}/due"),
        "stage due": stranger.get(f"{stage}/due"),
        "change": stranger.patch(case, {"version": 1, "text": "Моё"}),
        "answer": stranger.post(f"{case}/answer", {"result": "EXPLAINED", "answer": "Да"}),
        "extend": stranger.post(f"{case}/extend", {"days": 3} | reason),
        "close": stranger.post(f"{case}/close"),
        "cancel": stranger.post(f"{case}/cancel", reason),
        "reopen": stranger.post(f"{case}/reopen", reason),
        "note": stranger.post(f"{case}/notes", {"text": "Моё"}),
        "attach": stranger.upload(f"{case}/attachments", file=SimpleUploadedFile("act.pdf", PDF)),
        "download": stranger.get(f"/attachments/{file}"),
        "detach": stranger.delete(f"/attachments/{file}"),
        "start": stranger.post(f"{stage}/start"),
        "take": stranger.post(f"{stage}/take"),
        "pause": stranger.post(f"{stage}/pause", {"reason": "WEATHER"}),
        "resume": stranger.post(f"{stage}/resume"),
        "finish": stranger.post(f"{stage}/finish", {}),
        "return": stranger.post(f"{stage}/return", reason),
        "reassign": stranger.post(f"{stage}/reassign", reason | {"employee_id": 1}),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 404)
    read = keeper.get(case).json()
    assert (read["version"], read["text"], read["notes"]) == (foreign["version"], "Просадка напряжения в цехе", [])
    assert [attached["id"] for attached in read["attachments"]] == [file]


def test_a_foreign_case_is_in_no_list_count_search_or_export(stranger, keeper, region, foreign):
    own = keeper.post("/cases", region.case()).json()

    assert [case["id"] for case in stranger.get("/cases").json()["items"]] == [own["id"]]
    assert stranger.get("/cases/count").json() == {"value": 1, "exact": True}
    assert stranger.get("/cases", customer_id=region.plant.pk).json()["items"] == []
    assert stranger.get("/cases/search", text=foreign["number"]).json()["items"] == []
    assert stranger.get("/cases/search", text="просадка напряжения").json()["items"] == []
    assert stranger.get(f"/cases/{foreign['id']}/attachments").json() == []
    table = b"".join(stranger.get("/cases/export").streaming_content).decode("utf-8-sig")
    assert [line[0] for line in csv.reader(io.StringIO(table), delimiter=";")][1:] == [own["number"]]
    assert stranger.get("/control/counters").json()["open"] == 1
    year = {"registered_from": "2020-01-01T00:00:00Z", "registered_to": "2199-01-01T00:00:00Z"}
    assert [line["cases"] for line in stranger.get("/statistics", by="kind", **year).json()] == [1]


def test_a_case_cannot_be_registered_for_a_customer_one_does_not_see(stranger, keeper, region):
    refused = stranger.post("/cases", region.case(customer_id=region.plant.pk))

    assert (refused.status_code, refused.json()["field"]) == (404, "customer_id")
    assert keeper.get("/cases/count").json()["value"] == 0


def test_what_may_be_seen_but_not_changed_says_so(caller, region, foreign):
    groups = region.groups("POPULATION", "UNIDENTIFIED", "LARGE")
    reader = caller(*CasePermission, scope=region.scope(seen=groups, edited=region.groups("POPULATION")))

    read = reader.get(f"/cases/{foreign['id']}")
    changed = reader.patch(f"/cases/{foreign['id']}", {"version": 1, "text": "Моё"})
    detached = reader.delete(f"/attachments/{foreign['attachment_id']}")

    assert (read.status_code, read.json()["editable"], read.json()["actions"]) == (200, False, [])
    assert (changed.status_code, changed.json()["code"]) == (403, "edit_forbidden")
    assert (detached.status_code, detached.json()["code"]) == (403, "edit_forbidden")


def test_every_operation_asks_for_its_permission(caller, region, foreign):
    nobody = caller()
    case, stage = f"/cases/{foreign['id']}", f"/stages/{foreign['stage_id']}"
    asked = {
        ("GET", "/cases"): "cases.view",
        ("GET", "/cases/count"): "cases.view",
        ("GET", "/cases/search"): "cases.view",
        ("GET", "/cases/export"): "cases.export",
        ("POST", "/cases"): "cases.register",
        ("POST", "/cases/carried-over"): "cases.supervise",
        ("GET", case): "cases.view",
        ("PATCH", case): "cases.work",
        ("POST", f"{case}/answer"): "cases.work",
        ("POST", f"{case}/extend"): "cases.supervise",
        ("POST", f"{case}/cancel"): "cases.supervise",
        ("POST", f"{case}/notes"): "cases.work",
        ("POST", f"{case}/attachments"): "cases.work",
        ("GET", f"/attachments/{foreign['attachment_id']}"): "cases.view",
        ("DELETE", f"/attachments/{foreign['attachment_id']}"): "cases.work",
        ("POST", f"{stage}/finish"): "cases.work",
        ("POST", f"{stage}/reassign"): "cases.assign",
        ("GET", "/desk"): "cases.work",
        ("GET", "/control/counters"): "cases.supervise",
        ("GET", "/statistics"): "cases.view",
        ("POST", "/topics"): "cases.configure",
        ("POST", "/passports"): "cases.configure",
        ("PUT", "/routing-rules"): "cases.configure",
    }

    said = {place: nobody.send(place[0], place[1], None) for place in asked}

    assert {place: answer.json()["detail"].split(": ")[1].rstrip(".") for place, answer in said.items()} == asked
    assert {answer.status_code for answer in said.values()} == {403}


def test_a_token_with_fewer_permissions_does_less_than_its_user(caller, region, keeper):
    case = keeper.post("/cases", region.case()).json()
    reader = caller(CasePermission.VIEW)

    assert reader.get(f"/cases/{case['id']}").json()["actions"] == []
    assert reader.post(f"/cases/{case['id']}/notes", {"text": "Моё"}).status_code == 403
    assert keeper.get(f"/cases/{case['id']}").json()["notes"] == []


def test_a_file_of_a_case_that_was_taken_off_is_gone(keeper, foreign):
    assert keeper.delete(f"/attachments/{foreign['attachment_id']}").status_code == 204
    assert keeper.get(f"/attachments/{foreign['attachment_id']}").status_code == 404
    assert CaseAttachment.objects.count() == 0
