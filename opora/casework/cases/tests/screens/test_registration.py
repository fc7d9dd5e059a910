import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import Case, CaseAttachment
from opora.casework.cases.stages import Kind
from opora.casework.cases.tests.screens.conftest import invalid_fields
from opora.casework.cases.tests.world import ORDINARY, passport, stage, told

FORM = "/cases/new/form/"


@pytest.fixture
def filled(world):
    """What an operator types at least."""
    return {
        "channel": "PHONE",
        "kind": "APPEAL",
        "topic_id": str(world.topic("outage")),
        "text": "Нет света",
        "source": "CITIZEN",
        "once": str(uuid4()),
    }


@pytest.fixture
def at_once(world):
    """A passport that may be answered during the call."""
    return world.load(
        ORDINARY,
        passport(
            "phone",
            chosen_for=[{"channel": ["PHONE"]}],
            starts="received",
            term={"hours": 4},
            stages=[stage("answer", after="received", term={"hours": 4}, answer=True)],
        ),
    )


def registered(response) -> Case:
    """The case that the answer tells of."""
    return Case.objects.get(pk=json.loads(response["HX-Trigger"])["case-registered"]["id"])


def test_a_contact_of_an_unknown_caller_is_registered(operator, world, filled):
    response = operator.post(FORM, {**filled, "contact_name": "Сосед", "contact_phone": "8 (861) 200-00-01"})

    case = registered(response)
    assert response.status_code == 200
    assert case.number in response.content.decode()
    assert (case.customer_id, case.contact_name, case.contact_phone) == (None, "Сосед", "+78612000001")
    assert (case.branch_id, case.registered_by.username) == (world.branch.pk, "operator-user")


def test_a_contact_of_a_customer_takes_the_place_of_his_usage_point(operator, world, filled):
    known = {"customer_id": str(world.customer.pk), "usage_point_id": str(world.usage_point.pk)}

    case = registered(operator.post(FORM, {**filled, **known}))

    assert (case.customer_id, case.usage_point_id) == (world.customer.pk, world.usage_point.pk)
    assert case.district_id == world.district.pk


def test_the_form_is_filled_with_what_is_known_beforehand(operator, world):
    page = operator.get(f"{FORM}?customer={world.customer.pk}&channel=VISIT&text=Про счётчик&phone=%2B79000000001")
    form = page.context["form"]

    values = {name: form[name].value() for name in ("channel", "kind", "text", "contact_name", "contact_phone")}
    assert values == {
        "channel": "VISIT",
        "kind": "APPEAL",
        "text": "Про счётчик",
        "contact_name": world.customer.name,
        "contact_phone": "+79000000001",
    }
    assert form["usage_point_id"].value() == world.usage_point.pk


def test_the_page_holds_the_same_form(operator):
    page = operator.get("/cases/new/", headers={"HX-Request": None}).content.decode()

    assert "<html" in page
    assert 'id="register"' in page


def test_what_is_missing_is_said_beside_the_fields_and_what_was_typed_stays(operator, filled):
    response = operator.post(FORM, {**filled, "topic_id": "", "text": "", "contact_name": "Пётр"})

    assert response.status_code == 422
    assert invalid_fields(response) == ["text", "topic_id"]
    assert 'value="Пётр"' in response.content.decode()
    assert Case.objects.count() == 0


def test_a_refusal_of_the_rules_names_its_field(operator, filled):
    response = operator.post(FORM, {**filled, "contact_phone": "звоните вечером"})

    assert response.status_code == 422
    assert 'data-field="contact_phone"' in response.content.decode()
    assert Case.objects.count() == 0


def test_whoever_serves_several_branches_says_which(enter, world, filled):
    both = enter("operator", branches=[world.branch, world.other_branch])

    refused = both.post(FORM, filled)
    case = registered(both.post(FORM, {**filled, "branch_id": f"{world.branch.pk}-{world.district.pk}"}))

    assert 'data-field="branch_id"' in refused.content.decode()
    assert (case.branch_id, case.district_id) == (world.branch.pk, world.district.pk)


def test_the_same_form_sent_twice_registers_one_case(operator, filled):
    first, second = operator.post(FORM, filled), operator.post(FORM, filled)

    assert registered(first) == registered(second)
    assert Case.objects.count() == 1


def test_a_question_is_answered_at_once(operator, world, filled, at_once):
    answered = {"answered_now": "on", "result": "EXPLAINED", "answer": "Включат к шести"}

    refused = operator.post(FORM, {**filled, **answered, "answer": ""})
    response = operator.post(FORM, {**filled, **answered})

    case = registered(response)
    assert (refused.status_code, invalid_fields(refused)) == (422, ["answer"])
    assert (case.state, case.answer) == ("CLOSED", "Включат к шести")
    assert "Зарегистрировано, ответ дан" in response.content.decode()


def test_what_takes_several_stages_is_not_answered_at_once(operator, filled):
    response = operator.post(FORM, {**filled, "answered_now": "on", "answer": "Ответ"})

    assert 'data-field="answered_now"' in response.content.decode()
    assert Case.objects.count() == 0


