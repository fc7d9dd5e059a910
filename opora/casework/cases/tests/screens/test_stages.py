import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import CaseAttachment
from opora.casework.cases.operations import finish_stage
from opora.casework.cases.tests.screens.conftest import invalid_fields
from opora.casework.cases.tests.screens.test_case import said
from opora.casework.cases.tests.world import stage_of, statuses


@pytest.fixture
def case(world):
    return world.register()


@pytest.fixture
def work(world, case):
    """The stage that may pause, at work."""
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    return stage_of(case, "work")


def test_a_stage_is_taken(supervisor, world, work):
    response = supervisor.post(f"/cases/stages/{work.pk}/take/")

    work.refresh_from_db()
    assert (response.status_code, said(response)) == (204, "Этап у вас")
    assert work.employee_id == world.curator.pk


def test_who_is_no_employee_takes_nothing(operator, world, work):
    response = operator.post(f"/cases/stages/{work.pk}/take/")

    work.refresh_from_db()
    assert response.status_code == 422
    assert work.employee_id == world.executor.pk


def test_a_stage_is_finished_with_its_result(operator, case):
    stage = stage_of(case, "review")

    asked = operator.get(f"/cases/stages/{stage.pk}/finish/").content.decode()
    response = operator.post(f"/cases/stages/{stage.pk}/finish/", {"result": "Проверено"})

    stage.refresh_from_db()
    assert "Завершить: Этап review" in asked
    assert said(response) == "Этап завершён"
    assert (stage.result, statuses(case)) == ("Проверено", {"review": "DONE", "work": "RUNNING", "answer": "WAITING"})


def test_a_pause_offers_only_the_reasons_of_the_passport_and_can_be_undone(operator, work):
    asked = operator.get(f"/cases/stages/{work.pk}/pause/").content.decode()
    refused = operator.post(f"/cases/stages/{work.pk}/pause/", {"reason": "WEATHER"})
    paused = operator.post(f"/cases/stages/{work.pk}/pause/", {"reason": "CUSTOMER_ACCESS", "comment": "Нет дома"})

    work.refresh_from_db()
    state = work.status
    operator.post(f"/cases/stages/{work.pk}/resume/")
    work.refresh_from_db()
    assert ("CUSTOMER_ANSWER" in asked, "WEATHER" in asked) == (True, False)
    assert refused.status_code == 422
    assert f"/cases/stages/{work.pk}/resume/" in paused["HX-Trigger"]
    assert (state, work.status) == ("PAUSED", "RUNNING")


def test_work_is_returned_with_a_reason(operator, case, work):
    refused = operator.post(f"/cases/stages/{work.pk}/return/", {"reason": " "})
    response = operator.post(f"/cases/stages/{work.pk}/return/", {"reason": "Не та тематика"})

    assert (refused.status_code, invalid_fields(refused)) == (422, ["reason"])
    assert said(response) == "Работа возвращена"
    assert statuses(case) == {"review": "RUNNING", "work": "WAITING", "answer": "WAITING"}


def test_a_stage_is_handed_over_to_a_person_or_a_division(supervisor, world, work):
    url = f"/cases/stages/{work.pk}/reassign/"

    refused = supervisor.post(url, {"employee_id": "", "reason": "Отпуск"})
    to_person = supervisor.post(url, {"employee_id": f"e{world.curator.pk}", "reason": "Отпуск"})
    work.refresh_from_db()
    person = work.employee_id
    supervisor.post(url, {"employee_id": f"d{world.executors.pk}", "reason": "Вернулся"})

    work.refresh_from_db()
    assert (refused.status_code, invalid_fields(refused)) == (422, ["employee_id"])
    assert (said(to_person), person) == ("Этап передан", world.curator.pk)
    assert (work.division_id, work.employee_id) == (world.executors.pk, world.executor.pk)


def test_handing_over_is_for_those_who_may_assign(operator, work):
    assert operator.get(f"/cases/stages/{work.pk}/reassign/").status_code == 403
    assert operator.get(f"/cases/found/assignees/{work.pk}/").status_code == 403


def test_the_list_of_people_begins_with_the_division_and_tells_the_load(supervisor, world, work):
    entries = supervisor.get(f"/cases/found/assignees/{work.pk}/").context["entries"]
    narrowed = supervisor.get(f"/cases/found/assignees/{work.pk}/?q=кура").context["entries"]

    assert [entry["title"] for entry in entries][:2] == ["Исполнителев И.", "Кураторова И."]
    assert entries[0]["note"] == "Район сетей · 1 этап"
    assert [entry["title"] for entry in narrowed] == ["Кураторова И."]


def test_stages_of_a_foreign_case_are_not_there(enter, work):
    stranger = enter("supervisor", seen=[])

    addresses = ["take", "finish", "resume", "return", "pause", "reassign"]
    assert [stranger.post(f"/cases/stages/{work.pk}/{a}/", {"reason": "x"}).status_code for a in addresses] == [404] * 6


# Files


def scan(name="письмо.txt", content=b"scan"):
    return SimpleUploadedFile(name, content, content_type="text/plain")


def test_a_file_is_attached_given_out_and_removed(operator, case):
    attached = operator.post(f"/cases/{case.pk}/files/", {"file": [scan(), scan("акт.txt", b"act")]})
    first = CaseAttachment.objects.order_by("pk").first()
    page = operator.get(f"/cases/{case.pk}/").content.decode()
    given = operator.get(f"/cases/files/{first.pk}/")
    content = b"".join(given.streaming_content)
    removed = operator.post(f"/cases/files/{first.pk}/remove/")

    assert (attached.status_code, said(attached)) == (204, "Файлы приложены")
    assert "письмо.txt" in page
    assert content == b"scan"
    assert (removed.status_code, CaseAttachment.objects.count()) == (204, 1)


def test_no_file_is_refused_and_an_empty_one_too(operator, case):
    assert operator.post(f"/cases/{case.pk}/files/").status_code == 422
    assert operator.post(f"/cases/{case.pk}/files/", {"file": scan(content=b"")}).status_code == 422
    assert CaseAttachment.objects.count() == 0


def test_files_of_a_foreign_case_are_not_given_out(enter, operator, case):
    operator.post(f"/cases/{case.pk}/files/", {"file": scan()})
    stranger = enter("supervisor", seen=[])

    assert stranger.get(f"/cases/files/{CaseAttachment.objects.get().pk}/").status_code == 404
