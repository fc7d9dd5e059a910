"""Deliveries of the register: read, applied as a whole, again, later, broken."""

from datetime import date

import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import REAL, TOWN, guid, house, needs_real_delivery, obj, place, write, xml
from opora.platform.journal.queries import history_of
from opora.platform.stages import ForbiddenMove
from opora.registry.addresses.models import (
    AddressObject,
    Delivery,
    DeliveryFault,
    DeliveryFile,
    House,
    StagedHouse,
    StagedObject,
    StagedPlace,
)
from opora.registry.addresses.operations import (
    OlderDelivery,
    ReadElsewhere,
    apply_delivery,
    preview_delivery,
    read_delivery,
)
from opora.registry.addresses.stages import DeliveryKind, DeliveryStage


def everything():
    return list(AddressObject.objects.order_by("pk").values()), list(House.objects.order_by("pk").values())


@needs_real_delivery
def test_the_real_sample_is_applied_with_every_record_of_the_kinds_that_are_kept(admin):
    delivery = read_delivery(source=GarDelivery(REAL), by=admin)

    assert sorted(delivery.files.values_list("records", flat=True)) == [1, 1, 1, 1, 7]
    apply_delivery(delivery_id=delivery.pk, by=admin)

    assert AddressObject.objects.count() == 7
    assert set(AddressObject.objects.values_list("type", "name")) >= {("пер", "1 Мая"), ("дор", "Полевая-ад1.")}
    assert list(House.objects.order_by("pk").values_list("label", "is_current")) == [
        ("д. 19", False),
        ("уч. 5/1", True),
    ]
    delivery.refresh_from_db()
    assert delivery.result == {
        "objects_created": 7, "objects_changed": 0, "objects_retired": 0, "objects_in_all": 7,
        "objects_without_place": 7, "houses_created": 2, "houses_changed": 0, "houses_retired": 0, "houses_in_all": 1,
        "houses_without_place": 1, "faults": 0,
    }  # fmt: skip


def test_objects_stand_in_both_hierarchies_with_their_whole_address(town):
    street = AddressObject.objects.get(pk=3)

    assert street.text == "Краснодарский край, г. Краснодар, ул. Красная"
    assert (street.adm_path, street.mun_path, street.parent_id) == ([1, 2, 3], [1, 2, 3], 2)
    assert AddressObject.objects.get(pk=8).text == "Краснодарский край, Динской р-н, ст-ца Динская, ул. Красная"
    assert town.stage == DeliveryStage.APPLIED
    assert [line.label for line in history_of(town)] == ["Адресный реестр обновлён"]


def test_houses_stand_in_their_streets_with_one_key_for_all_spellings(town):
    assert list(House.objects.filter(parent_id=3).order_by("number", "key").values_list("label", "key")) == [
        ("д. 12", "12"), ("д. 12, к. 1", "12 к1"), ("д. 12А", "12а"), ("д. 14/2", "14/2"),
    ]  # fmt: skip
    assert House.objects.get(pk=201).kind == "STEAD"
    assert not House.objects.get(pk=107).is_current


def test_a_street_keeps_the_names_it_has_had(town):
    assert AddressObject.objects.get(pk=4).former == ["ул. Коммунаров"]
    assert AddressObject.objects.get(pk=4).name == "им. Тургенева"


def test_the_same_delivery_again_changes_nothing(town, deliver):
    before = everything()

    again = deliver(TOWN)

    assert again.pk != town.pk
    assert (again.result["objects_created"], again.result["objects_changed"]) == (0, 0)
    assert (again.result["houses_created"], again.result["houses_changed"]) == (0, 0)
    assert everything() == before
    assert not any(model.objects.exists() for model in (StagedObject, StagedHouse, StagedPlace))


