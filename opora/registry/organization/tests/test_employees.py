from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from opora.platform.errors import ChangedMeanwhile
from opora.platform.journal.queries import history_of
from opora.registry.organization.models import Absence, Employee
from opora.registry.organization.operations import (
    AbsenceOverlaps,
    AnotherBranch,
    CodeTaken,
    DeputyCircle,
    HeadTaken,
    StillInUse,
    cancel_absence,
    change_employee,
    close_division,
    create_branch,
    create_division,
    dismiss_employee,
    record_absence,
    set_deputy,
)
from opora.registry.organization.queries import (
    available_employee_ids,
    head_of,
    search_directory,
    stand_in_for,
    structure,
)

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_the_second_of_two_editors_is_told_that_somebody_saved_first(hire, admin):
    employee = hire()
    change_employee(employee_id=employee.pk, version=1, changes={"phone": "+78612000001"}, by=admin)

    with pytest.raises(ChangedMeanwhile):
        change_employee(employee_id=employee.pk, version=1, changes={"phone": "+78612000002"}, by=admin)

    assert Employee.objects.get().phone == "+78612000001"
    assert [line.facts.get("fields") for line in history_of(employee)] == [["phone"], None]


def test_a_division_has_one_head(hire):
    hire(is_head=True)

    with pytest.raises(HeadTaken):
        hire("Второй", is_head=True)

    assert Employee.objects.count() == 1


def test_the_head_of_a_division_without_one_is_that_of_the_nearest_above(hire, division, admin):
    boss = hire(is_head=True)
    below = create_division(
        branch_id=division.branch_id, parent_id=division.pk, code="01-ТП-1", name="Группа", by=admin
    )

    assert head_of(below.pk) == boss


def test_a_parent_division_of_another_branch_is_refused(division, admin):
    other = create_branch(code="02", name="Сочинские электрические сети", short_name="СЭС", by=admin)

    with pytest.raises(AnotherBranch) as refusal:
        create_division(branch_id=other.pk, parent_id=division.pk, code="02-1", name="Группа", by=admin)

    assert refusal.value.field == "parent"


def test_a_taken_code_is_refused(division, admin):
    with pytest.raises(CodeTaken):
        create_branch(code="01", name="Другие", short_name="Д", by=admin)


def test_a_division_with_people_is_not_closed(hire, division, admin):
    employee = hire()

    with pytest.raises(StillInUse):
        close_division(division_id=division.pk, by=admin)

    dismiss_employee(employee_id=employee.pk, by=admin)
    assert close_division(division_id=division.pk, by=admin).closed_at is not None


def test_absent_people_are_not_available_and_their_deputies_stand_in(hire, division, admin):
    first, second, third = hire("Первый"), hire("Второй"), hire("Третий")
    set_deputy(employee_id=first.pk, deputy_id=second.pk, by=admin)
    set_deputy(employee_id=second.pk, deputy_id=third.pk, by=admin)
    for away in (first, second):
        record_absence(
            employee_id=away.pk, first=date(2026, 11, 23), last=date(2026, 11, 23),
            reason=Absence.Reason.VACATION, by=admin,
        )  # fmt: skip

    assert available_employee_ids(division.pk, NOON) == [third.pk]
    assert stand_in_for(first.pk, NOON) == third.pk
    assert stand_in_for(third.pk, NOON) == third.pk


def test_when_the_whole_chain_is_away_the_work_stays_where_it_was(hire, admin):
    first, second = hire("Первый"), hire("Второй")
    set_deputy(employee_id=first.pk, deputy_id=second.pk, by=admin)
    for away in (first, second):
        record_absence(
            employee_id=away.pk, first=date(2026, 11, 20), last=date(2026, 11, 30),
            reason=Absence.Reason.ILLNESS, by=admin,
        )  # fmt: skip

    assert stand_in_for(first.pk, NOON) == first.pk


def test_deputies_do_not_go_in_a_circle(hire, admin):
    first, second, third = hire("Первый"), hire("Второй"), hire("Третий")
    set_deputy(employee_id=first.pk, deputy_id=second.pk, by=admin)
    set_deputy(employee_id=second.pk, deputy_id=third.pk, by=admin)

    with pytest.raises(DeputyCircle):
        set_deputy(employee_id=third.pk, deputy_id=first.pk, by=admin)

    assert Employee.objects.get(pk=third.pk).deputy_id is None


def test_absences_do_not_overlap_and_may_be_taken_back(hire, admin):
    employee = hire()
    days = {"first": date(2026, 11, 23), "last": date(2026, 11, 27), "reason": Absence.Reason.TRIP}
    absence = record_absence(employee_id=employee.pk, **days, by=admin)

    with pytest.raises(AbsenceOverlaps):
        record_absence(employee_id=employee.pk, **{**days, "first": date(2026, 11, 27)}, by=admin)
    with pytest.raises(AbsenceOverlaps):
        record_absence(employee_id=employee.pk, **{**days, "last": date(2026, 11, 20)}, by=admin)

    assert Absence.objects.count() == 1
    cancel_absence(absence_id=absence.pk, by=admin)
    cancel_absence(absence_id=absence.pk, by=admin)
    assert Absence.objects.count() == 0


@pytest.mark.parametrize(
    "text", ["Елкин", "ёлкин петр", "Петр Ёлкин", "Ёлкен", "инженер", "присоединения", "200-00-11", "2000011", "elkin@"]
)
def test_the_directory_is_searched_by_anything_known(hire, text):
    hire(phone="+78612000011", email="elkin@example.org")
    hire("Соловьёва", "Анна", phone="+78612000099")

    found = [entry.employee.last_name for entry in search_directory(text)]

    assert "Ёлкин" in found
    if text not in ("инженер", "присоединения"):
        assert found == ["Ёлкин"]


def test_the_directory_stands_in_russian_order_and_says_who_is_away(hire, admin, django_assert_num_queries):
    for name in ("Жуков", "Ёлкин", "Елагин", "Дёмин"):
        hire(name)
    away = Employee.objects.get(last_name="Жуков")
    today = timezone.localdate()
    record_absence(employee_id=away.pk, first=today, last=today, reason=Absence.Reason.OTHER, by=admin)

    with django_assert_num_queries(2):
        entries = search_directory()

    assert [entry.employee.last_name for entry in entries] == ["Дёмин", "Елагин", "Ёлкин", "Жуков"]
    assert [entry.absent_until is not None for entry in entries] == [False, False, False, True]


def test_the_structure_costs_four_queries_however_large(hire, division, admin, django_assert_num_queries):
    hire()
    for number in range(5):
        branch = create_branch(code=f"1{number}", name=f"Филиал {number}", short_name=f"Ф{number}", by=admin)
        create_division(branch_id=branch.pk, code=f"1{number}-1", name="Отдел", by=admin)

    with django_assert_num_queries(4):
        tree = [(branch.code, [d.people for d in branch.divisions.all()]) for branch in structure()]

    assert tree[0] == ("01", [1])
