"""Rows of imported files: checked, entered, refused with their reasons, and nothing is ever doubled."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone

from opora.platform.access.operations import create_user
from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.journal.models import Entry
from opora.platform.scope import Scope, scoped
from opora.registry.customers.handlers import forget_old_imports
from opora.registry.customers.models import (
    Agreement,
    ContactPoint,
    Customer,
    CustomerGroup,
    CustomerImport,
    ImportFault,
    ImportRow,
    UsagePoint,
)
from opora.registry.customers.operations import (
    accept_import,
    register_customer,
    store_import,
)
from opora.registry.customers.tests.files import ANNA, FIRM, counts, enter, faults, load, table
from opora.registry.organization.models import Branch


def test_a_check_foresees_everything_and_writes_nothing(world):
    source = load(table(ANNA, FIRM), world)

    assert (source.stage, counts(source), source.rows) == ("CHECKED", (2, 0, 0, 0), 2)
    assert Customer.objects.count() == UsagePoint.objects.count() == ContactPoint.objects.count() == 0


def test_customers_are_entered_with_everything_that_belongs_to_them(world):
    source = enter(load(table(ANNA, FIRM), world), world)

    anna, firm = Customer.objects.order_by("external_id")
    assert (source.stage, counts(source), source.entered) == ("DONE", (2, 0, 0, 0), 2)
    assert (anna.name, anna.last_name, anna.middle_name) == ("Ёлкина Анна Петровна", "Ёлкина", "Петровна")
    assert (anna.name_key, anna.kind, anna.inn) == ("елкина анна петровна", "INDIVIDUAL", "500100732259")
    assert (str(anna.balance), anna.payment_class, str(anna.payment_as_of)) == ("-120.50", "PROMPT", "2026-11-01")
    assert list(anna.contact_points.order_by("value").values_list("kind", "value", "is_primary")) == [
        ("PHONE", "+79181234567", True),
        ("PHONE", "+79181234568", False),
        ("EMAIL", "anna@example.ru", True),
    ]
    point = anna.usage_points.get()
    assert (point.number, point.account, point.voltage, str(point.max_power)) == ("2301", "1001", "NN", "15.500")
    assert point.district.name == "Северный РЭС"
    agreement = anna.agreements.get()
    assert (agreement.number, agreement.kind, agreement.usage_point) == ("Д-1", "SUPPLY", point)
    assert (firm.name, firm.kind, firm.usage_points.get().voltage) == ("ООО «Ромашка»", "LEGAL_ENTITY", "SN2")
    assert ImportRow.objects.count() == 0
    events = Entry.objects.order_by("pk").values_list("event", flat=True)
    assert [e for e in events if e.startswith("customers.")][-3:] == [
        "customers.CustomerRegistered",
        "customers.CustomerRegistered",
        "customers.CustomersImported",
    ]
    assert Entry.objects.filter(event="customers.CustomersImported").get().facts == {
        "import_id": source.pk, "created": 2, "changed": 0, "refused": 0,
    }  # fmt: skip


def test_the_same_file_again_changes_nothing(world):
    enter(load(table(ANNA, FIRM), world), world)
    versions = list(Customer.objects.order_by("pk").values_list("pk", "version"))

    checked = load(table(ANNA, FIRM), world)
    foreseen = counts(checked)
    entered = enter(checked, world)

    assert foreseen == counts(entered) == (0, 0, 2, 0)
    assert list(Customer.objects.order_by("pk").values_list("pk", "version")) == versions
    assert (UsagePoint.objects.count(), Agreement.objects.count(), ContactPoint.objects.count()) == (2, 1, 3)


def test_only_what_differs_is_changed_and_the_check_foresees_how_many(world):
    enter(load(table(ANNA, FIRM), world), world)

    checked = load(
        table(ANNA.replace("8 (918) 123-45-67", "89180000000").replace("Красная, д. 5", "Красная, д. 7"), FIRM), world
    )
    foreseen = counts(checked)
    entered = enter(checked, world)

    anna = Customer.objects.get(external_id="К-1")
    assert foreseen == counts(entered) == (0, 1, 1, 0)
    assert anna.usage_points.get().address == "г. Краснодар, ул. Красная, д. 7"
    assert anna.contact_points.filter(kind="PHONE").count() == 3
    change = Entry.objects.filter(event="customers.CustomerChanged").get()
    assert change.facts == {"customer_id": anna.pk, "fields": ["contact_points", "usage_points"]}


def test_empty_cells_take_nothing_away(world):
    enter(load(table(ANNA), world), world)

    enter(load("Код;Сальдо;Адрес регистрации\nК-1;-5;г. Ейск", world), world)

    anna = Customer.objects.get()
    assert (anna.inn, str(anna.balance), anna.addresses.get().text) == ("500100732259", "-5.00", "г. Ейск")


def test_older_payment_figures_do_not_replace_newer_ones(world):
    enter(load(table(ANNA), world), world)

    checked = load("Код;Сальдо;На дату\nК-1;999;01.10.2026", world)
    foreseen = counts(checked)
    entered = enter(checked, world)

    assert foreseen == counts(entered) == (0, 0, 1, 0)
    assert str(Customer.objects.get().balance) == "-120.50"


def test_a_customer_with_several_usage_points_and_agreements_is_one_customer(world):
    second = ANNA.replace(";2301;1001;", ";2309;1009;").replace("Д-1", "Д-2")
    third = ANNA.replace("Д-1", "Д-3")

    source = enter(load(table(ANNA, second, third), world), world)

    assert counts(source) == (1, 0, 0, 0)
    anna = Customer.objects.get()
    assert list(anna.usage_points.order_by("number").values_list("number", flat=True)) == ["2301", "2309"]
    assert list(anna.agreements.order_by("number").values_list("number", "usage_point__number")) == [
        ("Д-1", "2301"), ("Д-2", "2309"), ("Д-3", "2301"),
    ]  # fmt: skip


def test_a_usage_point_alone_is_key_enough(world):
    line = ANNA.replace("К-1;", ";", 1)
    enter(load(table(line), world), world)

    source = enter(load(table(line.replace("-120,50", "-7")), world), world)

    assert counts(source) == (0, 1, 0, 0)
    assert str(Customer.objects.get().balance) == "-7.00"


def test_a_customer_registered_by_hand_is_found_by_his_usage_point_and_gets_his_code(world):
    enter(load(table(ANNA.replace("К-1;", ";", 1)), world), world)

    source = enter(load(table(ANNA), world), world)

    assert counts(source) == (0, 1, 0, 0)
    assert Customer.objects.get().external_id == "К-1"


def test_every_fault_of_every_row_is_told_with_its_row_column_value_and_reason(world):
    bad = ANNA.replace("500100732259", "500100732258").replace("8 (918) 123-45-67", "12").replace("15,5", "много")
    source = load(table(*[bad.replace("К-1", f"К-{n}").replace("2301", f"23{n}") for n in range(300)], FIRM), world)

    found = faults(source)
    assert (source.rows, source.refused, source.created, len(found)) == (301, 300, 1, 900)
    assert found[:3] == [
        (2, "Телефон", "12, 89181234568", "«12» — не номер телефона: укажите его с кодом города."),
        (2, "Максимальная мощность", "много", "Это не число."),
        (2, "ИНН", "500100732258", "Контрольная цифра ИНН не сходится: какая-то цифра набрана неверно."),
    ]
    assert found[-1][0] == 301


def test_rows_that_contradict_each_other_are_refused_and_the_first_of_them_is_named(world):
    source = load(
        table(
            ANNA,
            ANNA,
            ANNA.replace("Анна", "Инна").replace("2301", "2305").replace("Д-1", "Д-5"),
            FIRM.replace("2302", "2301"),
            FIRM,
            FIRM.replace("К-2", "К-3").replace("2302", "2303"),
        ),
        world,
    )

    assert [(row, reason) for row, _column, _value, reason in faults(source)] == [
        (3, "Повторяет строку 2."),
        (4, "Говорит о потребителе иное, чем строка 2."),
        (5, "Эта точка поставки есть в строке 2 у другого потребителя."),
        (7, "Юридическое лицо с такими ИНН и КПП есть в строке 5 под другим кодом."),
    ]
    assert counts(source) == (2, 0, 0, 4)


def test_rows_at_odds_with_the_base_are_refused_and_the_rest_goes_in(world):
    enter(load(table(ANNA, FIRM), world), world)

    source = load(
        table(
            FIRM.replace("К-2", "К-9"),
            ANNA.replace("К-1", "К-8").replace("2301", "2308"),
            FIRM.replace("ЮЛ", "физ. лицо").replace("ООО «Ромашка»", "Роман Ромашкин").replace("7707083893", ""),
            FIRM.replace("К-2", "К-7").replace("2302", "2307").replace("7707083893", "7736050003"),
        )
        + "\nК-6;;;;;;;;;;;;;;;;;;-1;;;",
        world,
    )

    assert [(row, column) for row, column, _value, _reason in faults(source)] == [
        (2, "Точка поставки"), (3, "Номер договора"), (4, "Вид"), (6, "Код"),
    ]  # fmt: skip
    assert counts(source) == (1, 0, 0, 4)


def test_a_firm_known_by_inn_is_not_doubled(world):
    register_customer(
        kind=Customer.Kind.LEGAL_ENTITY, group_id=CustomerGroup.objects.get(code="ENTITIES").pk,
        branch_id=Branch.objects.get().pk, name="ООО «Ромашка»", inn="7707083893", by=world,
    )  # fmt: skip

    source = enter(load(table(FIRM), world), world)

    assert counts(source) == (0, 1, 0, 0)
    assert Customer.objects.get().external_id == "К-2"


def test_somebody_enters_only_into_his_branches_and_groups(world):
    groups = {group.code: group.pk for group in CustomerGroup.objects.all()}
    scope = Scope(
        branches=frozenset([Branch.objects.get().pk]),
        groups_seen=frozenset(groups.values()),
        groups_edited=frozenset([groups["POPULATION"]]),
    )
    clerk = create_user(username="clerk", password=None, roles=[], scope=scope, by=world)
    enter(load(table(FIRM), world), world)

    source = load(table(ANNA, FIRM, FIRM.replace("К-2", "К-5").replace(";2302;", ";2305;")), clerk)
    entered = enter(source, clerk)

    assert [(row, reason) for row, _c, _v, reason in faults(source)] == [
        (3, "В эту группу вам нельзя вносить потребителей."),
        (4, "В эту группу вам нельзя вносить потребителей."),
    ]
    assert counts(entered) == (1, 0, 0, 2)
    with scoped(scope), pytest.raises(EditForbidden):
        store_import(stream=BytesIO(b"x"), name="x", by=clerk, group_id=groups["SALES"])
    hidden = load("Код;Сальдо\nК-2;5", clerk)
    assert faults(hidden) == [(2, "Код", "К-2", "Этот потребитель в группе или филиале, которые вам нельзя менять.")]
    with pytest.raises(NotVisible):
        accept_import(import_id=hidden.pk, by=create_user(username="x", password=None, roles=[], scope=scope, by=world))


def test_the_text_of_a_cell_stays_text(world):
    source = load(table(FIRM.replace("ООО «Ромашка»", "=cmd|' /C calc'!A0<script>') drop table")), world)
    enter(source, world)

    assert Customer.objects.get().name == "=cmd|' /C calc'!A0<script>') drop table"
    assert CustomerImport.objects.get().stage == "DONE"
    assert ImportFault.objects.count() == 0


def test_old_imports_are_forgotten_with_their_files_and_faults(world, settings):
    source = load(table(ANNA.replace("физ. лицо", "никто")), world)
    kept = load(table(ANNA), world)
    CustomerImport.objects.filter(pk=source.pk).update(started_at=timezone.now() - timedelta(days=31))
    folder = Path(settings.MEDIA_ROOT) / "imports"

    forget_old_imports(timezone.now())

    assert list(CustomerImport.objects.values_list("pk", flat=True)) == [kept.pk]
    assert ImportFault.objects.count() == 0
    assert ((folder / source.path).exists(), (folder / kept.path).exists()) == (False, True)
