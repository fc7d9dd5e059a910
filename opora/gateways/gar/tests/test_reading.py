"""What is read of a delivery, and what is said of one that cannot be read."""

import json
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import REAL, TOWN, needs_real_delivery, obj, write, xml, zipped
from opora.registry.addresses.house_numbers import HOUSE_TYPES
from opora.registry.addresses.stages import Level
from opora.registry.addresses.transports import UnreadableDelivery


@needs_real_delivery
def test_every_file_of_the_real_sample_has_as_many_records_as_were_counted():
    delivery = GarDelivery(REAL)

    counted = {Path(file.name).name: sum(map(len, delivery.elements(file))) for file in delivery.all_files}

    assert counted == json.loads((REAL / "expected_counts.json").read_text())
    assert delivery.as_of == date(2023, 7, 7)
    assert not delivery.is_delta


@needs_real_delivery
def test_the_levels_and_types_of_houses_are_those_of_the_register():
    delivery = GarDelivery(REAL)
    found = {}
    for file in delivery.all_files:
        if "OBJECT_LEVELS" in file.name or "HOUSE_TYPES" in file.name:
            found[file.name.split("_2023")[0]] = [given for batch in delivery.elements(file) for given in batch]

    assert {int(each["LEVEL"]) for each in found["AS_OBJECT_LEVELS"]} == set(Level.values)
    assert {int(each["ID"]): each["SHORTNAME"] for each in found["AS_HOUSE_TYPES"]} == HOUSE_TYPES


@needs_real_delivery
def test_the_records_of_the_real_sample_are_read_with_their_names():
    delivery = GarDelivery(REAL)

    objects, houses, steads, adm, mun = (
        [record for batch in delivery.records(file) for record in batch] for file in delivery.files
    )

    assert [(each.type, each.name) for each in objects] == [
        ("ул", "Белая"), ("дор", "Полевая-ад1."), ("ул", "Лагунова"), ("пер", "1 Мая"), ("ул", "Просторная"),
        ("ул", "Дружбы"), ("пер", "Тукая"),
    ]  # fmt: skip
    assert {each.region for each in objects} == {72}
    assert (houses[0].number, houses[0].version.is_current) == ("19", False)
    assert (steads[0].number, steads[0].is_stead) == ("5/1", True)
    assert adm[0].path == (1305522, 1327981, 97670661, 97678198)
    assert mun[0].municipal


def test_a_folder_and_an_archive_of_it_hold_the_same(tmp_path):
    folder = write(tmp_path / "gar", TOWN)
    archive = GarDelivery(zipped(folder, tmp_path / "gar_xml.zip"))
    plain = GarDelivery(folder)

    assert [file.name for file in archive.files] == [file.name for file in plain.files]
    for one, other in zip(plain.files, archive.files, strict=True):
        assert list(plain.records(one)) == list(archive.records(other))


def test_only_the_regions_asked_for_are_read_and_a_region_s_own_folder_will_do(tmp_path):
    folder = write(write(tmp_path / "gar", TOWN), TOWN, region="01")

    assert {file.region for file in GarDelivery(folder).files} == {1, 23}
    assert {file.region for file in GarDelivery(folder, regions=[1]).files} == {1}
    assert {file.region for file in GarDelivery(folder / "23").files} == {23}


def test_the_name_says_that_only_changes_are_delivered(tmp_path):
    folder = write(tmp_path / "gar_delta_xml", TOWN)

    assert GarDelivery(folder).is_delta
    assert not GarDelivery(folder, is_delta=False).is_delta


TORN = TOWN["ADDR_OBJ"].encode()[:900]


@pytest.mark.parametrize(
    ("content", "said", "object_id"),
    [
        (TORN, "обрывается после объекта 3", "3"),
        (TOWN["ADDR_OBJ"].encode("cp1251"), "в другой кодировке", ""),
        (b"not xml at all", "это не XML", ""),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><ADDRESSOBJECTS/>', "собственный тип документа", ""),
        (xml("ADDRESSOBJECTS", obj(1, 1, "край", "К").replace('NAME="К"', "")), "у объекта 1 нет NAME", "1"),
        (xml("ADDRESSOBJECTS", obj(1, "первый", "край", "К")), "значение, которого быть не может", "1"),
    ],
)
def test_a_file_at_fault_is_named_with_its_object_and_the_mend(tmp_path, content, said, object_id):
    delivery = GarDelivery(write(tmp_path / "gar", {"ADDR_OBJ": content}))
    (file,) = delivery.files

    with pytest.raises(UnreadableDelivery) as refusal:
        list(delivery.records(file))

    assert said in str(refusal.value)
    assert "выгрузку заново" in str(refusal.value)
    assert refusal.value.file == file.name
    assert refusal.value.object_id == object_id


def test_an_unknown_file_of_the_register_is_refused_by_name(tmp_path):
    folder = write(tmp_path / "gar", TOWN | {"CASTLES": "<CASTLES/>"})

    with pytest.raises(UnreadableDelivery, match="AS_CASTLES_20240101") as refusal:
        _ = GarDelivery(folder).files

    assert "уберите его" in str(refusal.value)


def test_an_archive_that_is_cut_off_is_refused(tmp_path):
    path = zipped(write(tmp_path / "gar", TOWN), tmp_path / "gar_xml.zip")
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(UnreadableDelivery, match="не целый архив ZIP"):
        _ = GarDelivery(path).files


def test_a_folder_without_the_register_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")

    with pytest.raises(UnreadableDelivery, match="Нет файлов AS_"):
        _ = GarDelivery(tmp_path).files


def test_memory_does_not_grow_with_the_file(tmp_path):
    many = xml("ADDRESSOBJECTS", *[obj(number, 8, "ул.", f"Улица {number}") for number in range(1, 60_001)])
    delivery = GarDelivery(write(tmp_path / "gar", {"ADDR_OBJ": many}))
    (file,) = delivery.files

    tracemalloc.start()
    assert sum(len(batch) for batch in delivery.records(file)) == 60_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(many) > 15_000_000
    assert peak < 6_000_000
