"""Import as a difference: foreseen, applied, repeated, and refused."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from opora.platform.journal.models import Entry
from opora.registry.grid.models import Container, Element, NetworkVersion, Node
from opora.registry.grid.network import NetworkFaulty, PositionChange
from opora.registry.grid.operations import foresee_import, import_network, set_switch_positions
from opora.registry.grid.queries import current_tracer, element_tree
from opora.registry.grid.stages import PositionSource
from opora.registry.grid.tests.networks import CONTAINERS, NETWORK, with_changed
from opora.registry.organization.operations import create_branch, create_district


def test_what_an_import_would_do_is_foreseen_and_nothing_is_written(admin):
    difference = foresee_import(network=NETWORK)

    assert difference.counts == {
        "containers_created": 4, "containers_changed": 0, "containers_removed": 0,
        "elements_created": 11, "elements_changed": 0, "elements_removed": 0,
    }  # fmt: skip
    assert [line.mrid for line in difference.containers.created_lines] == ["ps", "tp1", "f1", "f2"]
    assert not Element.objects.exists()
    assert not Node.objects.exists()
    assert not NetworkVersion.objects.exists()


def test_an_import_makes_the_network_and_is_journalled(admin, grid):
    breaker = Element.objects.select_related("container__parent").get(mrid="Q1")
    assert (breaker.container.name, breaker.container.parent.name) == ("Ф-1", "ПС 35/10 Северная")
    assert list(Node.objects.filter(pk__in=breaker.nodes).order_by("mrid").values_list("mrid", flat=True)) == [
        "b",
        "q1",
    ]
    assert Element.objects.get(mrid="T").is_open
    version = NetworkVersion.objects.get()
    assert Entry.objects.get(event="grid.NetworkImported").facts["version_id"] == version.pk


def test_the_same_again_changes_nothing(admin, grid):
    difference = import_network(network=NETWORK, by=admin)

    assert difference.is_empty
    assert NetworkVersion.objects.count() == 1


def test_a_change_names_its_fields_and_a_lack_removes(admin, grid):
    changed = with_changed("L1", nodes=("q1", "n9"), name="КЛ-1")
    network = replace(changed, elements=[e for e in changed.elements if e.mrid != "C2"], usage_points=())

    difference = foresee_import(network=network)
    import_network(network=network, by=admin)

    (line,) = difference.elements.changed_lines
    assert (line.mrid, line.fields) == ("L1", ["name", "nodes"])
    assert [line.mrid for line in difference.elements.removed_lines] == ["C2"]
    assert Element.objects.get(mrid="L1").name == "КЛ-1"
    assert Element.objects.get(mrid="C2").removed_at is not None
    assert current_tracer().energised([grid["C1"], grid["C2"]]) == set()


def test_what_was_removed_comes_back_with_its_key(admin, grid):
    import_network(network=with_changed("T"), by=admin)
    assert Element.objects.get(mrid="T").removed_at is not None

    difference = import_network(network=NETWORK, by=admin)

    assert difference.counts["elements_created"] == 1
    assert Element.objects.get(mrid="T").pk == grid["T"]
    assert Element.objects.get(mrid="T").removed_at is None


def test_positions_that_were_heard_outlive_an_import(admin, grid):
    heard = PositionChange(
        element_id=grid["Q1"], is_open=True, at=datetime(2026, 1, 5, tzinfo=UTC), source=PositionSource.SCADA
    )
    set_switch_positions(changes=[heard], by=admin)

    assert import_network(network=with_changed("Q1", open=False), by=admin).is_empty
    assert import_network(network=with_changed("Q2", open=True), by=admin).counts["elements_changed"] == 1

    assert Element.objects.get(mrid="Q1").is_open
    assert Element.objects.get(mrid="Q2").is_open
    assert current_tracer().energised(grid.values()) == {grid[mrid] for mrid in ("S1", "Q0", "B")}


def test_a_part_does_not_touch_another(admin, grid):
    other = replace(
        with_changed("", nodes=()),
        elements=[replace(NETWORK.elements[0], mrid="S9", container=None)],
        containers=(),
        usage_points=(),
    )
    import_network(network=other, by=admin, part="соседи")

    assert Element.objects.filter(removed_at=None).count() == 12
    with pytest.raises(NetworkFaulty) as refusal:
        import_network(network=NETWORK, by=admin, part="соседи")
    assert {"message": "Q1 (Q1) уже относится к части «»."} in refusal.value.faults
    assert NetworkVersion.objects.count() == 2


def test_containers_take_branch_and_district_of_what_they_stand_in(admin):
    branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)
    district = create_district(branch_id=branch.pk, code="01-Д", name="Динской РЭС", by=admin)
    told = {"ps": {"branch": "КЭС"}, "f1": {"district": "Динской РЭС"}}
    containers = [replace(c, **told.get(c.mrid, {})) for c in CONTAINERS]

    import_network(network=replace(NETWORK, containers=containers), by=admin)

    found = {c.mrid: (c.branch_id, c.district_id) for c in Container.objects.all()}
    assert found == {
        "ps": (branch.pk, None),
        "f1": (branch.pk, district.pk),
        "f2": (branch.pk, None),
        "tp1": (branch.pk, district.pk),
    }


def test_a_broken_network_is_refused_with_its_objects_named(admin):
    network = replace(
        NETWORK,
        elements=[*NETWORK.elements, replace(NETWORK.elements[0], container="nowhere")],
        containers=[replace(CONTAINERS[0], parent="tp1", branch="XX"), *CONTAINERS[1:]],
    )
    with pytest.raises(NetworkFaulty) as refusal:
        import_network(network=network, by=admin)

    assert [fault["message"] for fault in refusal.value.faults] == [
        "mRID S1 стоит у нескольких объектов.",
        "источник питания «S1» (S1) ссылается на nowhere, которого нет в сети.",
        "ПС 35/10 Северная (ps) вложен сам в себя.",
        "Ф-1 (f1) вложен сам в себя.",
        "ТП-1 (tp1) вложен сам в себя.",
        "ПС 35/10 Северная (ps): в организации нет: филиал «XX».",
    ]
    assert not Element.objects.exists()


def test_what_no_table_would_hold_is_refused_by_name(admin):
    network = with_changed("L1", nodes=("q1", "n" * 101), voltage_kv=Decimal(1_000_000))
    with pytest.raises(NetworkFaulty) as refusal:
        import_network(network=network, by=admin)

    assert [fault["message"] for fault in refusal.value.faults] == [
        "L1 (L1): mRID длиннее 100 знаков.",
        "L1 (L1): напряжения 1000000 кВ в сетях не бывает.",
    ]
    assert not Element.objects.exists()


def test_an_empty_network_is_asked_without_a_fault(admin):
    tracer = current_tracer()
    assert (tracer.ids.tolist(), tracer.dead().tolist(), tracer.energised([1])) == ([], [], set())
    assert tracer.effect_of(open_=[1]).lost.tolist() == []
    assert element_tree().containers == []