def test_changes_rename_move_and_close_and_what_they_do_not_name_stays(town, deliver):
    changes = {
        "ADDR_OBJ": xml(
            "ADDRESSOBJECTS",
            obj(2, 5, "г.", "Екатеринодар", record=22, start="2024-02-01"),
            obj(2, 5, "г.", "Краснодар", record=20, end="2024-02-01", updated="2024-02-01", live="0"),
            obj(5, 8, "пер.", "Красный", end="2024-02-01", updated="2024-02-01", live="0"),
        ),
        "HOUSES": xml("HOUSES", house(108, "1Б", start="2024-02-01")),
        "ADM_HIERARCHY": xml("ITEMS", place(1, 2, 3, 108)),
    }

    applied = deliver(changes, name="gar_delta_xml", day="20240201")

    assert applied.kind == DeliveryKind.DELTA
    assert (applied.result["objects_created"], applied.result["objects_changed"]) == (0, 2)
    assert AddressObject.objects.get(pk=3).text == "Краснодарский край, г. Екатеринодар, ул. Красная"
    assert AddressObject.objects.get(pk=2).former == ["г. Краснодар"]
    assert not AddressObject.objects.get(pk=5).is_current
    assert House.objects.get(pk=108).parent_id == 3
    assert House.objects.filter(is_current=True).count() == 8
    again = deliver(changes, name="gar_delta_xml", day="20240201")
    assert (again.result["objects_changed"], again.result["houses_changed"]) == (0, 0)


def test_changes_that_come_late_do_not_undo_later_ones(town, deliver):
    later = {"ADDR_OBJ": xml("ADDRESSOBJECTS", obj(3, 8, "ул.", "Новая", record=33, start="2024-03-01"))}
    earlier = {"ADDR_OBJ": xml("ADDRESSOBJECTS", obj(3, 8, "ул.", "Средняя", record=32, start="2024-02-01"))}
    deliver(later, name="delta-2")

    applied = deliver(earlier, name="delta-1")

    assert applied.result["objects_changed"] == 0
    assert AddressObject.objects.get(pk=3).name == "Новая"


def test_a_full_delivery_retires_what_it_no_longer_names_in_its_regions_alone(town, deliver):
    deliver({"ADDR_OBJ": xml("ADDRESSOBJECTS", obj(70, 1, "обл", "Другая"))}, name="other", region="61")
    fewer = TOWN | {
        "ADDR_OBJ": xml("ADDRESSOBJECTS", obj(1, 1, "край", "Краснодарский"), obj(2, 5, "г.", "Краснодар")),
        "HOUSES": xml("HOUSES", house(101, "12")),
    }

    applied = deliver(fewer, name="gar_xml_march", day="20240301")

    assert (applied.result["objects_retired"], applied.result["houses_retired"]) == (6, 5)
    assert set(AddressObject.objects.filter(is_current=True).values_list("pk", flat=True)) == {1, 2, 70}
    assert set(House.objects.filter(is_current=True).values_list("pk", flat=True)) == {101, 201}


def test_an_older_full_delivery_is_refused_and_changes_nothing(deliver, admin):
    deliver(TOWN, day="20240301")
    before = everything()

    waiting = deliver(TOWN | {"ADDR_OBJ": xml("ADDRESSOBJECTS", obj(1, 1, "край", "Прежний"))}, name="old", apply=False)
    Delivery.objects.filter(pk=waiting.pk).update(as_of=date(2023, 1, 1))
    with pytest.raises(OlderDelivery, match=r"01\.03\.2024"):
        apply_delivery(delivery_id=waiting.pk, by=admin)

    assert everything() == before


def test_a_torn_file_refuses_the_delivery_and_nothing_is_half_applied(admin, tmp_path):
    folder = write(tmp_path / "gar_xml", TOWN | {"HOUSES": TOWN["HOUSES"][:-60]})

    delivery = read_delivery(source=GarDelivery(folder), by=admin)

    assert delivery.stage == DeliveryStage.REFUSED
    fault = DeliveryFault.objects.get(delivery=delivery)
    assert "AS_HOUSES_" in fault.file
    assert fault.object == "106"
    assert "обрывается" in fault.reason
    with pytest.raises(ForbiddenMove):
        apply_delivery(delivery_id=delivery.pk, by=admin)
    assert everything() == ([], [])
    assert StagedHouse.objects.count() == 0


