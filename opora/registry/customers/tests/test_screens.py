"""Screens of customers, as a browser asks for them: one happy, one refused, one forbidden each."""

from datetime import date

import pytest

from opora.platform.access.operations import create_user, define_role
from opora.platform.access.permissions import AccessPermission
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import Agreement, ContactPoint, Customer, CustomerAddress
from opora.registry.customers.operations import add_contact_person, change_customer, record_payment_behaviour
from opora.registry.customers.operations.payments import PaymentBehaviour
from opora.registry.customers.permissions import CustomerPermission

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sign_in(client, base):
    """Sign in somebody who sees and edits the population, unless told otherwise, with these permissions."""

    def sign_in(*permissions, sees=("POPULATION",), edits=("POPULATION",), **more):
        define_role(code="tester", name="Проверяющий", permissions=permissions)
        scope = base.scope(sees=sees, edits=edits, **more)
        user = create_user(username="tester", password=None, roles=["tester"], scope=scope, by=base.admin)
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def clerk(client, sign_in):
    sign_in(*CustomerPermission)
    return client


def body(answer):
    return " ".join(answer.content.decode().split())


def registration(base, **more):
    return {
        "kind": "INDIVIDUAL", "last_name": "Ёлкина", "first_name": "Анна", "middle_name": "Петровна",
        "group_id": base.groups["POPULATION"].pk, "branch_id": base.branch.pk, **more,
    }  # fmt: skip


