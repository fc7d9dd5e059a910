"""Customers over HTTP: one happy way, one refusal and one forbidden way for each kind of thing."""

import pytest

from opora.platform.journal.models import Entry
from opora.registry.customers.models import Agreement, ContactPoint, Customer, UsagePoint
from opora.registry.customers.permissions import CustomerPermission
from tests.api.region import make_region

pytestmark = pytest.mark.django_db

VIEW, REGISTER, EDIT, IMPORT = (
    CustomerPermission.VIEW,
    CustomerPermission.REGISTER,
    CustomerPermission.EDIT,
    CustomerPermission.IMPORT,
)


@pytest.fixture
def region():
    return make_region()


@pytest.fixture
def program(caller, region):
    return caller(VIEW, REGISTER, EDIT, IMPORT)


@pytest.fixture
def stranger(caller, region):
    """Sees the population of the northern branch only."""
    return caller(VIEW, REGISTER, EDIT, IMPORT, scope=region.population_only)


def person(region, **more):
    (group,) = region.groups("POPULATION")
    return {"kind": "INDIVIDUAL", "group_id": group, "branch_id": region.north.pk, "last_name": "Ёлкин", **more}


def reads(what):
    return [entry.about for entry in Entry.objects.filter(event="journal.PersonalDataRead", facts__what=what)]


def test_a_customer_is_registered_read_and_changed(program, region):
    made = program.post("/customers", person(region, first_name="Пётр", inn="5001 0073 2259", external_id="b-17"))
    body = made.json()

    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/customers/{body['id']}")
    assert (body["name"], body["inn"], body["group"], body["version"]) == ("Ёлкин Пётр", "500100732259", "Население", 1)
    assert body["contacts"] == {"points": [], "persons": [], "addresses": []}
    assert program.post("/customers", person(region, external_id="b-17")).json()["id"] == body["id"]

    changed = program.patch(f"/customers/{body['id']}", {"version": 1, "region": "Адыгея"})
    assert (changed.json()["region"], changed.json()["first_name"], changed.json()["version"]) == ("Адыгея", "Пётр", 2)
    again = program.patch(f"/customers/{body['id']}", {"version": 1, "region": "Сочи"})
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")

    assert program.get(f"/customers/{body['id']}").json() == changed.json()
    assert reads("customers.card") == [[f"customers.Customer:{body['id']}"]]
    history = program.get(f"/customers/{body['id']}/history").json()
    assert [line["event"] for line in history] == ["customers.CustomerChanged", "customers.CustomerRegistered"]
    assert reads("customers.history") == [[f"customers.Customer:{body['id']}"]]


def test_a_wrong_customer_names_the_field(program, region):
    before = Customer.objects.count()

    refused = program.post("/customers", person(region, snils="112-233-445 96"))
    unknown = program.patch("/customers/1", {"version": 1, "balance": "5.00"})

    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "wrong_requisite", "snils")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid")
    assert Customer.objects.count() == before


def test_the_list_is_read_page_by_page_with_filters(program, region):
    for name in ("Ёлкин", "Абаев", "Жуков"):
        assert program.post("/customers", person(region, last_name=name, first_name="Глеб")).status_code == 201
    query = {"text": "глеб", "limit": 2}

    first = program.get("/customers", **query).json()
    second = program.follow(first["next"]).json()

    assert [row["name"] for row in first["items"]] == ["Абаев Глеб", "Ёлкин Глеб"]
    assert ([row["name"] for row in second["items"]], second["next"]) == (["Жуков Глеб"], None)
    assert program.get("/customers/count", text="глеб").json() == {"value": 3, "exact": True}
    assert program.get("/customers", kind="LEGAL_ENTITY", text="глеб").json()["items"] == []
    assert program.get("/customers", cursor="spoiled").json()["code"] == "bad_cursor"
    assert [len(about) for about in reads("customers.list")] == [2, 1]


