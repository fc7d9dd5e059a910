"""`opora import`: the same import from a terminal."""

import pytest
from click.testing import CliRunner

from opora.config.command.import_ import command
from opora.registry.customers.models import Customer, CustomerImport

TEXT = "Код;Вид;ФИО\nК-1;физ. лицо;Иваненко Пётр\nК-2;никто;Ъ\n"


@pytest.fixture
def run(base, tmp_path, monkeypatch):
    """Run the command against the database of the tests, on a file with this text."""
    monkeypatch.setenv("OPORA_DATABASE_URL", "the database of the tests is connected already")
    file = tmp_path / "абоненты.csv"

    def run(*arguments, text=TEXT):
        file.write_text(text, encoding="cp1251")
        given = [str(file) if argument == "FILE" else argument for argument in arguments]
        return CliRunner().invoke(command, [*given, "--user", base.admin.username])

    return run


def test_without_apply_nothing_is_changed_and_the_next_step_is_named(run):
    answer = run("FILE", "--group", "POPULATION", "--branch", "01")

    number = CustomerImport.objects.get().pk
    assert answer.exit_code == 0
    assert f"opora import --apply --resume {number}" in answer.output
    assert Customer.objects.count() == 0

    assert run("--apply", "--resume", str(number)).exit_code == 0
    assert Customer.objects.get().external_id == "К-1"


def test_the_file_of_errors_holds_every_fault_in_the_encoding_of_the_file(run, tmp_path):
    errors = tmp_path / "ошибки.csv"

    answer = run("FILE", "--apply", "--group", "POPULATION", "--branch", "01", "--errors", str(errors))

    assert answer.exit_code == 0
    assert errors.read_text(encoding="cp1251").splitlines()[1].startswith("3;Вид;никто;Допустимо одно из")
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Укажите файл или номер импорта"),
        (("FILE", "--group", "НЕТ"), "Группы НЕТ нет; есть:"),
        (("FILE", "--branch", "99"), "Филиала 99 нет; есть: 01, 02."),
    ],
)
def test_a_wrong_order_says_what_would_be_right(run, arguments, words):
    answer = run(*arguments)

    assert answer.exit_code == 2
    assert words in answer.output
    assert CustomerImport.objects.count() == 0