def test_after_the_mend_only_the_files_that_have_changed_are_read_again(admin, tmp_path):
    folder = write(tmp_path / "gar_xml", TOWN | {"HOUSES": TOWN["HOUSES"][:-60]})
    refused = read_delivery(source=GarDelivery(folder), by=admin)
    (first,) = DeliveryFile.objects.filter(delivery=refused)
    write(folder, {"HOUSES": TOWN["HOUSES"]})

    delivery = read_delivery(source=GarDelivery(folder), by=admin)

    assert (delivery.pk, delivery.stage) == (refused.pk, DeliveryStage.READ)
    assert DeliveryFile.objects.filter(delivery=delivery).order_by("pk")[0] == first
    assert DeliveryFile.objects.filter(delivery=delivery).count() == 5
    assert not DeliveryFault.objects.exists()
    assert apply_delivery(delivery_id=delivery.pk, by=admin).result["houses_created"] == 8


class BreaksOff(GarDelivery):
    """A delivery whose reader is killed in the middle of its third file."""

    def records(self, file):
        yield from super().records(file)
        if "STEADS" in file.name:
            raise KeyboardInterrupt


def test_whoever_was_killed_is_followed_by_another_who_begins_with_the_next_file(admin, tmp_path):
    folder = write(tmp_path / "gar_xml", TOWN)
    with pytest.raises(KeyboardInterrupt):
        read_delivery(source=BreaksOff(folder), by=admin)
    first, second = DeliveryFile.objects.order_by("pk")
    assert Delivery.objects.get().stage == DeliveryStage.READING

    delivery = read_delivery(source=GarDelivery(folder), by=admin)

    assert list(DeliveryFile.objects.order_by("pk"))[:2] == [first, second]
    assert apply_delivery(delivery_id=delivery.pk, by=admin).result["houses_created"] == 8
    assert Delivery.objects.count() == 1


def test_who_reads_what_somebody_else_is_reading_is_told_so(admin, tmp_path):
    folder = write(tmp_path / "gar_xml", TOWN)

    class TwoAtOnce(GarDelivery):
        def records(self, file):
            if "HOUSES" in file.name:
                raise AssertionError("the other one was faster with this file")
            DeliveryFile.objects.create(
                delivery=Delivery.objects.get(), name=self.files[1].name, fingerprint="", records=0
            )
            return super().records(file)

    with pytest.raises(ReadElsewhere):
        read_delivery(source=TwoAtOnce(folder), by=admin)


def test_a_file_that_became_another_since_is_read_anew(deliver, tmp_path):
    deliver(TOWN, apply=False)

    applied = deliver(TOWN | {"HOUSES": xml("HOUSES", house(101, "12"), house(109, "99"))})

    assert set(House.objects.values_list("pk", flat=True)) == {101, 109, 201}
    assert applied.files.count() == 5


def test_objects_without_their_parents_are_named_and_keep_no_place(deliver):
    lost = TOWN | {"ADM_HIERARCHY": xml("ITEMS", place(1), place(1, 2), place(1, 77, 3), place(1, 78, 101))}
    lost["MUN_HIERARCHY"] = xml("ITEMS")

    applied = deliver(lost)

    faults = DeliveryFault.objects.filter(delivery=applied).order_by("object")
    assert [(fault.object, fault.reason.split(",")[0]) for fault in faults] == [
        ("101", "Объект 78"),
        ("3", "Объект 77"),
    ]
    assert applied.result["faults"] == 2
    assert AddressObject.objects.get(pk=3).adm_path is None
    assert House.objects.get(pk=101).parent_id is None


def test_a_preview_says_what_would_come_of_it_and_changes_nothing(deliver):
    waiting = deliver(TOWN, apply=False)

    result, faults = preview_delivery(delivery_id=waiting.pk)

    assert (result["objects_created"], result["houses_created"], faults) == (8, 8, [])
    assert everything() == ([], [])
    assert Delivery.objects.get().stage == DeliveryStage.READ


def test_ids_of_houses_are_those_of_the_register(town):
    assert House.objects.get(guid=guid(101)).label == "д. 12"
