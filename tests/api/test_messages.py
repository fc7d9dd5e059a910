"""Messages over the API: a letter asked for by a program, what became of it, and what people say of letters."""

import pytest

from opora.casework.messaging.models import Message
from opora.casework.messaging.operations import load_templates
from opora.casework.messaging.permissions import MessagingPermission as Permission
from opora.platform.access.operations import ensure_system_user
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.registry.customers.models import ContactPoint, Customer, CustomerGroup
from opora.registry.customers.operations import add_contact_point, load_groups, register_customer
from opora.registry.organization.operations import create_branch

pytestmark = pytest.mark.django_db

VALUES = {"number": "01-2026-000017", "topic": "Напряжение", "due": "24.12.2026"}


@pytest.fixture
def customer():
    with scoped(EVERYTHING):
        system = ensure_system_user()
        load_groups(by=system)
        load_templates(by=system)
        branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=system)
        group = CustomerGroup.objects.order_by("pk").first()
        customer = register_customer(
            kind=Customer.Kind.INDIVIDUAL, group_id=group.pk, branch_id=branch.pk, last_name="Ёлкин", by=system
        )
        add_contact_point(customer_id=customer.pk, kind=ContactPoint.Kind.EMAIL, value="elkin@example.org", by=system)
    return customer


def ask(customer, **more):
    return {"template": "case_registered", "customer_id": customer.pk, "values": VALUES, "once": "17", **more}


def test_a_program_sends_a_message_once_and_follows_it(caller, customer):
    program = caller(Permission.VIEW, Permission.SEND)

    sent = program.post("/messages", ask(customer))
    again = program.post("/messages", ask(customer))

    assert (sent.status_code, again.json()) == (201, sent.json())
    assert sent.json()["state"] == "QUEUED"
    assert sent.json()["address"] == "elkin@example.org"
    (listed,) = program.get("/messages", customer_id=customer.pk, state="QUEUED").json()["items"]
    assert listed == sent.json()
    assert program.get("/messages", state="FAILED").json()["items"] == []
    card = program.get(f"/messages/{listed['id']}").json()
    assert "не позднее 24.12.2026" in card["body"]
    assert card["tries"] == []


def test_keys_of_programs_do_not_meet_with_those_of_the_house(caller, customer):
    first, second = caller(Permission.SEND), caller(Permission.SEND)

    ids = {program.post("/messages", ask(customer)).json()["id"] for program in (first, second)}

    assert len(ids) == 2
    with scoped(EVERYTHING):
        assert set(Message.objects.values_list("once", flat=True)) == {
            f"api:{program.user.pk}:17" for program in (first, second)
        }


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"template": "lottery"}, "no_template", "template"),
        ({"values": {}}, "field_missing", "values"),
        ({"customer_id": 10**9}, "not_found", "customer_id"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(caller, customer, change, code, field):
    program = caller(Permission.SEND)

    refused = program.post("/messages", ask(customer, **change)).json()

    assert (refused["code"], refused["field"]) == (code, field)
    with scoped(EVERYTHING):
        assert Message.objects.count() == 0


def test_advertising_has_to_be_allowed_first_and_stops_when_taken_back(caller, customer):
    program = caller(Permission.VIEW, Permission.CONSENT)
    said = {"customer_id": customer.pk, "purpose": "ADVERTISING", "channel": "EMAIL"}

    assert program.post("/consents", {**said, "given": True, "proof": "заявление"}).status_code == 201
    assert program.post("/consents", {**said, "given": False, "proof": "письмо"}).status_code == 201

    words = program.get("/consents", customer_id=customer.pk).json()["items"]
    assert [word["given"] for word in words] == [False, True]
    assert program.post("/consents", {**said, "given": True, "proof": " "}).status_code == 422


def test_preferences_are_set_and_taken_back(caller, customer):
    program = caller(Permission.VIEW, Permission.CONSENT)
    asked = {"customer_id": customer.pk, "purpose": "SERVICE"}

    program.send("PUT", "/preferences", {**asked, "channels": ["SMS", "EMAIL"]})
    (kept,) = program.get("/preferences", customer_id=customer.pk).json()
    assert kept["channels"] == ["SMS", "EMAIL"]
    assert program.send("PUT", "/preferences", {**asked, "channels": None}).json() == []


def test_templates_change_by_versions(caller, customer):
    program = caller(Permission.VIEW, Permission.CONFIGURE)
    (old,) = (t for t in program.get("/templates").json() if (t["code"], t["channel"]) == ("case_closed", "SMS"))

    new = program.post(f"/templates/{old['id']}/versions", {"body": "Готово: {number}"})
    late = program.post(f"/templates/{old['id']}/versions", {"body": "Поздно"})

    assert (new.status_code, new.json()["version"]) == (201, 2)
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert program.get(f"/templates/{old['id']}").json()["replaced_at"] is not None


def test_outside_the_scope_and_without_the_permission_there_is_nothing(caller, customer):
    message = caller(Permission.SEND).post("/messages", ask(customer)).json()
    blind = caller(*Permission, scope=Scope())
    idle = caller()

    assert blind.get("/messages").json()["items"] == []
    assert blind.get(f"/messages/{message['id']}").status_code == 404
    assert blind.post(f"/messages/{message['id']}/cancel").status_code == 404
    assert blind.get("/consents", customer_id=customer.pk).json()["items"] == []
    assert idle.get("/messages").status_code == 403
    assert idle.post("/messages", ask(customer)).status_code == 403
    assert idle.get("/notices").json()["items"] == []
