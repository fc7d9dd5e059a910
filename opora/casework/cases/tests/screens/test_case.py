import json

import pytest

from opora.casework.cases.models import Case, CaseNote
from opora.casework.cases.operations import CaseChange, Contact, add_note, answer_case, change_case, finish_stage
from opora.casework.cases.stages import Kind
from opora.casework.cases.tests.screens.conftest import invalid_fields
from opora.casework.cases.tests.world import facts, stage_of, statuses
from opora.platform.journal.models import Entry


@pytest.fixture
def case(world):
    return world.register(contact=Contact(name="Пётр", phone="8 900 000-00-01", email="petr@example.org"))


@pytest.fixture
def ready(world, case):
    """Everything is done but the answer."""
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(case, code).pk, by=world.admin)
    return case


def said(response) -> str:
    """The notice that the answer carries."""
    return json.loads(response["HX-Trigger"])["toast"][0]["text"]


# The page


def test_the_page_shows_the_case_whole(operator, case):
    page = operator.get(f"/cases/{case.pk}/").content.decode()

    for words in (case.number, "Нет света с утра", "Семёнов Пётр", "8 (900) 000-00-01", "petr@example.org",
                  "Этап review", "Кураторова И.", "Обращение зарегистрировано"):  # fmt: skip
        assert words in page


def test_opening_a_case_is_journalled(operator, case):
    operator.get(f"/cases/{case.pk}/")

    read = Entry.objects.get(event="journal.PersonalDataRead")
    assert read.about == [f"cases.Case:{case.pk}", f"customers.Customer:{case.customer_id}"]


def test_html_in_words_notes_and_names_is_shown_as_it_was_written(operator, world):
    bad = "<script>alert(1)</script>"
    case = world.register(text=bad, contact=Contact(name=bad), addressee=bad)
    add_note(case_id=case.pk, text=bad, by=world.admin)

    page = operator.get(f"/cases/{case.pk}/").content.decode()

    assert bad not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


def test_a_case_of_a_foreign_group_is_not_there(enter, case):
    stranger = enter("supervisor", seen=[])

    addresses = ["", "top/", "timeline/", "print/", "change/", "reopen/"]
    assert [stranger.get(f"/cases/{case.pk}/{address}").status_code for address in addresses] == [404] * 6


def test_a_case_may_be_only_looked_at(enter, world, case):
    reader = enter("supervisor", seen=[world.population], edited=[])

    page = reader.get(f"/cases/{case.pk}/")
    refused = reader.post(f"/cases/{case.pk}/note/", {"text": "Видел"})

    assert page.context["case"].actions == frozenset()
    assert "note-form" not in page.content.decode()
    assert refused.status_code == 403
    assert CaseNote.objects.count() == 0


def test_an_analyst_sees_no_actions_and_may_not_do_them(enter, case):
    analyst = enter("analyst")

    assert "Изменить" not in analyst.get(f"/cases/{case.pk}/").content.decode()
    assert analyst.post(f"/cases/{case.pk}/note/", {"text": "Видел"}).status_code == 403
    assert analyst.post(f"/cases/stages/{stage_of(case, 'review').pk}/take/").status_code == 403


def test_the_page_costs_few_queries(supervisor, world, ready, django_assert_max_num_queries):
    world.register(topic_id=ready.topic_id)
    for number in range(5):
        add_note(case_id=ready.pk, text=f"Заметка {number}", by=world.admin)
    supervisor.get(f"/cases/{ready.pk}/")

    with django_assert_max_num_queries(25):
        supervisor.get(f"/cases/{ready.pk}/")


def test_earlier_cases_of_the_same_trouble_are_shown(operator, world, clock):
    earlier = world.register()
    clock.at("2026-05-20 10:00")
    case = world.register()

    page = operator.get(f"/cases/{case.pk}/")

    assert [one.number for one in page.context["earlier"]] == [earlier.number]
    assert "Повторное обращение" in page.content.decode()


def test_the_printed_card_has_what_the_register_of_the_regulator_asks(operator, world, ready):
    answer_case(case_id=ready.pk, result="SATISFIED", answer="Провод заменён", by=world.admin)

    card = operator.get(f"/cases/{ready.pk}/print/").content.decode()

    for words in (ready.number, "электронная почта", "обращение", "Семёнов Пётр", "в срок", "Провод заменён"):
        assert words in card


def test_the_top_brings_the_composer_when_other_things_may_be_written(operator, case):
    writes = operator.get(f"/cases/{case.pk}/").context["writes"]

    same = operator.get(f"/cases/{case.pk}/top/?writes={writes}").content.decode()
    other = operator.get(f"/cases/{case.pk}/top/?writes=").content.decode()

    assert "composer" not in same
    assert 'id="composer" hx-swap-oob="true"' in other


