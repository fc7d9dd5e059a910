"""Screens of telecontrol: stations seen and entered, points imported and mapped, the log read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.platform.access.operations import create_user, define_role
from opora.platform.scope import EVERYTHING
from opora.processes.telecontrol.models import Point, Station, UnknownPoint
from opora.processes.telecontrol.operations import note_link
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.processes.telecontrol.stages import Meaning, PointKind
from opora.processes.telecontrol.tests.conftest import NOON

HTMX = {"HX-Request": "true"}


def signed_in(client, watched, *permissions):
    define_role(code="scada", name="Телемеханика", permissions=permissions)
    client.force_login(
        create_user(username="scada", password=None, roles=["scada"], scope=EVERYTHING, by=watched.admin)
    )
    return client


@pytest.fixture
def keeper(client, watched):
    return signed_in(client, watched, *TelecontrolPermission)


@pytest.fixture
def viewer(client, watched):
    return signed_in(client, watched, TelecontrolPermission.VIEW)


def body(answer):
    return " ".join(answer.content.decode().split())


def station_fields(watched, **changed):
    return {
        "code": "PS-2", "name": "ПС Южная", "branch_id": watched.town.world.branch.pk, "host": "10.0.0.2",
        "port": 2404, "common_address": 7, "clock_zone": "Europe/Moscow", "is_followed": "on", **changed,
    }  # fmt: skip


def csv(text):
    return SimpleUploadedFile("points.csv", text.encode(), content_type="text/csv")


def test_the_list_says_which_station_is_lost_and_that_this_is_no_outage(viewer, watched):
    note_link(station_id=watched.station.pk, connected=True, at=NOON, by=watched.admin)
    note_link(station_id=watched.station.pk, connected=False, at=NOON, by=watched.admin)

    page = body(viewer.get("/telecontrol/"))

    assert "ПС Северная" in page
    assert "потеряна" in page
    assert "Это не отключение" in page
    assert "Никто не слушает" in page
    assert "/telecontrol/new/" not in page


def test_the_list_takes_as_many_queries_for_many_stations_as_for_one(keeper, watched, django_assert_num_queries):
    keeper.get("/telecontrol/", headers=HTMX)
    for number in range(2, 12):
        keeper.post("/telecontrol/new/", station_fields(watched, code=f"PS-{number}", common_address=number + 10))

    with django_assert_num_queries(11):
        answer = keeper.get("/telecontrol/", headers=HTMX)

    assert answer.content.decode().count("<tr>") == 12


def test_a_station_is_entered_and_changed_and_a_second_editor_is_refused(keeper, watched):
    answer = keeper.post("/telecontrol/new/", station_fields(watched), headers=HTMX)
    station = Station.objects.get(code="PS-2")

    assert answer["HX-Redirect"] == f"/telecontrol/{station.pk}/"
    changed = station_fields(watched, name="ПС Южная-2", version=1)
    assert keeper.post(f"/telecontrol/{station.pk}/change/", changed, headers=HTMX).status_code == 200
    again = keeper.post(f"/telecontrol/{station.pk}/change/", {**changed, "name": "Другая"}, headers=HTMX)
    assert again.status_code == 409
    assert Station.objects.get(code="PS-2").name == "ПС Южная-2"


@pytest.mark.parametrize(
    ("field", "value"), [("port", "0"), ("common_address", "65535"), ("clock_zone", "Mars/Base"), ("code", "")]
)
def test_a_station_that_cannot_be_is_refused_beside_the_field(keeper, watched, field, value):
    answer = keeper.post("/telecontrol/new/", station_fields(watched, **{field: value}), headers=HTMX)

    assert answer.status_code == 422
    assert f'aria-describedby="id_{field}' in body(answer)
    assert not Station.objects.filter(common_address=7).exists()


def test_a_file_of_points_is_shown_first_and_imported_then(keeper, watched):
    where = f"/telecontrol/{watched.station.pk}/import/"
    text = "address;kind;element;meaning;inverted\n101;DOUBLE;Q1;POSITION;да\n102;SINGLE;Q2;;\n103;SINGLE;Q0;TRIP;\n"

    shown = keeper.post(where, {"points": csv(text)}, headers=HTMX)

    assert "новых 1" in body(shown)
    assert "изменится 1" in body(shown)
    assert Point.objects.count() == 2
    digest = shown.context["digest"]
    other = keeper.post(where, {"points": csv(text + " "), "apply": "yes", "digest": digest}, headers=HTMX)
    assert other.status_code == 422
    assert Point.objects.count() == 2
    done = keeper.post(where, {"points": csv(text), "apply": "yes", "digest": digest}, headers=HTMX)
    assert done["HX-Redirect"] == f"/telecontrol/{watched.station.pk}/"
    assert list(Point.objects.order_by("address").values_list("address", "meaning", "inverted")) == [
        (101, Meaning.POSITION, True),
        (102, Meaning.POSITION, False),
        (103, Meaning.TRIP, False),
    ]


def test_a_faulty_file_of_points_changes_nothing_and_every_fault_is_named(keeper, watched):
    where = f"/telecontrol/{watched.station.pk}/import/"
    answer = keeper.post(where, {"points": csv("address;kind;element\n0;SINGLE;Q1\n5;TRIPLE;\n")}, headers=HTMX)
    absent = keeper.post(where, {"points": csv("address;kind;element\n9;SINGLE;nowhere\n")}, headers=HTMX)

    assert answer.status_code == absent.status_code == 422
    assert body(answer).count("<li>") == 3
    assert "nowhere" in body(absent)
    assert Point.objects.count() == 2


def test_an_unknown_point_is_mapped_by_the_first_proposal_which_has_the_focus(keeper, watched):
    watched.tell(watched.hear(105, 0, at=1.0, kind=PointKind.SINGLE))
    unknown = UnknownPoint.objects.get()
    assert f"/telecontrol/quarantine/{unknown.pk}/" in body(keeper.get("/telecontrol/quarantine/"))

    page = keeper.get(f"/telecontrol/quarantine/{unknown.pk}/")

    first = page.context["proposals"][0]
    assert f'name="element_id" value="{first.id}" autofocus' in body(page)
    mapped = keeper.post(f"/telecontrol/quarantine/{unknown.pk}/", {"element_id": first.id}, headers=HTMX)
    assert mapped["HX-Redirect"] == "/telecontrol/quarantine/"
    assert Point.objects.get(address=105).element_id == first.id
    assert "Все точки" in body(keeper.get("/telecontrol/quarantine/"))


def test_proposals_leave_out_what_is_watched_already_and_follow_what_is_typed(keeper, watched):
    watched.tell(watched.hear(105, 0, at=1.0, kind=PointKind.SINGLE))
    where = f"/telecontrol/quarantine/{UnknownPoint.objects.get().pk}/"

    proposed = [line.mrid for line in keeper.get(where).context["proposals"]]
    typed = [line.mrid for line in keeper.get(where + "?q=q1", headers=HTMX).context["proposals"]]

    assert not {"Q1", "Q2"} & set(proposed)
    assert typed[0] == "Q1"


def test_a_point_that_concerns_nobody_leaves_the_quarantine(keeper, watched):
    watched.tell(watched.hear(105, 0, at=1.0, kind=PointKind.SINGLE))
    keeper.post(f"/telecontrol/quarantine/{UnknownPoint.objects.get().pk}/ignore/", headers=HTMX)

    assert "Все точки" in body(keeper.get("/telecontrol/quarantine/"))
    assert ">105<" in body(keeper.get("/telecontrol/quarantine/?ignored=yes"))


def test_the_log_says_what_became_of_each_signal_and_is_narrowed_by_the_address(viewer, watched):
    watched.tell(watched.hear(101, 1, at=1.0), watched.hear(102, 1, at=2.0, quality=0x80), watched.hear(105, 0, at=3.0))

    own = f"/telecontrol/{watched.station.pk}/"
    everything = body(viewer.get("/telecontrol/signals/"))
    doubtful = body(viewer.get("/telecontrol/signals/?outcome=DOUBTFUL"))

    assert everything.count(own) == 3
    assert doubtful.count(own) == 1
    assert "недостоверно" in doubtful
    assert viewer.get("/telecontrol/signals/?address=nonsense&since=32.13.2026").status_code == 200
    assert "По фильтру ничего не найдено" in body(viewer.get("/telecontrol/signals/?address=999"))


def test_a_page_of_the_log_takes_as_many_queries_for_many_signals_as_for_one(
    viewer, watched, django_assert_num_queries
):
    watched.take(*(watched.hear(101, 1 + number % 2, at=float(number)) for number in range(150)))
    viewer.get("/telecontrol/signals/", headers=HTMX)

    with django_assert_num_queries(8):
        answer = viewer.get("/telecontrol/signals/", headers=HTMX)

    assert len(answer.context["signals"]) == 100
    assert answer.context["next"]
    rest = viewer.get("/telecontrol/signals/", {"after": answer.context["next"]}, headers=HTMX)
    assert len(rest.context["signals"]) == 50


def test_whoever_may_only_look_changes_nothing(viewer, watched):
    watched.tell(watched.hear(105, 0, at=1.0))
    unknown = UnknownPoint.objects.get().pk
    own = f"/telecontrol/{watched.station.pk}/"

    answers = [
        viewer.post("/telecontrol/new/", station_fields(watched)),
        viewer.post(own + "change/", station_fields(watched)),
        viewer.post(own + "import/", {"points": csv("address;element\n")}),
        viewer.post(own + "replay/"),
        viewer.post(f"/telecontrol/quarantine/{unknown}/", {"element_id": watched.town.grid["Q0"]}),
        viewer.post(f"/telecontrol/quarantine/{unknown}/ignore/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert UnknownPoint.objects.get().ignored is False
    assert Point.objects.count() == 2
