"""Topics, passports and routing rules over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import Passport, PassportVersion, RoutingRule, Topic
from opora.casework.cases.permissions import CasePermission
from tests.api.region import PASSPORTS

pytestmark = pytest.mark.django_db

OUTAGE = (PASSPORTS / "appeal-phone.toml").read_bytes()


@pytest.fixture
def editor(caller):
    return caller(CasePermission.VIEW, CasePermission.CONFIGURE, CasePermission.REGISTER)


def load(editor, **files):
    uploads = [SimpleUploadedFile(f"{name.replace('_', '-')}.toml", text) for name, text in files.items()]
    return editor.upload("/passports", files=uploads)


def refused(response):
    problem = response.json()
    return response.status_code, problem["code"], problem.get("field")


def test_topics_are_listed_parents_first_with_the_rows_of_the_form(editor, region):
    topics = editor.get("/topics").json()

    by_code = {topic["code"]: topic for topic in topics}
    outage = by_code["outage_emergency"]
    assert outage["title"] == "Передача электрической энергии / Отключение электроэнергии / Аварийное отключение"
    assert outage["rows"] == {"CONSULTATION": "1.1", "APPEAL": "1.1", "COMPLAINT": "2.1.1", "APPLICATION": "3.2"}
    places = {topic["id"]: place for place, topic in enumerate(topics)}
    assert all(places[t["parent_id"]] < places[t["id"]] for t in topics if t["parent_id"])


def test_a_topic_is_added_renamed_and_retired(editor, region):
    parent = region.topic("outage")

    added = editor.post("/topics", {"code": "outage_wind", "name": "Ветер", "parent_id": parent}).json()
    renamed = editor.patch(f"/topics/{added['id']}", {"version": 1, "name": "Ветер и гололёд"}).json()
    retired = editor.patch(f"/topics/{added['id']}", {"version": 2, "active": False}).json()

    assert (renamed["name"], renamed["parent_id"], renamed["active"]) == ("Ветер и гололёд", parent, True)
    assert (retired["name"], retired["active"], retired["version"]) == ("Ветер и гололёд", False, 3)
    assert editor.post("/cases", region.case(topic_id=added["id"])).json()["field"] == "topic_id"


def test_refused_topics_leave_the_tree_as_it_was(editor, region):
    outage, fixed = region.topic("outage"), region.topic("transmission")
    below = region.topic("outage_emergency")
    before = editor.get("/topics").json()

    assert refused(editor.post("/topics", {"code": "outage", "name": "Ещё", "parent_id": fixed})) == (
        409, "topic_code_taken", "code",
    )  # fmt: skip
    assert refused(editor.patch(f"/topics/{fixed}", {"version": 1, "name": "Другое"}))[:2] == (409, "topic_fixed")
    assert refused(editor.patch(f"/topics/{outage}", {"version": 1, "parent_id": below}))[:2] == (422, "topic_loop")
    assert refused(editor.patch(f"/topics/{outage}", {"version": 9, "name": "Тьма"}))[:2] == (409, "changed_meanwhile")
    assert refused(editor.patch("/topics/999999", {"version": 1, "name": "Тьма"}))[0] == 404
    assert editor.get("/topics").json() == before


def test_passports_are_listed_and_read_whole(editor, region):
    listed = editor.get("/passports").json()

    assert len(listed) == Passport.objects.count() == len(list(PASSPORTS.glob("*.toml")))
    read = editor.get("/passports/connection-15/versions/1").json()
    assert read["code"] == "connection-15"
    assert [stage["ordinal"] for stage in read["stages"]] == list(range(1, len(read["stages"]) + 1))
    assert {"id": read["id"], "version": 1}.items() <= next(p for p in listed if p["code"] == "connection-15").items()
    assert editor.get("/passports/connection-15/versions/7").status_code == 404


def test_a_changed_file_becomes_a_new_edition_and_running_cases_keep_theirs(editor, region):
    case = editor.post("/cases", region.case()).json()

    unchanged = load(editor, appeal_phone=OUTAGE).json()
    changed = load(editor, appeal_phone=OUTAGE.replace(b'title = "', 'title = "Новый: '.encode(), 1)).json()

    assert unchanged == {"added": [], "changed": [], "unchanged": ["appeal-phone"]}
    assert changed == {"added": [], "changed": ["appeal-phone"], "unchanged": []}
    assert editor.get("/passports/appeal-phone/versions/2").json()["title"].startswith("Новый: ")
    kept = PassportVersion.objects.get(pk=case["passport_version_id"])
    assert (kept.version, kept.valid_to) != (2, None)


def test_every_mistake_of_every_file_is_told_and_nothing_is_loaded(editor, region):
    role = OUTAGE.replace(b'role = "OPERATOR"', b'role = "WIZARD"', 1)
    assert role != OUTAGE
    before = PassportVersion.objects.count()

    response = load(editor, appeal_phone=role, broken="не TOML".encode(), bytes=b"\xff\xfe")

    problem = response.json()
    assert (response.status_code, problem["code"], problem["field"]) == (422, "passports_refused", "passports")
    places = [error["loc"] for error in problem["errors"]]
    assert {place[0] for place in places} == {"appeal-phone.toml", "broken.toml", "bytes.toml"}
    assert any(place[-1] == "role" for place in places)
    assert all(error["message"] for error in problem["errors"])
    assert PassportVersion.objects.count() == before


def test_a_rule_sends_work_elsewhere_until_it_is_removed(editor, region):
    rule = {"role": "OPERATOR", "topic_id": region.topic("limitation"), "division_id": region.executors.pk}
    case = region.case(topic_id=region.topic("limitation"))

    made = editor.put("/routing-rules", rule).json()
    assert editor.post("/cases", case).json()["division_id"] == region.executors.pk
    replaced = editor.put("/routing-rules", rule | {"division_id": region.curators.pk}).json()
    assert (replaced["id"], replaced["version"]) == (made["id"], 2)
    assert editor.post("/cases", case).json()["division_id"] == region.curators.pk
    assert editor.delete(f"/routing-rules/{made['id']}").status_code == 204
    assert editor.delete(f"/routing-rules/{made['id']}").status_code == 404


def test_a_rule_for_nobody_is_refused(editor, region):
    rules = RoutingRule.objects.count()

    unknown = editor.put("/routing-rules", {"role": "OPERATOR", "division_id": 999_999})
    nowhere = editor.put("/routing-rules", {"role": "OPERATOR", "division_id": region.curators.pk, "branch_id": 999})

    assert refused(unknown) == (404, "not_found", "division_id")
    assert nowhere.status_code in (404, 422)
    assert RoutingRule.objects.count() == rules


def test_rules_are_listed_page_by_page(editor, region):
    first = editor.get("/routing-rules", limit=10).json()
    second = editor.follow(first["next"]).json()

    assert len(first["items"] + second["items"]) == RoutingRule.objects.count() == 14
    assert second["next"] is None


def test_the_tree_has_the_topics_of_the_regulator(editor, region):
    fixed = [topic for topic in editor.get("/topics").json() if topic["fixed"]]

    assert len(fixed) == Topic.objects.filter(fixed=True).count()