def test_the_line_of_time_tells_all_or_only_the_words(operator, world, case):
    add_note(case_id=case.pk, text="Позвонить мастеру", by=world.admin)

    everything = operator.get(f"/cases/{case.pk}/timeline/").context["happenings"]
    words = operator.get(f"/cases/{case.pk}/timeline/?show=words").context["happenings"]
    events = operator.get(f"/cases/{case.pk}/timeline/?show=events").context["happenings"]

    assert [one.title.partition(":")[0] for one in everything] == [
        "Добавлена заметка",
        "Этап начат",
        "Нужно уведомить о регистрации",
        "Обращение зарегистрировано",
    ]
    assert [(one.text, one.audience) for one in words] == [("Позвонить мастеру", "internal")]
    assert [one.audience for one in events] == ["", "", ""]


# Notes and answers


def test_a_note_is_written_and_the_composer_comes_back_empty(operator, case):
    response = operator.post(f"/cases/{case.pk}/note/", {"text": "Позвонить мастеру"})

    assert response.status_code == 200
    assert said(response) == "Заметка записана"
    assert "case-changed" in json.loads(response["HX-Trigger"])
    assert "Позвонить мастеру" not in response.content.decode()
    assert CaseNote.objects.get().text == "Позвонить мастеру"


def test_an_empty_note_is_refused_beside_its_field(operator, case):
    response = operator.post(f"/cases/{case.pk}/note/", {"text": "  "})

    assert response.status_code == 422
    assert invalid_fields(response) == ["note_text"]
    assert CaseNote.objects.count() == 0


def test_an_answer_goes_out(operator, ready):
    form = {"result": "SATISFIED", "answer": "Провод заменён", "version": ready.version + 2}
    ready.refresh_from_db()

    response = operator.post(f"/cases/{ready.pk}/answer/", {**form, "version": ready.version})

    ready.refresh_from_db()
    assert said(response) == "Ответ дан"
    assert (ready.state, ready.answer, ready.result) == ("ANSWERED", "Провод заменён", "SATISFIED")


def test_the_send_button_names_the_recipient(operator, ready):
    assert "Ответить: petr@example.org" in operator.get(f"/cases/{ready.pk}/").content.decode()


def test_a_complaint_asks_for_a_judgement(operator, world):
    case = world.register(kind=Kind.COMPLAINT)
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(case, code).pk, by=world.admin)
    case.refresh_from_db()
    form = {"result": "SATISFIED", "answer": "Меры приняты", "version": case.version}

    refused = operator.post(f"/cases/{case.pk}/answer/", form)
    response = operator.post(f"/cases/{case.pk}/answer/", {**form, "justified": "PARTLY"})

    case.refresh_from_db()
    assert refused.status_code == 422
    assert "Меры приняты" in refused.content.decode()
    assert (response.status_code, case.justified) == (200, "PARTLY")


def test_an_answer_before_its_turn_is_refused_with_what_is_missing(operator, case):
    form = {"result": "SATISFIED", "answer": "Готово", "version": case.version}

    response = operator.post(f"/cases/{case.pk}/answer/", form)

    case.refresh_from_db()
    assert response.status_code == 409
    assert "Этап review" in response.content.decode()
    assert case.state == "REGISTERED"


def test_a_preview_shows_the_letter_and_saves_nothing(operator, ready):
    response = operator.post(f"/cases/{ready.pk}/answer/preview/", {"answer": "Провод <b>заменён</b>"})

    ready.refresh_from_db()
    page = response.content.decode()
    assert "Провод &lt;b&gt;заменён&lt;/b&gt;" in page
    assert "petr@example.org" in page
    assert ready.state == "IN_PROGRESS"


# The end and the return


def test_an_answered_case_is_closed_and_reopened(operator, world, ready):
    answer_case(case_id=ready.pk, result="SATISFIED", answer="Готово", by=world.admin)

    closed = operator.post(f"/cases/{ready.pk}/close/")
    ready.refresh_from_db()
    state = ready.state
    refused = operator.post(f"/cases/{ready.pk}/reopen/", {"from_stage": "work", "reason": ""})
    reopened = operator.post(f"/cases/{ready.pk}/reopen/", {"from_stage": "work", "reason": "Снова нет света"})

    ready.refresh_from_db()
    assert (closed.status_code, said(closed), state) == (204, "Обращение закрыто", "CLOSED")
    assert (refused.status_code, invalid_fields(refused)) == (422, ["reason"])
    assert (reopened.status_code, ready.state) == (204, "IN_PROGRESS")
    assert statuses(ready) == {"review": "DONE", "work": "RUNNING", "answer": "WAITING"}


def test_an_open_case_is_not_closed(operator, case):
    response = operator.post(f"/cases/{case.pk}/close/")

    case.refresh_from_db()
    assert response.status_code == 409
    assert case.state == "REGISTERED"


