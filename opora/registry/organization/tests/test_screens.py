from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import Scope
from opora.registry.organization.models import Absence, District, Division, Employee, Office
from opora.registry.organization.operations import (
    create_district,
    create_division,
    dismiss_employee,
    record_absence,
    set_deputy,
)
from opora.registry.organization.permissions import OrganizationPermission

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client, admin):
    """Somebody signed in, without any permission."""
    client.force_login(create_user(username="reader", password=None, roles=[], scope=Scope(), by=admin))
    return client


@pytest.fixture
def editor(client, admin):
    define_role(code="staff", name="Кадры", permissions=[*OrganizationPermission])
    client.force_login(create_user(username="editor", password=None, roles=["staff"], scope=Scope(), by=admin))
    return client


def away_today(employee, by):
    today = timezone.localdate()
    return record_absence(
        employee_id=employee.pk, first=today, last=today + timedelta(days=2), reason=Absence.Reason.VACATION, by=by
    )


def body(answer):
    return " ".join(answer.content.decode().split())


def test_a_stranger_is_sent_to_sign_in(client, hire):
    employee = hire()

    for address in ("/directory/", "/directory/rows/", f"/directory/{employee.pk}/", "/structure/"):
        assert client.get(address).headers["Location"].startswith("/login/?next=")


def test_the_directory_shows_phones_to_dial_absence_and_who_stands_in(reader, hire, admin):
    person, deputy = hire(phone="+78612001122", internal_phone="1402"), hire("Замещающий", "Иван")
    set_deputy(employee_id=person.pk, deputy_id=deputy.pk, by=admin)
    away_today(person, admin)

    page = body(reader.get("/directory/"))

    assert '<a href="tel:+78612001122">8 (861) 200-11-22</a>' in page
    assert '<a href="tel:1402">1402</a>' in page
    back = timezone.localdate() + timedelta(days=3)
    assert f"отсутствует: отпуск, выходит {back:%d.%m.%Y}" in page
    assert "Замещающий И." in page
    assert "2 строки" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=елкин", ["Ёлкин Пётр"]),
        ("q=ёлкен", ["Ёлкин Пётр"]),
        ("q=инженер+подключения", ["Сидоров Олег"]),
        ("q=1402", ["Ёлкин Пётр"]),
        ("q=никого", []),
        ("branch=999", ["Ёлкин Пётр", "Сидоров Олег"]),
        ("division=x", ["Ёлкин Пётр", "Сидоров Олег"]),
        ("", ["Ёлкин Пётр", "Сидоров Олег"]),
    ],
)
def test_the_search_finds_while_one_types(reader, hire, admin, query, names):
    hire(internal_phone="1402")
    hire("Сидоров", "Олег", duties="подключения")
    dismiss_employee(employee_id=hire("Ёлкин", "Бывший").pk, by=admin)

    answer = reader.get(f"/directory/rows/?{query}", headers=HTMX)

    assert [line.employee.full_name for line in answer.context["lines"]] == names
    assert answer.context["total"] == len(names)
    assert ("Никто не подходит" in body(answer)) is (names == [])


def test_the_directory_is_read_forwards_and_backwards_by_key(reader, hire):
    for number in range(120):
        hire(f"Фамилия{number:03}")
    names = [f"Фамилия{number:03} Пётр" for number in range(120)]

    def shown(address):
        answer = reader.get(address)
        return [line.employee.full_name for line in answer.context["lines"]], answer.context

    first, context = shown("/directory/rows/")
    second, context = shown(f"/directory/rows/?after={context['next']}")
    third, context = shown(f"/directory/rows/?after={context['next']}")
    assert (first, second, third) == (names[:50], names[50:100], names[100:])
    assert (context["next"], context["total"]) == ("", 120)

    back, context = shown(f"/directory/rows/?before={context['previous']}")
    start, context = shown(f"/directory/rows/?before={context['previous']}")
    assert (back, start) == (second, first)
    assert context["previous"] == ""


def test_a_longer_directory_costs_no_more_questions(reader, hire, admin, django_assert_num_queries):
    hire()
    reader.get("/directory/rows/")
    for number in range(20):
        away_today(hire(f"Фамилия{number}"), admin)

    with django_assert_num_queries(8):  # session, user, transaction 3, people, absences, count
        reader.get("/directory/rows/")