PAGES = [
    "/customers/", "/customers/found/?q=1", "/customers/new/", "/customers/import/", "/customers/export/",
    "/customers/{id}/", "/customers/{id}/head/", "/customers/{id}/edit/", "/customers/{id}/group/",
    "/customers/{id}/points/", "/customers/{id}/points/new/", "/customers/{id}/contacts/",
    "/customers/{id}/contacts/new/", "/customers/{id}/persons/new/", "/customers/{id}/addresses/new/",
    "/customers/{id}/agreements/", "/customers/{id}/agreements/new/", "/customers/{id}/history/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_whoever_may_and_for_nobody_else(client, base, sign_in, page):
    address = page.format(id=base.person().pk)
    asked = client.get(address)
    sign_in()
    forbidden = client.get(address)
    define_role(code="tester", name="Проверяющий", permissions=[*CustomerPermission])
    opened = client.get(address)

    assert asked.headers["Location"].startswith("/login/?next=/customers/")
    assert (forbidden.status_code, opened.status_code) == (403, 200)


@pytest.mark.parametrize("page", [page for page in PAGES if "{id}" in page])
def test_a_customer_of_a_hidden_group_does_not_exist(clerk, base, page):
    hidden = base.firm()

    assert clerk.get(page.format(id=hidden.pk)).status_code == 404


def test_the_list_is_in_russian_order_and_pages_go_both_ways(clerk, base, django_assert_num_queries):
    for number in range(60):
        base.person(f"Жуков{number:02}", phone=f"+7918000{number:04}", address=f"ул. Мира, д. {number}")
    base.person("Ёлкин")
    base.person("Ежов")
    with django_assert_num_queries(16):
        page = body(clerk.get("/customers/"))
    following = clerk.get(
        "/customers/" + page.split('rel="next" href="/customers/')[1].split('"')[0].replace("&amp;", "&")
    )
    back = clerk.get("/customers/" + body(following).split('rel="prev" href="/customers/')[1].split('"')[0])

    names = [part.split("</a>")[0] for part in page.split('<td class="cell-main"><a href="')[1:]]
    assert [name.split(">")[1].split()[0] for name in names][:3] == ["Ежов", "Ёлкин", "Жуков00"]
    assert "62 строки" in page
    assert "Жуков59" in body(following) and "Жуков00" not in body(following)
    assert "Ежов" in body(back)


def test_filters_stay_in_the_address_and_narrow_the_list(clerk, base):
    base.person("Иваненко")
    base.person("Петренко", inn="500100732259")
    record_payment_behaviour(
        rows=[PaymentBehaviour(customer.pk, -5, 5, Customer.PaymentClass.DEBTOR, "долг") for customer in
              Customer.objects.filter(last_name="Петренко")],
        as_of=date(2026, 11, 1), by=base.admin,
    )  # fmt: skip

    page = body(clerk.get("/customers/?payment=DEBTOR&debtors=on&kind=INDIVIDUAL"))

    assert "Петренко" in page and "Иваненко" not in page
    assert '<option value="DEBTOR" selected>' in page
    assert "Никто не подходит" in body(clerk.get("/customers/?kind=LEGAL_ENTITY"))


def test_words_find_people_with_the_reason_and_a_number_of_one_opens_his_card(clerk, base):
    first = base.person("Иваненко", phone="+79181234567", account="7700123")
    base.person("Иваненко", "Ольга", phone="+79181234567")

    page = body(clerk.get("/customers/?q=89181234567"))
    one = clerk.get("/customers/?q=7700123")

    assert page.count("телефон совпадает") == 2
    assert one.headers["Location"] == f"/customers/{first.pk}/"
    assert Entry.objects.filter(event="journal.PersonalDataRead").count() == 2


def test_the_search_box_offers_people_with_the_reason(clerk, base):
    customer = base.person("Иваненко", account="7700123", address="г. Краснодар, ул. Мира, д. 5")

    page = body(clerk.get("/customers/found/?q=иванинко", headers=HTMX))

    assert '<ul class="found" data-rows>' in page
    assert f'<a href="/customers/{customer.pk}/">' in page
    assert "фамилия похожа" in page and "г. Краснодар, ул. Мира, д. 5" in page
    assert "Никто не подходит" in body(clerk.get("/customers/found/?q=ъъъъ"))


def test_the_card_shows_who_it_is_and_the_look_is_journalled(clerk, base, django_assert_max_num_queries):
    customer = base.person(
        "Иваненко",
        phone="+79181234567",
        address="г. Краснодар, ул. Мира, д. 5",
        inn="500100732259",
        middle_name="Ильич",
    )
    add_contact_person(customer_id=customer.pk, name="Ольга", by=base.admin, position="дочь", phone="+79180000000")
    record_payment_behaviour(
        rows=[PaymentBehaviour(customer.pk, -700, 700, Customer.PaymentClass.DEBTOR, "не платит с июня")],
        as_of=date(2026, 11, 1), by=base.admin,
    )  # fmt: skip
    with django_assert_max_num_queries(20):
        page = body(clerk.get(f"/customers/{customer.pk}/"))

    assert "<h1>Иваненко Пётр Ильич</h1>" in page and "Население" in page and "500100732259" in page
    assert '<a href="tel:+79181234567"' in page and "8 (918) 123-45-67" in page
    assert "Просроченная задолженность" in page and "не платит с июня" in page and "на 01.11.2026" in page
    assert "дочь" in page and "tel:+79180000000" in page
    assert f'hx-get="/customers/{customer.pk}/points/"' in page
    look = Entry.objects.filter(event="journal.PersonalDataRead").get()
    assert (look.facts, look.about) == ({"what": "customers.card"}, [f"customers.Customer:{customer.pk}"])


def test_the_head_for_the_desk_shows_the_usage_point_meant(clerk, base):
    customer = base.person(phone="+79181234567", number="2301", address="ул. Мира, д. 5", account="1001", meter="0117")

    page = body(clerk.get(f"/customers/{customer.pk}/head/?usage_point={customer.usage_points.get().pk}"))

    assert all(text in page for text in ("2301", "ул. Мира, д. 5", "1001", "0117", "tel:+79181234567"))


def test_names_are_text_and_never_markup(clerk, base):
    customer = base.person('<script>alert("1")</script>', first_name="&", address="<b>ул.</b>")

    for page in (f"/customers/{customer.pk}/", "/customers/", f"/customers/{customer.pk}/points/",
                 f"/customers/{customer.pk}/edit/", f"/customers/{customer.pk}/head/"):  # fmt: skip
        shown = clerk.get(page).content.decode()
        assert '<script>alert("1")' not in shown and "<b>ул.</b>" not in shown


def test_a_customer_is_entered_with_his_phone(clerk, base):
    answer = clerk.post("/customers/new/", registration(base, phone="8 918 123-45-67", name="не нужно"), headers=HTMX)

    customer = Customer.objects.get()
    assert answer.headers["HX-Redirect"] == f"/customers/{customer.pk}/"
    assert (customer.name, customer.contact_points.get().value) == ("Ёлкина Анна Петровна", "+79181234567")


def test_the_kind_may_be_switched_to_and_fro_and_nothing_typed_is_lost(clerk, base):
    answer = clerk.post("/customers/new/", registration(base, kind="LEGAL_ENTITY", ogrn="1"), headers=HTMX)

    assert answer.status_code == 422
    assert 'value="Ёлкина"' in body(answer) and "Укажите наименование организации" in body(answer)
    assert Customer.objects.count() == 0


def test_a_likely_duplicate_is_shown_before_it_is_saved_and_may_be_saved_anyway(clerk, base):
    known = base.person("Иной", phone="+79181234567")

    warned = clerk.post("/customers/new/", registration(base, phone="89181234567"), headers=HTMX)
    assert warned.status_code == 422
    assert f'<a href="/customers/{known.pk}/" target="_blank">Иной Пётр</a> · тот же телефон' in body(warned)
    assert Customer.objects.count() == 1

    clerk.post("/customers/new/", registration(base, phone="89181234567", anyway="1"), headers=HTMX)
    assert Customer.objects.count() == 2


def test_a_wrong_requisite_is_refused_at_its_field(clerk, base):
    answer = clerk.post("/customers/new/", registration(base, inn="500100732258"), headers=HTMX)

    assert answer.status_code == 422
    assert 'data-field="inn"' in body(answer)
    assert Customer.objects.count() == 0


def test_a_requisite_is_checked_while_the_form_is_being_filled_in(clerk, base):
    base.person("Известный", inn="500100732259")

    wrong = body(clerk.post("/customers/check/?field=inn", {"kind": "INDIVIDUAL", "inn": "500100732258"}))
    known = body(clerk.post("/customers/check/?field=inn", {"kind": "INDIVIDUAL", "inn": "500100732259"}))
    right = body(clerk.post("/customers/check/?field=kpp", {"kind": "LEGAL_ENTITY", "kpp": "231001001"}))

    assert "Контрольная цифра ИНН не сходится" in wrong
    assert "Уже есть" in known and "Известный Пётр" in known
    assert "Номер верен" in right
    assert clerk.post("/customers/check/?field=name", {"kind": "INDIVIDUAL", "name": "x"}).content == b""


def test_what_another_saved_meanwhile_is_shown_beside_what_was_typed(clerk, base):
    customer = base.person("Иваненко", region="Кубань")
    change_customer(customer_id=customer.pk, version=1, changes={"region": "Адыгея"}, by=base.admin)
    typed = {"kind": "INDIVIDUAL", "last_name": "Иваненко", "first_name": "Пётр", "region": "Ростов"}

    stale = clerk.post(f"/customers/{customer.pk}/edit/", {**typed, "version": 1}, headers=HTMX)
    page = body(stale)

    assert stale.status_code == 422
    assert "<del>Адыгея</del>" in page and "<ins>Ростов</ins>" in page and 'value="Ростов"' in page
    assert Customer.objects.get().region == "Адыгея"

    saved = clerk.post(f"/customers/{customer.pk}/edit/", {**typed, "version": 2}, headers=HTMX)
    assert saved.headers["HX-Redirect"] == f"/customers/{customer.pk}/"
    assert Customer.objects.get().region == "Ростов"


def test_a_customer_is_moved_only_into_a_group_one_may_fill(client, base, sign_in):
    sign_in(*CustomerPermission, sees=("POPULATION", "SOCIAL", "LARGE"), edits=("POPULATION", "SOCIAL"))
    customer = base.person()

    refused = client.post(f"/customers/{customer.pk}/group/", {"group_id": base.groups["LARGE"].pk}, headers=HTMX)
    moved = client.post(f"/customers/{customer.pk}/group/", {"group_id": base.groups["SOCIAL"].pk}, headers=HTMX)

    assert (refused.status_code, moved.status_code) == (422, 200)
    assert Customer.objects.get().group.code == "SOCIAL"


def test_whoever_may_only_look_is_offered_no_change_and_makes_none(client, base, sign_in):
    sign_in(*CustomerPermission, edits=())
    customer = base.person(phone="+79181234567")

    page = body(client.get(f"/customers/{customer.pk}/contacts/"))
    answer = client.post(
        f"/customers/{customer.pk}/contacts/new/", {"kind": "PHONE", "value": "89180000000"}, headers=HTMX
    )

    assert "Новый телефон" not in page
    assert answer.status_code == 403
    assert ContactPoint.objects.count() == 1


def test_contacts_persons_and_addresses_are_kept_in_place(clerk, base):
    customer = base.person()
    card = f"/customers/{customer.pk}"

    bad = clerk.post(f"{card}/contacts/new/", {"kind": "PHONE", "value": ""}, headers=HTMX)
    refused = clerk.post(f"{card}/contacts/new/", {"kind": "PHONE", "value": "12"}, headers=HTMX)
    added = clerk.post(
        f"{card}/contacts/new/", {"kind": "PHONE", "value": "89181234567", "is_primary": "on"}, headers=HTMX
    )
    phone = ContactPoint.objects.get()
    clerk.post(f"{card}/contacts/{phone.pk}/", {"note": "домашний"}, headers=HTMX)
    clerk.post(f"{card}/persons/new/", {"name": "Ольга", "phone": "89180000000"}, headers=HTMX)
    clerk.post(f"{card}/addresses/new/", {"kind": "POSTAL", "text": "г. Ейск, а/я 5"}, headers=HTMX)
    page = body(clerk.get(f"{card}/contacts/"))

    assert (bad.status_code, refused.status_code, added.status_code) == (422, 422, 200)
    assert 'aria-invalid="true"' in body(bad) and 'data-field="value"' in body(refused)
    assert all(text in page for text in ("8 (918) 123-45-67", "домашний", "Ольга", "г. Ейск, а/я 5"))

    clerk.post(f"{card}/contacts/{phone.pk}/remove/", headers=HTMX)
    clerk.post(f"{card}/persons/{customer.contact_persons.get().pk}/remove/", headers=HTMX)
    clerk.post(f"{card}/addresses/POSTAL/remove/", headers=HTMX)
    assert (customer.contact_points.count(), customer.contact_persons.count()) == (0, 0)
    assert CustomerAddress.objects.count() == 0


def test_belongings_of_another_customer_are_not_reached_through_this_one(clerk, base):
    customer, other = base.person(), base.person("Другой", phone="+79181234567", address="ул. Мира")

    point, phone = other.usage_points.get(), other.contact_points.get()

    assert clerk.get(f"/customers/{customer.pk}/points/{point.pk}/").status_code == 404
    assert clerk.post(f"/customers/{customer.pk}/contacts/{phone.pk}/remove/").status_code == 404
    assert other.contact_points.count() == 1


def point_form(base, **more):
    return {
        "number": "2301", "branch_id": base.branch.pk, "address": "ул. Мира, д. 5", "voltage": "NN",
        "reliability_category": "III", "max_power": "15.5", **more,
    }  # fmt: skip


def test_usage_points_are_added_and_changed_and_a_second_editor_is_told_what_differs(clerk, base):
    customer = base.person()
    card = f"/customers/{customer.pk}/points"

    added = clerk.post(f"{card}/new/", point_form(base), headers=HTMX)
    point = customer.usage_points.get()
    clerk.post(f"{card}/{point.pk}/", point_form(base, account="1001", version=1), headers=HTMX)
    stale = clerk.post(f"{card}/{point.pk}/", point_form(base, account="1002", version=1), headers=HTMX)
    point.refresh_from_db()

    assert (added.status_code, stale.status_code, point.account, str(point.max_power)) == (200, 422, "1001", "15.500")
    assert "Лицевой счёт: 1001" in body(stale) and 'value="1002"' in body(stale)
    assert 'name="version" value="2"' in body(stale)
    taken = clerk.post(f"/customers/{base.person('Другой').pk}/points/new/", point_form(base), headers=HTMX)
    assert (taken.status_code, 'data-field="number"' in body(taken)) == (409, True)


def test_agreements_are_added_and_ended(clerk, base):
    customer = base.person(address="ул. Мира, д. 5")
    card = f"/customers/{customer.pk}/agreements"
    point = customer.usage_points.get()
    form = {"kind": "SUPPLY", "number": "Д-1", "signed_on": "2026-01-01", "usage_point_id": point.pk}

    clerk.post(f"{card}/new/", form, headers=HTMX)
    agreement = Agreement.objects.get()
    refused = clerk.post(f"{card}/{agreement.pk}/end/", {"ends_on": "2025-01-01"}, headers=HTMX)
    clerk.post(f"{card}/{agreement.pk}/end/", {"ends_on": "2026-12-01"}, headers=HTMX)
    agreement.refresh_from_db()

    assert (refused.status_code, agreement.usage_point, f"{agreement.ends_on}") == (422, point, "2026-12-01")
    assert "01.12.2026" in body(clerk.get(f"{card}/"))


def test_the_history_tells_changes_and_who_looked_only_to_those_who_manage_access(client, base, sign_in):
    sign_in(*CustomerPermission)
    customer = base.person()
    change_customer(customer_id=customer.pk, version=1, changes={"region": "Адыгея"}, by=base.admin)
    client.get(f"/customers/{customer.pk}/")

    seen = body(client.get(f"/customers/{customer.pk}/history/"))
    define_role(code="tester", name="Проверяющий", permissions=[*CustomerPermission, AccessPermission.MANAGE])
    seen_by_guard = body(client.get(f"/customers/{customer.pk}/history/"))

    assert "Карточка потребителя изменена" in seen and "регион" in seen
    assert ("Просмотр" in seen, "персональных данных" in seen_by_guard.lower()) == (False, True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_taken_away_without_formulas_and_the_journal_knows(clerk, base, kind):
    base.person("=2+5", phone="+79181234567")
    base.firm()

    answer = clerk.get(f"/customers/export/?form={kind}")
    content = b"".join(answer.streaming_content)

    assert answer.headers["Content-Disposition"].startswith("attachment")
    if kind == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert lines[1].startswith("'=2+5 Пётр;")
    assert Entry.objects.filter(event="journal.PersonalDataRead").get().facts == {"what": f"customers.export.{kind}"}


def test_the_screens_see_what_the_scope_sees(clerk, base):
    base.person("Видимый")
    base.firm("ООО «Невидимка»")
    with scoped(EVERYTHING):
        assert Customer.objects.count() == 2

    pages = "".join(
        body(clerk.get(page)) for page in ("/customers/", "/customers/?q=невидимка", "/customers/found/?q=невидимка")
    )

    assert "Видимый" in pages and "Невидимка»" not in pages