def test_a_term_is_extended_by_a_supervisor_once_and_within_thirty_days(supervisor, operator, case):
    form = {"days": "10", "reason": "Ждём запчасти"}

    forbidden = operator.post(f"/cases/{case.pk}/extend/", form)
    too_long = supervisor.post(f"/cases/{case.pk}/extend/", {**form, "days": "31"})
    extended = supervisor.post(f"/cases/{case.pk}/extend/", form)
    again = supervisor.post(f"/cases/{case.pk}/extend/", form)

    assert (forbidden.status_code, too_long.status_code, invalid_fields(too_long)) == (403, 422, ["days"])
    assert said(extended) == "Срок продлён, заявитель уведомляется"
    assert again.status_code == 422
    assert facts(case).count("CaseExtended") == 1


def test_a_case_is_cancelled_with_a_reason(supervisor, case):
    asked = supervisor.get(f"/cases/{case.pk}/cancel/").content.decode()
    refused = supervisor.post(f"/cases/{case.pk}/cancel/", {"reason": ""})
    cancelled = supervisor.post(f"/cases/{case.pk}/cancel/", {"reason": "Ошибка регистрации"})

    case.refresh_from_db()
    assert "Вернуть будет нельзя" in asked
    assert (refused.status_code, invalid_fields(refused)) == (422, ["reason"])
    assert (cancelled.status_code, case.state) == (204, "CANCELLED")


# Changes


def form_of(browser, case) -> dict[str, str]:
    """What the browser would send if nothing were touched."""
    form = browser.get(f"/cases/{case.pk}/change/").context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = "" if value is None else str(value)
        if bound.field.show_hidden_initial:
            sent[bound.html_initial_name] = sent[bound.html_name]
    return sent


def test_only_what_was_touched_is_changed(operator, world, case):
    form = form_of(operator, case)

    response = operator.post(f"/cases/{case.pk}/change/", {**form, "text": "Света нет второй день"})

    case.refresh_from_db()
    assert (response.status_code, said(response)) == (204, "Изменения сохранены")
    assert (case.text, case.contact_email) == ("Света нет второй день", "petr@example.org")
    assert Entry.objects.filter(event="cases.CaseChanged").get().facts["changes"] == {"text": []}


def test_the_customer_and_the_place_are_changed(operator, world, case):
    form = form_of(operator, case)
    wanted = {"customer_id": f"{world.customer.pk}-{world.usage_point.pk}", "kind": "COMPLAINT"}
    place = {"branch_id": f"{world.branch.pk}-{world.district.pk}"}

    operator.post(f"/cases/{case.pk}/change/", {**form, **wanted, **place})

    case.refresh_from_db()
    assert (case.usage_point_id, case.district_id, case.kind) == (world.usage_point.pk, world.district.pk, "COMPLAINT")


def test_two_save_at_once_and_the_second_sees_what_the_first_has_changed(operator, world, case, clock):
    form = form_of(operator, case)
    clock.at("2026-05-04 10:05")
    change_case(case_id=case.pk, version=case.version, change=CaseChange(kind=Kind.COMPLAINT), by=world.admin)

    refused = operator.post(f"/cases/{case.pk}/change/", {**form, "text": "Света нет второй день"})
    page = refused.content.decode()
    case.refresh_from_db()
    kept = (case.text, case.kind)
    again = {bound.html_name: str(bound.value() or "") for bound in refused.context["form"]}
    hidden = {name: value for name, value in form.items() if name.startswith("initial-")}
    saved = operator.post(f"/cases/{case.pk}/change/", {**hidden, **again})

    case.refresh_from_db()
    assert refused.status_code == 422
    assert "Пока вы писали, обращение изменилось" in page
    assert "обращение → жалоба" in page
    assert "Света нет второй день" in page
    assert kept == ("Нет света с утра", "COMPLAINT")
    assert saved.status_code == 204
    assert (case.text, case.kind) == ("Света нет второй день", "COMPLAINT")


def test_a_wrong_phone_is_refused_by_its_field(operator, case):
    form = form_of(operator, case)

    response = operator.post(f"/cases/{case.pk}/change/", {**form, "contact_phone": "звоните"})

    case.refresh_from_db()
    assert response.status_code == 422
    assert 'data-field="contact_phone"' in response.content.decode()
    assert case.contact_phone == "+79000000001"


def test_a_case_nobody_may_move_to_a_foreign_branch(operator, world, case):
    form = form_of(operator, case)

    response = operator.post(f"/cases/{case.pk}/change/", {**form, "branch_id": str(world.other_branch.pk)})

    assert (response.status_code, invalid_fields(response)) == (422, ["change_branch_id"])
    assert Case.objects.get(pk=case.pk).branch_id == world.branch.pk