def test_a_card_is_open_to_everybody_and_changed_only_by_who_may(reader, hire):
    person = hire(duties="Принимает заявки", email="elkin@example.ru")

    page = body(reader.get(f"/directory/{person.pk}/"))

    assert "Принимает заявки" in page
    assert "mailto:elkin@example.ru" in page
    assert "Принят сотрудник" in page  # the history
    assert "Записать отсутствие" not in page
    assert reader.get(f"/directory/{person.pk}/change/").status_code == 403
    assert reader.post(f"/directory/{person.pk}/dismiss/").status_code == 403
    assert reader.post(f"/directory/{person.pk}/deputy/", {"deputy": person.pk}).status_code == 403
    assert reader.get("/directory/999999/").status_code == 404
    assert Employee.objects.get().active


def test_somebody_is_hired_and_his_card_changed(editor, hire, division):
    first = hire()
    values = {
        "last_name": "Новая", "first_name": "Анна", "position": first.position_id, "division": division.pk,
        "phone": "8 (918) 123-45-67", "internal_phone": "77",
    }  # fmt: skip

    hired = editor.post("/directory/new/", values, headers=HTMX)
    person = Employee.objects.get(last_name="Новая")
    changed = editor.post(f"/directory/{person.pk}/change/", {**values, "duties": "Касса", "version": 1}, headers=HTMX)
    late = editor.post(f"/directory/{person.pk}/change/", {**values, "duties": "Архив", "version": 1}, headers=HTMX)

    assert hired.headers["HX-Redirect"] == changed.headers["HX-Redirect"] == f"/directory/{person.pk}/"
    assert late.status_code == 409
    assert "тем временем изменили" in body(late)
    person.refresh_from_db()
    assert (person.phone, person.internal_phone, person.duties) == ("+79181234567", "77", "Касса")
    assert 'value="8 (918) 123-45-67"' in body(editor.get(f"/directory/{person.pk}/change/"))


def test_mistakes_come_back_beside_their_fields(editor, hire, division):
    first = hire()
    values = {"last_name": "Новая", "position": first.position_id, "division": division.pk, "phone": "12"}

    answer = editor.post("/directory/new/", values, headers=HTMX)

    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data().keys() == {"first_name", "phone"}
    assert "неполный номер" in body(answer)
    assert Employee.objects.count() == 1


def test_absences_are_recorded_refused_and_cancelled(editor, hire):
    person = hire()
    today = timezone.localdate()
    days = {"first": today.isoformat(), "last": (today + timedelta(days=1)).isoformat(), "reason": "ILLNESS"}
    address = f"/directory/{person.pk}/absences/"

    recorded = editor.post(address, days, headers=HTMX)
    again = editor.post(address, days, headers=HTMX)
    unreadable = editor.post(address, {**days, "last": "завтра"}, headers=HTMX)

    absence = Absence.objects.get()
    assert recorded.headers["HX-Redirect"] == f"/directory/{person.pk}/"
    assert (again.status_code, unreadable.status_code) == (409, 422)
    assert "сегодня отсутствует" in body(editor.get(f"/directory/{person.pk}/"))
    editor.post(f"{address}{absence.pk}/cancel/", headers=HTMX)
    assert Absence.objects.count() == 0


def test_a_deputy_is_chosen_among_colleagues_or_by_search(editor, hire, division, admin):
    other = create_division(branch_id=division.branch_id, code="01-АБ", name="Абонентский отдел", by=admin)
    person, colleague = hire(), hire("Коллега")
    hire("Далёкий", division_id=other.pk)

    near = editor.get(f"/directory/{person.pk}/deputies/", headers=HTMX)
    far = editor.get(f"/directory/{person.pk}/deputies/?q=далекий", headers=HTMX)
    editor.post(f"/directory/{person.pk}/deputy/", {"deputy": colleague.pk}, headers=HTMX)
    circle = editor.post(f"/directory/{colleague.pk}/deputy/", {"deputy": person.pk}, headers=HTMX)

    assert [line.employee.last_name for line in near.context["candidates"]] == ["Коллега"]
    assert [line.employee.last_name for line in far.context["candidates"]] == ["Далёкий"]
    assert circle.status_code == 422
    person.refresh_from_db()
    assert person.deputy == colleague
    editor.post(f"/directory/{person.pk}/deputy/", {"deputy": ""}, headers=HTMX)
    person.refresh_from_db()
    assert person.deputy is None


def test_the_tree_shows_hours_people_and_who_stands_below_whom(reader, hire, division, admin):
    create_division(branch_id=division.branch_id, parent_id=division.pk, code="01-ТП-1", name="Группа", by=admin)
    create_district(branch_id=division.branch_id, code="0101", name="Усть-Лабинский РЭС", by=admin)
    hire()

    page = body(reader.get("/structure/"))

    assert "Пн–Пт 08:00–12:00, 13:00–17:00" in page
    assert f'<a class="muted" href="/directory/?division={division.pk}">1 сотрудник</a>' in page
    assert page.index("Отдел присоединения") < page.index("<ul><li>Группа") < page.index("Усть-Лабинский РЭС")
    assert "/structure/branch/new/" not in page