def test_somebody_is_identified_and_the_journal_knows_who_was_offered(program, region):
    customer = region.ivanova
    program.post(f"/customers/{customer.pk}/contact-points", {"kind": "PHONE", "value": "8 (918) 123-45-67"})

    (found,) = program.get("/customers/identify", text="+7 918 123 45 67").json()

    assert (found["customer_id"], found["field"], found["exact"]) == (customer.pk, "phone", True)
    assert reads("customers.identify") == [[f"customers.Customer:{customer.pk}"]]
    (same,) = program.get("/customers/duplicates", phone="89181234567").json()
    assert (same["customer_id"], same["field"]) == (customer.pk, "phone")
    assert reads("customers.duplicates") == [[f"customers.Customer:{customer.pk}"]]


def test_contacts_come_change_and_go(program, region):
    customer = f"/customers/{region.plant.pk}"
    phone = program.post(f"{customer}/contact-points", {"kind": "PHONE", "value": "89180000001"}).json()
    person = program.post(f"{customer}/contact-persons", {"name": "Сидорчук Анна", "phone": "8 861 200 00 07"}).json()
    address = program.send("PUT", f"{customer}/addresses/POSTAL", {"text": "а/я 5"}).json()

    assert (phone["value"], phone["is_primary"], person["phone"]) == ("+79180000001", True, "+78612000007")
    assert program.get(f"{customer}/contacts").json() == {
        "points": [phone], "persons": [person], "addresses": [address],
    }  # fmt: skip
    refused = program.post(f"{customer}/contact-points", {"kind": "EMAIL", "value": "нет"})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "wrong_contact", "value")

    assert program.patch(f"/contact-points/{phone['id']}", {"note": "днём"}).json()["note"] == "днём"
    assert program.patch(f"/contact-persons/{person['id']}", {"phone": ""}).json()["phone"] == ""
    for path in (f"/contact-points/{phone['id']}", f"/contact-persons/{person['id']}", f"{customer}/addresses/POSTAL"):
        assert [program.delete(path).status_code for _twice in (1, 2)] == [204, 204]
    assert program.get(f"{customer}/contacts").json() == {"points": [], "persons": [], "addresses": []}


def test_usage_points_and_agreements(program, region):
    customer = f"/customers/{region.plant.pk}"
    new = {"number": "ТП/1", "branch_id": region.north.pk, "address": "ул. Мира, 5", "max_power": "150.5"}
    point = program.post(f"{customer}/usage-points", new).json()
    for number in ("ТП/2", "ТП/3"):
        program.post(f"{customer}/usage-points", new | {"number": number})

    taken = program.post(f"{customer}/usage-points", new)
    assert (taken.status_code, taken.json()["code"], taken.json()["field"]) == (409, "number_taken", "number")
    assert program.get("/usage-points/by-number", number="ТП/1").json() == point
    changed = program.patch(f"/usage-points/{point['id']}", {"version": 1, "max_power": None, "meter": "0117"}).json()
    assert (changed["max_power"], changed["meter"], changed["version"]) == (None, "0117", 2)
    page = program.get(f"{customer}/usage-points", limit=2).json()
    assert [row["number"] for row in page["items"]] == ["ТП/1", "ТП/2"]
    assert [row["number"] for row in program.follow(page["next"]).json()["items"]] == ["ТП/3"]

    contract = {"number": "Д-1", "kind": "SUPPLY", "signed_on": "2024-02-01", "usage_point_id": point["id"]}
    agreement = program.post(f"{customer}/agreements", contract).json()
    assert (agreement["usage_point"], agreement["ends_on"]) == ("ТП/1", None)
    assert program.post(f"{customer}/agreements", contract).json()["id"] == agreement["id"]
    wrong = program.send("PUT", f"/agreements/{agreement['id']}/end", {"ends_on": "2024-01-01"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "ends_on")
    ended = program.send("PUT", f"/agreements/{agreement['id']}/end", {"ends_on": "2027-01-01"}).json()
    assert program.get(f"{customer}/agreements").json()["items"] == [ended]


def test_payment_behaviour_of_many_is_taken_over_at_once(program, region):
    row = {"balance": "-5.00", "overdue": "5.00", "payment_class": "DEBTOR", "reason": "не платит"}
    rows = [{"customer_id": region.ivanova.pk, **row}, {"customer_id": region.plant.pk, **row}]

    taken = program.send("PUT", "/payment-behaviour", {"as_of": "2026-11-01", "rows": rows})
    wrong = program.send("PUT", "/payment-behaviour", {"as_of": "2026-11-02", "rows": [rows[0] | {"overdue": "-1.00"}]})

    assert (taken.status_code, taken.json()) == (200, {"updated": 2})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "rows.0.overdue")
    assert program.get("/customers", debtors="true").json()["items"][0]["overdue"] == "5.00"
    card = program.get(f"/customers/{region.plant.pk}").json()
    assert (card["payment_reason"], card["payment_as_of"], card["balance"]) == ("не платит", "2026-11-01", "-5.00")


