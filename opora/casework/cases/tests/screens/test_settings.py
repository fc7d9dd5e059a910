import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import PassportVersion, RoutingRule, Topic
from opora.casework.cases.tests.screens.conftest import invalid_fields
from opora.casework.cases.tests.screens.test_case import said
from opora.casework.cases.tests.world import ORDINARY, passport, stage


@pytest.fixture
def editor(enter):
    return enter("editor")


def test_settings_are_not_everybodys(operator):
    addresses = ["topics/", "topics/add/", "routing/", "routing/rule/", "routing/who/", "passports/load/"]

    assert [operator.get(f"/cases/{address}").status_code for address in addresses] == [403] * 6


# Topics


def test_the_rows_of_the_regulator_are_locked(editor, world):
    fixed = Topic.objects.get(code="transmission")
    own = Topic.objects.get(code="outage")

    page = editor.get("/cases/topics/").content.decode()
    refused = editor.post(
        f"/cases/topics/{fixed.pk}/", {"name": "Иначе", "parent_id": own.pk, "version": fixed.version}
    )

    fixed.refresh_from_db()
    assert f"/cases/topics/{own.pk}/" in page
    assert f'hx-get="/cases/topics/{fixed.pk}/"' not in page
    assert refused.status_code in (409, 422)
    assert fixed.name == "Передача электрической энергии"


def test_a_topic_is_added_renamed_closed_and_opened_again(editor, world):
    form = {"code": "outage_tree", "name": "Дерево на проводах", "parent_id": world.topic("outage")}

    added = editor.post("/cases/topics/add/", form)
    topic = Topic.objects.get(code="outage_tree")
    renamed = editor.post(f"/cases/topics/{topic.pk}/", {**form, "name": "Ветка на проводах", "version": 1})
    closed = editor.post(f"/cases/topics/{topic.pk}/active/2/closed/")
    topic.refresh_from_db()
    state = (topic.name, topic.active)
    opened = editor.post(f"/cases/topics/{topic.pk}/active/3/open/")

    topic.refresh_from_db()
    assert [said(r) for r in (added, renamed, closed, opened)] == [
        "Тематика добавлена",
        "Тематика изменена",
        "Тематика закрыта для новых обращений",
        "Тематику снова можно выбирать",
    ]
    assert f"/cases/topics/{topic.pk}/active/3/open/" in closed["HX-Trigger"]
    assert (state, topic.active) == (("Ветка на проводах", False), True)


def test_a_wrong_code_is_refused_beside_its_field(editor, world):
    form = {"code": "Дерево", "name": "Дерево", "parent_id": world.topic("outage")}

    response = editor.post("/cases/topics/add/", form)

    assert (response.status_code, invalid_fields(response)) == (422, ["code"])
    assert not Topic.objects.filter(name="Дерево").exists()


def test_two_rename_a_topic_and_the_second_is_told(editor, world):
    topic = Topic.objects.get(code="outage_planned")
    form = {"name": "Ремонт", "parent_id": topic.parent_id, "version": topic.version}

    editor.post(f"/cases/topics/{topic.pk}/", form)
    response = editor.post(f"/cases/topics/{topic.pk}/", {**form, "name": "Плановое"})

    topic.refresh_from_db()
    assert (response.status_code, topic.name) == (409, "Ремонт")


def test_topics_are_found_by_words(editor):
    part = editor.get("/cases/topics/?text=аварийное отключение", headers={"HX-Target": "topic-rows"})

    assert [row.code for row, _depth in part.context["rows"]] == ["outage_emergency"]
    assert "<html" not in part.content.decode()


# Passports


def test_a_passport_is_shown_with_its_stages_and_editions(operator, world):
    page = operator.get("/cases/passports/ordinary/1/")

    assert [[one.code for one in step] for step in page.context["steps"]] == [["review"], ["work"], ["answer"]]
    assert "30 календарных дней" in page.content.decode()
    assert "Этап work" in page.content.decode()
    assert operator.get("/cases/passports/ordinary/")["Location"] == "/cases/passports/ordinary/1/"
    assert operator.get("/cases/passports/unknown/").status_code == 404
    assert operator.get("/cases/passports/ordinary/7/").status_code == 404


def test_passports_are_listed_and_found(operator, world):
    assert "Паспорт ordinary" in operator.get("/cases/passports/").content.decode()
    assert "Такого паспорта нет" in operator.get("/cases/passports/?text=нет такого").content.decode()


def uploaded(files):
    return [SimpleUploadedFile(name, text) for name, text in files.items()]


def test_a_changed_file_becomes_a_new_edition(editor, world):
    changed = passport("ordinary", chosen_for=[{}], stages=[stage("answer", answer=True)])

    response = editor.post("/cases/passports/load/", {"passports": uploaded(changed)})

    assert (response.status_code, response["HX-Redirect"]) == (204, "/cases/passports/")
    assert PassportVersion.objects.filter(passport__code="ordinary").count() == 2


def test_every_problem_of_every_file_is_listed_and_nothing_is_loaded(editor, world):
    cycle = passport("cycle", stages=[stage("a", after="b"), stage("b", after="a")])
    role = passport("role", stages=[stage("a", role="WIZARD")])
    broken = {"broken.toml": b"code = "}
    before = PassportVersion.objects.count()

    response = editor.post("/cases/passports/load/", {"passports": uploaded({**cycle, **role, **broken, **ORDINARY})})

    page = response.content.decode()
    assert response.status_code == 422
    assert all(name in page for name in ("cycle.toml", "role.toml", "broken.toml", "WIZARD"))
    assert PassportVersion.objects.count() == before


def test_no_file_is_asked_for(editor):
    response = editor.post("/cases/passports/load/")

    assert (response.status_code, invalid_fields(response)) == (422, ["passports"])


# Routing


def test_a_rule_is_made_replaced_and_removed(editor, world):
    place = {"role": "LAWYER", "branch_id": f"{world.branch.pk}-{world.district.pk}", "topic_id": world.topic("outage")}

    made = editor.post("/cases/routing/rule/", {**place, "division_id": world.curators.pk})
    editor.post("/cases/routing/rule/", {**place, "division_id": world.executors.pk})
    rule = RoutingRule.objects.get(role="LAWYER")
    page = editor.get("/cases/routing/?role=LAWYER")
    removed = editor.post(f"/cases/routing/{rule.pk}/remove/")

    assert said(made) == "Правило действует со следующего обращения"
    assert (rule.district_id, rule.division_id) == (world.district.pk, world.executors.pk)
    assert [shown.pk for shown, _topic in page.context["rules"]] == [rule.pk]
    assert said(removed) == "Правило убрано"
    assert not RoutingRule.objects.filter(role="LAWYER").exists()


def test_a_rule_without_a_division_is_refused(editor, world):
    response = editor.post("/cases/routing/rule/", {"role": "LAWYER", "division_id": ""})

    assert (response.status_code, invalid_fields(response)) == (422, ["division_id"])
    assert not RoutingRule.objects.filter(role="LAWYER").exists()


def test_one_may_ask_who_would_get_it(editor, world):
    asked = {"topic_id": world.topic("outage"), "branch_id": str(world.branch.pk)}

    found = {line["role"]: line for line in editor.get("/cases/routing/who/", asked).context["found"]}

    assert found["EXECUTOR"]["division"] == world.executors
    assert found["LAWYER"]["division"] is None