def test_a_deeper_tree_costs_no_more_questions(reader, division, admin, django_assert_num_queries):
    reader.get("/structure/")

    def ask():
        with django_assert_num_queries(9):  # session, user, transaction 3, branches, districts, offices, divisions
            reader.get("/structure/")

    ask()
    for number in range(5):
        create_division(branch_id=division.branch_id, parent_id=division.pk, code=f"{number}", name="Группа", by=admin)
    ask()


def test_the_structure_is_added_to_changed_and_closed(editor, division):
    branch = division.branch_id
    office = {
        "kind": "CENTRE", "name": "ЦОП Краснодар", "address": "ул. Красная, 1",
        "phones": "8 (861) 200-00-01, 88612000002",
    }  # fmt: skip

    added = editor.post(f"/structure/office/new/?branch={branch}", office, headers=HTMX)
    taken = editor.post(f"/structure/office/new/?branch={branch}", office, headers=HTMX)
    row = Office.objects.get()
    moved = editor.post(
        f"/structure/office/{row.pk}/", {**office, "address": "ул. Мира, 2", "version": 1}, headers=HTMX
    )
    closed = editor.post(f"/structure/office/{row.pk}/close/", headers=HTMX)

    assert (
        added.headers["HX-Redirect"] == moved.headers["HX-Redirect"] == closed.headers["HX-Redirect"] == "/structure/"
    )
    assert taken.status_code == 409
    row.refresh_from_db()
    assert (row.address, row.phones) == ("ул. Мира, 2", ["+78612000001", "+78612000002"])
    assert row.closed_at is not None
    assert editor.get(f"/structure/office/{row.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["branch", "district", "office", "division"])
def test_the_second_to_change_the_structure_does_not_overwrite_the_first(editor, division, kind):
    row: Any = division
    if kind == "branch":
        row = division.branch
    elif kind != "division":
        new = {"code": "01-9", "name": "Новый РЭС", "kind": "CENTRE", "address": "ул. Красная, 1"}
        editor.post(f"/structure/{kind}/new/?branch={division.branch_id}", new, headers=HTMX)
        row = (District if kind == "district" else Office).objects.get(name="Новый РЭС")
    address = f"/structure/{kind}/{row.pk}/"
    seen = {"code": "К-1", "short_name": "КЭС", "kind": "CENTRE", "address": "ул. Красная, 1", "version": row.version}
    assert f'name="version" value="{row.version}"' in body(editor.get(address))

    first = editor.post(address, {**seen, "name": "Первый"}, headers=HTMX)
    second = editor.post(address, {**seen, "name": "Второй"}, headers=HTMX)
    unclear = editor.post(address, {**seen, "name": ""}, headers=HTMX)

    assert (first.status_code, second.status_code, unclear.status_code) == (200, 409, 422)
    assert f'name="version" value="{row.version}"' in body(unclear)  # still what he has seen, not what is there now
    row.refresh_from_db()
    assert row.name == "Первый"


def test_what_still_holds_something_open_is_not_closed(editor, hire, division):
    hire()

    refused = [
        editor.post(f"/structure/{kind}/{pk}/close/", headers=HTMX)
        for kind, pk in (("division", division.pk), ("branch", division.branch_id))
    ]

    assert [answer.status_code for answer in refused] == [409, 409]
    division.refresh_from_db()
    assert division.closed_at is None


def test_a_division_is_not_put_below_itself(editor, division, admin):
    below = create_division(branch_id=division.branch_id, parent_id=division.pk, code="1", name="Группа", by=admin)

    answer = editor.post(
        f"/structure/division/{division.pk}/", {"code": "01-ТП", "name": "Отдел", "parent": below.pk}, headers=HTMX
    )

    assert answer.status_code == 422
    assert 'data-field="parent"' in body(answer)
    assert Division.objects.get(pk=division.pk).parent_id is None


@pytest.mark.parametrize("address", ["/structure/planet/new/", "/structure/office/new/", "/structure/office/999/"])
def test_what_is_not_there_is_not_found(editor, division, address):
    assert editor.get(address).status_code == 404


def test_the_structure_is_changed_only_by_who_may(reader, division):
    assert reader.get(f"/structure/division/new/?branch={division.branch_id}").status_code == 403
    assert reader.post(f"/structure/division/{division.pk}/close/").status_code == 403
