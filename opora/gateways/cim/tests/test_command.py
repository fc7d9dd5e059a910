"""`opora grid`: traces files without a database; imports what they say, shown first."""

import json

import pytest
from click.testing import CliRunner

from opora.config.command.grid import command
from opora.gateways.cim.tests.models import document, equipment, feeder, written
from opora.platform.access.operations import ensure_system_user
from opora.registry.grid.models import Element


@pytest.fixture
def opora(monkeypatch):
    monkeypatch.setenv("OPORA_DATABASE_URL", "the one of the tests")
    return lambda *arguments: CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_trace_is_answered_from_files_alone(opora, tmp_path):
    (path,) = written(tmp_path, document(*feeder()))

    answer = opora("trace", path, "--open", "breaker:q1", "--json")

    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {
        "sources": [["EnergySource", "S1"], ["EnergySource", "S2"]],
        "consumers": 1,
        "lost": ["C1"],
    }
    assert "Теряют питание: 0" in opora("trace", path, "--open", "Q1", "--close", "T1").stdout


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["--open", "Q9"], "В сети нет элемента «Q9»."),
        (["--open", "Q1", "--close", "_Q1"], "«Q1» указан и для отключения, и для включения"),
        (["--open", "Twin"], "  Breaker:Twin  X1\n  Fuse:Twin  X2"),
        (["--open", "Disconnector:Twin"], "В сети нет элемента «Disconnector:Twin»."),
    ],
)
def test_what_is_unknown_or_may_be_several_ends_with_two(opora, tmp_path, names, told):
    twins = "".join(
        equipment(name, f"X{n}", "a").replace(f">X{n}<", ">Twin<") for n, name in enumerate(["Breaker", "Fuse"], 1)
    )
    (path,) = written(tmp_path, document(*feeder(), twins))

    answer = opora("trace", path, *names)

    assert answer.exit_code == 2
    assert told in answer.stderr
    assert answer.stdout == ""


def test_a_broken_model_ends_with_two_and_names_its_objects(opora, tmp_path):
    (path,) = written(tmp_path, document(*feeder(nodes="")))
    answer = opora("trace", path, "--json")
    assert answer.exit_code == 2
    assert "Terminal «C1.1» (C1.1), EnergyConsumer «C1» (C1): Terminal.ConnectivityNode ссыл" in answer.stderr


@pytest.mark.django_db
def test_an_import_is_shown_and_then_done(opora, tmp_path):
    ensure_system_user()
    (path,) = written(tmp_path, document(*feeder()))

    shown = opora("import", path)
    assert shown.exit_code == 0
    assert "+ добавляется: 6" in shown.stdout
    assert "Ничего не изменено" in shown.stdout
    assert not Element.objects.exists()

    done = opora("import", path, "--apply")
    assert done.exit_code == 0, done.output
    assert Element.objects.count() == 6
    assert "+ добавляется: 0" in opora("import", path).stdout