def test_what_is_out_of_scope_does_not_exist_and_does_not_change(program, stranger, region):
    hidden = f"/customers/{region.plant.pk}"
    phone = program.post(f"{hidden}/contact-points", {"kind": "PHONE", "value": "89180000001"}).json()["id"]
    new = {"number": "ТП/1", "branch_id": region.north.pk, "address": "ул. Мира, 5"}
    point = program.post(f"{hidden}/usage-points", new).json()["id"]
    contract = {"number": "Д-1", "kind": "SUPPLY", "signed_on": "2024-02-01"}
    agreement = program.post(f"{hidden}/agreements", contract).json()["id"]
    calls = [
        ("GET", hidden, None),
        ("GET", f"{hidden}/history", None),
        ("GET", f"{hidden}/contacts", None),
        ("GET", f"{hidden}/usage-points", None),
        ("GET", f"{hidden}/agreements", None),
        ("GET", "/usage-points/by-number?number=ТП/1", None),
        ("PATCH", hidden, {"version": 1, "region": "Сочи"}),
        ("PUT", f"{hidden}/group", {"group_id": min(region.groups("POPULATION"))}),
        ("POST", f"{hidden}/contact-points", {"kind": "PHONE", "value": "89180000002"}),
        ("PATCH", f"/contact-points/{phone}", {"note": "?"}),
        ("POST", f"{hidden}/contact-persons", {"name": "?"}),
        ("PUT", f"{hidden}/addresses/POSTAL", {"text": "?"}),
        ("DELETE", f"{hidden}/addresses/POSTAL", None),
        ("POST", f"{hidden}/usage-points", new | {"number": "ТП/2"}),
        ("PATCH", f"/usage-points/{point}", {"version": 1, "meter": "1"}),
        ("POST", f"{hidden}/agreements", contract | {"number": "Д-2"}),
        ("PUT", f"/agreements/{agreement}/end", {"ends_on": "2027-01-01"}),
    ]

    assert [(method, path, stranger.send(method, path, body).status_code) for method, path, body in calls] == [
        (method, path, 404) for method, path, _body in calls
    ]
    assert stranger.delete(f"/contact-points/{phone}").status_code == 204
    assert region.plant.name not in stranger.get("/customers").content.decode()
    assert stranger.get("/customers/identify", text="89180000001").json() == []
    assert stranger.get("/customers/duplicates", phone="89180000001").json() == []
    assert [group["code"] for group in stranger.get("/customer-groups").json()] == ["POPULATION", "UNIDENTIFIED"]
    assert (ContactPoint.objects.count(), UsagePoint.objects.count(), Agreement.objects.count()) == (
        0,
        0,
        0,
    )  # no scope
    whole = program.get(hidden).json()
    assert (whole["region"], whole["version"], len(whole["contacts"]["points"])) == ("", 1, 1)


@pytest.mark.parametrize(
    ("method", "path", "missing"),
    [
        ("GET", "/customers", "customers.view"),
        ("POST", "/customers", "customers.register"),
        ("PATCH", "/customers/1", "customers.edit"),
        ("PUT", "/payment-behaviour", "customers.import"),
    ],
)
def test_a_missing_permission_is_named(caller, method, path, missing):
    refused = caller().send(method, path, {})

    assert (refused.status_code, missing in refused.json()["detail"]) == (403, True)
