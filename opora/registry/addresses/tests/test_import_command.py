"""`opora import gar`: the register from a terminal."""

import pytest
from click.testing import CliRunner

from opora.config.command.import_ import command
from opora.gateways.gar.tests.deliveries import TOWN, write, zipped
from opora.registry.addresses.models import AddressObject, Delivery, House


@pytest.fixture
def run(admin, monkeypatch):
    monkeypatch.setenv("OPORA_DATABASE_URL", "the database of the tests is connected already")
    return lambda *arguments: CliRunner().invoke(command, ["gar", *map(str, arguments), "--user", admin.username])


def test_without_apply_it_is_compared_and_nothing_changed(run, tmp_path):
    archive = zipped(write(tmp_path / "gar", TOWN), tmp_path / "gar_xml.zip")

    answer = run(archive)

    assert answer.exit_code == 0
    assert "Адресных объектов добавлено                          8" in answer.output
    assert "Ничего не изменено" in answer.output
    assert AddressObject.objects.count() == 0

    assert run(archive, "--apply").exit_code == 0
    assert (AddressObject.objects.count(), House.objects.count()) == (8, 8)
    assert Delivery.objects.get().regions == [23]


def test_a_torn_archive_is_named_and_the_command_fails(run, tmp_path):
    folder = write(tmp_path / "gar", TOWN | {"STEADS": TOWN["STEADS"][:-5]})

    answer = run(folder, "--apply")

    assert answer.exit_code == 1
    assert "AS_STEADS_" in str(answer.exception)
    assert AddressObject.objects.count() == 0


def test_regions_can_be_taken_one_by_one(run, tmp_path):
    folder = write(
        write(tmp_path / "gar", TOWN), {"ADDR_OBJ": TOWN["ADDR_OBJ"].replace('OBJECTID="', 'OBJECTID="9')}, region="01"
    )

    assert run(folder, "--region", 23, "--apply").exit_code == 0

    assert set(AddressObject.objects.values_list("region", flat=True)) == {23}
