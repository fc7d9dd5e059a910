"""Telecontrol over the API: stations, points, the quarantine, the log."""

import pytest

from opora.processes.telecontrol.models import Point, Station, UnknownPoint
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.processes.telecontrol.stages import PointKind
from opora.processes.telecontrol.tests.conftest import NOON, watched  # noqa: F401
from tests.api.conftest import make_caller


@pytest.fixture
def program(watched):  # noqa: F811
    return make_caller(list(TelecontrolPermission))


def test_a_station_is_entered_read_and_changed_once(program, watched):  # noqa: F811
    given = {"code": "PS-2", "name": "ПС Южная", "host": "10.0.0.2", "common_address": 7,
             "branch_id": watched.town.world.branch.pk}  # fmt: skip

    entered = program.post("/telecontrol/stations", given)
    same = program.post("/telecontrol/stations", {**given, "code": "PS-3"})

    assert entered.status_code == 201
    assert (entered.json()["port"], entered.json()["link"]) == (2404, "NEVER")
    assert (same.status_code, same.json()["code"]) == (409, "station_taken")
    where = f"/telecontrol/stations/{entered.json()['id']}"
    changed = program.put(where, {**given, "is_followed": False, "version": 1})
    assert (changed.json()["link"], changed.json()["version"]) == ("OFF", 2)
    assert program.put(where, {**given, "version": 1}).json()["code"] == "changed_meanwhile"
    assert [station["code"] for station in program.get("/telecontrol/stations").json()] == ["PS-1", "PS-2"]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"clock_zone": "Mars/Base"}, 422, "clock_zone_unknown"),
        ({"branch_id": 32_000}, 404, "not_found"),
        ({"port": 65_536}, 422, "invalid"),
    ],
)
def test_a_station_that_cannot_be_is_refused(program, watched, wrong, status, code):  # noqa: F811
    given = {"code": "PS-2", "name": "ПС Южная", "host": "10.0.0.2", "common_address": 7,
             "branch_id": watched.town.world.branch.pk}  # fmt: skip

    answer = program.post("/telecontrol/stations", {**given, **wrong})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Station.objects.count() == 1


def test_points_are_compared_first_and_imported_when_asked(program, watched):  # noqa: F811
    where = f"/telecontrol/stations/{watched.station.pk}/points"
    points = [
        {"address": 101, "kind": "DOUBLE", "element": "Q1", "inverted": True},
        {"address": 102, "kind": "SINGLE", "element": "Q2"},
        {"address": 103, "kind": "SINGLE", "element": "Q0", "meaning": "TRIP"},
    ]
    said = {"created": [103], "changed": [101], "same": 1}

    assert program.put(where, {"points": points}).json() == said
    assert Point.objects.count() == 2
    assert program.put(where, {"points": points, "apply": True}).json() == said
    listed = program.get(where).json()["items"]
    assert [(point["address"], point["element"], point["inverted"]) for point in listed] == [
        (101, "Q1", True),
        (102, "Q2", False),
        (103, "Q0", False),
    ]


def test_faulty_points_are_named_and_nothing_is_imported(program, watched):  # noqa: F811
    where = f"/telecontrol/stations/{watched.station.pk}/points"
    twice = {"address": 9, "kind": "SINGLE", "element": "Q1"}

    for points in ([twice, twice], [{**twice, "element": "nowhere"}]):
        answer = program.put(where, {"points": points, "apply": True})
        assert (answer.status_code, answer.json()["code"]) == (422, "points_faulty")
        assert len(answer.json()["errors"]) == 1
    assert Point.objects.count() == 2


def test_an_unknown_point_is_mapped_or_ignored(program, watched):  # noqa: F811
    watched.tell(*(watched.hear(address, 0, at=1.0, kind=PointKind.SINGLE) for address in (105, 106)))
    first, second = (row["id"] for row in program.get("/telecontrol/unknown-points").json()["items"])
    element = {"element_id": watched.town.grid["Q0"]}

    mapped = program.post(f"/telecontrol/unknown-points/{first}/map", element)
    ignored = program.post(f"/telecontrol/unknown-points/{second}/ignore")

    assert (mapped.status_code, mapped.json()["address"], mapped.json()["element"]) == (201, 105, "Q0")
    assert ignored.json()["ignored"] is True
    assert program.get("/telecontrol/unknown-points").json()["items"] == []
    assert program.post(f"/telecontrol/unknown-points/{first}/map", element).status_code == 404


def test_the_log_is_read_page_by_page_and_judged_anew(program, watched):  # noqa: F811
    watched.tell(watched.hear(101, 1, at=1.0), watched.hear(102, 1, at=2.0), watched.hear(105, 0, at=3.0))

    first = program.get("/telecontrol/signals", limit=2).json()
    rest = program.follow(first["next"]).json()

    assert [row["address"] for row in first["items"] + rest["items"]] == [105, 102, 101]
    assert rest["next"] is None
    unknown = program.get("/telecontrol/signals", outcome="UNKNOWN").json()["items"]
    assert [row["address"] for row in unknown] == [105]
    again = program.post(f"/telecontrol/stations/{watched.station.pk}/replay", {"since": NOON.isoformat()})
    assert again.json() == {"count": 3}


def test_whoever_may_only_look_changes_nothing(watched):  # noqa: F811
    watched.tell(watched.hear(105, 0, at=1.0))
    viewer = make_caller([TelecontrolPermission.VIEW])
    unknown = f"/telecontrol/unknown-points/{UnknownPoint.objects.get().pk}"

    assert viewer.get("/telecontrol/signals").status_code == 200
    assert viewer.post(f"{unknown}/map", {"element_id": watched.town.grid["Q0"]}).status_code == 403
    assert viewer.post(f"{unknown}/ignore").status_code == 403
    assert UnknownPoint.objects.get().ignored is False