def test_a_controlling_body_sets_its_own_date(operator, filled):
    own = {"source": "AUTHORITY", "due_at": "2026-05-14T18:00"}

    case = registered(operator.post(FORM, {**filled, **own}))
    citizen = registered(operator.post(FORM, {**filled, **own, "source": "CITIZEN", "once": "another"}))

    assert (told(case.due_at), case.due_is_given) == ("2026-05-14 18:00", True)
    assert citizen.due_is_given is False


def test_files_come_with_the_contact(operator, filled):
    files = [SimpleUploadedFile("письмо.txt", b"text"), SimpleUploadedFile("акт.txt", b"act")]

    case = registered(operator.post(FORM, {**filled, "attachments": files}))

    assert [file.name for file in CaseAttachment.objects.filter(case=case).order_by("pk")] == ["письмо.txt", "акт.txt"]


def test_a_refused_file_registers_nothing(operator, filled):
    response = operator.post(FORM, {**filled, "attachments": [SimpleUploadedFile("virus.exe", b"MZ\x90\x00" * 100)]})

    assert response.status_code == 415
    assert Case.objects.count() == 0


def test_html_is_kept_as_words(operator, filled):
    case = registered(operator.post(FORM, {**filled, "text": "<b>Нет</b> света"}))

    assert case.text == "<b>Нет</b> света"


def test_registering_needs_its_right(enter, filled):
    executor = enter("executor")

    assert executor.post(FORM, filled).status_code == 403
    assert executor.get("/cases/new/").status_code == 403
    assert Case.objects.count() == 0


def test_a_customer_of_a_foreign_group_is_nobody_here(enter, world, filled):
    stranger = enter("operator", seen=[world.unidentified])

    page = stranger.get(f"{FORM}?customer={world.customer.pk}")
    refused = stranger.post(FORM, {**filled, "customer_id": str(world.customer.pk)})

    assert page.context["form"].caller is None
    assert world.customer.name not in page.content.decode()
    assert refused.status_code == 404
    assert Case.objects.count() == 0


def test_a_caller_who_becomes_known_fills_the_contact_and_keeps_what_was_typed(operator, world):
    part = operator.get(f"/cases/new/caller/?customer={world.customer.pk}&contact_phone=%2B79000000009")
    gone = operator.get("/cases/new/caller/?contact_name=Сосед")

    form = part.context["form"]
    assert (form["contact_name"].value(), form["contact_phone"].value()) == (world.customer.name, "+79000000009")
    assert part["HX-Trigger"] == "caller-changed"
    assert gone.context["form"].caller is None
    assert gone.context["form"]["contact_name"].value() == "Сосед"


def test_the_box_offers_who_fits_and_chooses_nobody(operator, world):
    found = operator.get("/cases/new/callers/?q=Семёнов").content.decode()
    nobody = operator.get("/cases/new/callers/?q=Хххххх").content.decode()

    assert f"customer={world.customer.pk}" in found
    assert "Никто не найден" in nobody


# The forecast


def test_the_passport_and_the_date_are_told_beforehand(operator, world, filled):
    part = operator.get("/cases/new/forecast/", filled)

    found = part.context["forecast"]
    assert (found.title, found.term, told(found.due_at)) == (
        "Паспорт ordinary",
        "30 календарных дней",
        "2026-06-03 17:00",
    )
    assert found.division == "Отдел обслуживания"
    assert "почему?" in part.content.decode()
    assert registered(operator.post(FORM, filled)).due_at == found.due_at


def test_nothing_is_forecast_before_the_topic_is_chosen(operator, filled):
    part = operator.get("/cases/new/forecast/", {**filled, "topic_id": ""})

    assert "Выберите тематику" in part.content.decode()


def test_earlier_cases_of_the_caller_are_told_while_registering(operator, world, filled, clock):
    earlier = world.register(kind=Kind.COMPLAINT)
    clock.at("2026-05-20 10:00")

    part = operator.get("/cases/new/forecast/", {**filled, "customer_id": world.customer.pk}).content.decode()

    assert earlier.number in part
    assert "Уже обращался по этой же тематике" in part


def test_a_forecast_of_nonsense_is_no_fault(operator):
    assert operator.get("/cases/new/forecast/?topic_id=999999&kind=APPEAL&channel=PHONE&branch_id=x").status_code == 200


# The picker


def test_topics_are_found_by_the_beginning_of_any_word(operator):
    found = operator.get("/cases/found/topics/?q=аварийное откл").context["entries"]

    assert [entry["text"] for entry in found] == ["Аварийное отключение"]
    assert found[0]["title"] == "Передача электрической энергии / Отключение электроэнергии / Аварийное отключение"


def test_the_topics_chosen_lately_stand_first(operator, world, filled):
    operator.post(FORM, filled)

    found = operator.get("/cases/found/topics/").context["entries"]

    assert (found[0]["text"], found[0]["group"]) == ("Отключение электроэнергии", "Недавние")
    assert found[1]["group"] == "Все тематики"
