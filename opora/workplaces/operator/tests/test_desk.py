import pytest
from django.test import Client

from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import ContactPoint, Customer
from opora.registry.customers.operations import add_contact_point, register_customer


@pytest.fixture
def phone(world):
    """Semyonov's number, which he shares with nobody yet."""
    with scoped(EVERYTHING):
        add_contact_point(
            customer_id=world.customer.pk, kind=ContactPoint.Kind.PHONE, value="8 918 123-45-67", by=world.admin
        )
    return "8-918-123-45-67"


def test_whoever_has_a_number_of_his_own_is_opened_with_the_form(world, signed, phone):
    answer = signed("оператор").get("/operator/", {"q": phone}, follow=True)

    assert answer.status_code == 200
    assert f"customer={world.customer.pk}" in answer.redirect_chain[-1][0]
    page = answer.content.decode()
    assert f"/customers/{world.customer.pk}/head/" in page
    assert f"/cases/new/form/?customer={world.customer.pk}" in page
    assert "channel=PHONE" in page


def test_several_people_on_one_number_are_offered_and_none_is_chosen(world, signed, phone):
    with scoped(EVERYTHING):
        wife = register_customer(
            kind=Customer.Kind.INDIVIDUAL, group_id=world.population.pk, branch_id=world.branch.pk, by=world.admin,
            last_name="Семёнова", first_name="Анна",
        )  # fmt: skip
        add_contact_point(customer_id=wife.pk, kind=ContactPoint.Kind.PHONE, value=phone, by=world.admin)
    operator = signed("оператор")

    desk = operator.get("/operator/", {"q": phone})
    found = operator.get("/operator/found/", {"q": phone}).content.decode()

    assert desk.status_code == 200
    assert "/cases/new/form/" not in desk.content.decode()
    assert "Семёнов Пётр" in found
    assert "Семёнова Анна" in found
    assert found.count("телефон") == 2


def test_an_unknown_caller_stays_unknown_with_his_number_in_the_form(signed):
    operator = signed("оператор")

    found = operator.get("/operator/found/", {"q": "8 918 765-43-21"}).content.decode()
    desk = operator.get("/operator/", {"q": "8 918 765-43-21", "unknown": "1"}).content.decode()

    assert "зарегистрировать без потребителя" in found
    assert "Кто обратился, неизвестно" in desk
    assert "phone=%2B79187654321" in desk


def test_a_case_number_leads_to_the_case(world, signed):
    with scoped(EVERYTHING):
        case = world.register()
    operator = signed("оператор")

    answer = operator.get("/operator/", {"q": case.number.replace("-", " ")})

    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.pk}/")
    assert case.number in operator.get("/operator/found/", {"q": case.number}).content.decode()


def test_a_clerk_registers_visits(signed):
    desk = signed("приём", roles=["clerk"]).get("/operator/", {"unknown": "1"}).content.decode()

    assert "channel=VISIT" in desk


def test_customers_of_a_hidden_group_are_not_found(world, signed, phone):
    operator = signed("чужой", seen=[world.large, world.unidentified])

    found = operator.get("/operator/found/", {"q": phone}).content.decode()

    assert "Семёнов" not in found


def test_the_desk_is_for_those_who_register(signed):
    assert signed("аналитик", roles=["analyst"]).get("/operator/").status_code == 403
    assert Client().get("/operator/")["Location"].startswith("/login/")
