"""The network over HTTP."""

import pytest

from opora.platform.access.operations import ensure_system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.grid.models import Element
from opora.registry.grid.operations import import_network
from opora.registry.grid.permissions import GridPermission
from opora.registry.grid.tests.networks import NETWORK

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(db):
    with scoped(EVERYTHING):
        import_network(network=NETWORK, by=ensure_system_user())
        return dict(Element.objects.values_list("mrid", "id"))


@pytest.fixture
def program(caller, grid):
    return caller(GridPermission.VIEW, GridPermission.OPERATE)


def names(lines):
    return [line["name"] for line in lines]


def test_the_network_is_walked_from_its_top_to_an_element(program, grid):
    top = program.get("/grid/tree").json()
    assert [(c["name"], c["elements"], c["dead"]) for c in top["containers"]] == [("ПС 35/10 Северная", 11, 0)]
    station = program.get("/grid/tree", container_id=top["containers"][0]["id"]).json()
    assert (names(station["path"]), names(station["containers"])) == (["ПС 35/10 Северная"], ["Ф-1", "Ф-2"])
    assert names(station["elements"]) == ["B", "Q0", "S1"]
    card = program.get(f"/grid/elements/{grid['C1']}").json()
    assert names(card["feeding"]) == ["S1", "Q0", "Q1", "L1", "TP1", "C1"]
    assert (card["voltage_kv"], card["energised"], card["below"]) == ("10.000", True, 1)
    assert names(program.get("/grid/elements", text="q1").json()) == ["Q1"]
    assert names(program.get("/grid/containers", south=45.15).json()) == ["ТП-1"]


def test_a_trace_asks_and_changes_nothing(program, grid):
    answer = program.post("/grid/trace", {"open": [grid["Q1"]], "close": [grid["T"]]}).json()
    assert answer == {"lost": 1, "lost_consumers": 0, "restored": 1, "restored_consumers": 0, "consumers": []}
    assert program.post("/grid/trace", {"open": [grid["Q0"]]}).json()["consumers"] == sorted([grid["C1"], grid["C2"]])
    assert not Element.objects.get(mrid="Q1").is_open


def test_a_position_is_entered_once_and_an_unknown_element_refused(program, grid):
    opened = {"element_id": grid["Q1"], "is_open": True, "at": "2026-01-05T10:00:00+03:00"}
    answer = program.post("/grid/positions", {"positions": [opened, opened]})
    assert (answer.status_code, [line["is_open"] for line in answer.json()]) == (200, [True])
    assert not program.get(f"/grid/elements/{grid['C1']}").json()["energised"]
    refused = program.post("/grid/positions", {"positions": [opened | {"element_id": 10**9}]})
    assert (refused.status_code, refused.json()["code"]) == (404, "element_missing")


def test_without_the_permission_nothing_is_shown_or_turned(caller, grid):
    stranger, viewer = caller(), caller(GridPermission.VIEW)
    assert stranger.get("/grid/tree").status_code == 403
    opened = {"element_id": grid["Q1"], "is_open": True, "at": "2026-01-05T10:00:00+03:00"}
    assert viewer.post("/grid/positions", {"positions": [opened]}).status_code == 403
    assert not Element.objects.get(mrid="Q1").is_open
