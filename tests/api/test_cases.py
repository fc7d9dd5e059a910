"""Cases over the API: registered, read, changed, led to their end."""

import pytest

from opora.casework.cases.models import Case
from opora.casework.cases.permissions import CasePermission
from opora.platform.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def exchange(caller):
    return caller(*CasePermission)


@pytest.fixture
def registered(exchange, region):
    """Register a case and answer with what the API says of it."""

    def register(**changes):
        response = exchange.post("/cases", region.case(**changes))
        assert response.status_code == 201, response.content.decode()
        return response.json()

    return register


def whole(exchange, case):
    response = exchange.get(f"/cases/{case['id']}")
    assert response.status_code == 200, response.content.decode()
    return response.json()


def stages(exchange, case):
    return {stage["code"]: stage for stage in whole(exchange, case)["stages"] if stage["latest"]}


def events(case):
    about = Entry.objects.filter(about__contains=[f"cases.Case:{case['id']}"])
    return list(about.order_by("pk").values_list("event", flat=True))


def refused(response):
    problem = response.json()
    return response.status_code, problem["code"], problem.get("field")


def test_a_contact_is_registered_with_its_stages_and_people(exchange, region):
    body = region.case(channel="WEB", contact={"name": "Анна", "phone": "8 (918) 123-45-67"})

    response = exchange.post("/cases", body)

    case = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/cases/{case['id']}"
    assert (case["state"], case["version"], case["branch_id"]) == ("REGISTERED", 1, region.north.pk)
    assert (case["division_id"], case["employee_id"]) == (region.curators.pk, region.curator.pk)
    read = whole(exchange, case)
    assert (read["number"], read["customer"], read["passport"]) == (case["number"], "Иванова Анна", "appeal-electronic")
    assert (read["contact_name"], read["contact_phone"]) == ("Анна", "+79181234567")
    assert [(s["code"], s["status"], s["employee"]) for s in read["stages"]] == [
        ("review", "RUNNING", "Кураторов П."),
        ("work", "WAITING", ""),
        ("answer", "WAITING", ""),
    ]
    assert read["due_at"] == case["due_at"]
    assert len(exchange.get(f"/cases/{case['id']}/due").json()["lines"]) > 1
    assert len(exchange.get(f"/stages/{read['stages'][0]['id']}/due").json()["lines"]) > 1
    assert exchange.get(f"/stages/{read['stages'][1]['id']}/due").json() == {"lines": []}


def test_reading_a_case_is_journalled_about_the_case_and_its_customer(exchange, registered, region):
    case = registered()

    whole(exchange, case)

    read = Entry.objects.get(event="journal.PersonalDataRead")
    assert (read.by_id, read.via, read.facts) == (exchange.user.pk, "api", {"what": "cases.case"})
    assert read.about == [f"cases.Case:{case['id']}", f"customers.Customer:{region.ivanova.pk}"]
    assert "journal.PersonalDataRead" not in [
        line["event"] for line in exchange.get(f"/cases/{case['id']}/history").json()
    ]


def test_html_in_texts_comes_back_as_text(exchange, registered):
    text = "<script>alert(1)</script> & «кавычки» <b>жирно</b>"

    case = registered(text=text, contact={"name": "<i>Анна</i>"})

    read = whole(exchange, case)
    assert (read["text"], read["contact_name"]) == (text, "<i>Анна</i>")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"topic_id": 999_999}, (404, "not_found", "topic_id")),
        ({"customer_id": 999_999}, (404, "not_found", "customer_id")),
        ({"usage_point_id": 999_999}, (404, "not_found", "usage_point_id")),
        ({"district_id": 999_999}, (422, "wrong_value", "district_id")),
        ({"branch_id": 999}, (404, "not_found", "branch_id")),
        ({"customer_id": ...}, (422, "branch_needed", "branch_id")),
        ({"passport_code": "no-such"}, (422, "no_passport", "passport_code")),
        ({"contact": {"phone": "нет телефона"}}, (422, "wrong_value", "contact_phone")),
        ({"received_at": "2199-01-01T00:00:00Z"}, (422, "wrong_date", "received_at")),
        ({"due_at": "2001-01-01T00:00:00Z"}, (422, "wrong_date", "due_at")),
        ({"kind": "COMPLAINT", "answered_now": True}, (422, "cannot_answer_at_once", "answered_now")),
        ({"kind": "RIDDLE"}, (422, "invalid", None)),
        ({"text": "   "}, (422, "invalid", None)),
        ({"registered_at": "2020-01-01T00:00:00Z"}, (422, "invalid", None)),
    ],
)
def test_a_refused_registration_leaves_nothing(exchange, region, changes, refusal):
    before = Entry.objects.count()

    response = exchange.post("/cases", region.case(**changes))

    assert refused(response) == refusal
    assert Case.objects.count() == 0
    assert Entry.objects.count() == before


def test_a_change_touches_only_what_is_given(exchange, registered, region):
    case = registered(contact={"name": "Анна", "phone": "+79181234567"})

    response = exchange.patch(f"/cases/{case['id']}", {"version": 1, "topic_id": region.topic("limitation")})

    changed = response.json()
    assert response.status_code == 200
    assert (changed["version"], changed["topic_id"]) == (2, region.topic("limitation"))
    assert (changed["text"], changed["contact_phone"]) == ("С утра нет света", "+79181234567")
    assert (changed["customer_id"], changed["kind"]) == (region.ivanova.pk, "APPEAL")


def test_null_takes_away_and_left_out_keeps(exchange, registered):
    case = registered()

    changed = exchange.patch(f"/cases/{case['id']}", {"version": 1, "customer_id": None}).json()

    assert (changed["customer_id"], changed["group"]) == (None, "Неустановленные")


def test_the_second_of_two_saves_does_not_overwrite(exchange, registered):
    case = registered()
    exchange.patch(f"/cases/{case['id']}", {"version": 1, "text": "Первый"})

    second = exchange.patch(f"/cases/{case['id']}", {"version": 1, "text": "Второй"})

    assert refused(second) == (409, "changed_meanwhile", None)
    assert whole(exchange, case)["text"] == "Первый"


def test_a_case_goes_from_stage_to_stage_to_its_answer_and_back(exchange, registered, region):
    case = registered(channel="WEB")

    def act(code, action, body=None):
        response = exchange.post(f"/stages/{stages(exchange, case)[code]['id']}/{action}", body)
        assert response.status_code == 200, response.content.decode()
        return response.json()

    assert act("review", "finish", {"result": "Исполнитель назначен"})["status"] == "DONE"
    assert stages(exchange, case)["work"]["employee_id"] == region.executor.pk
    assert act("work", "pause", {"reason": "CUSTOMER_ANSWER", "comment": "Ждём фото"})["status"] == "PAUSED"
    assert act("work", "resume")["status"] == "RUNNING"
    assert act("work", "return", {"reason": "Не тот исполнитель"})["status"] == "RETURNED"
    assert act("review", "finish", {})["round"] == 2
    given = act("work", "reassign", {"division_id": region.curators.pk, "reason": "Перегружены"})
    assert (given["division_id"], given["employee_id"]) == (region.curators.pk, region.curator.pk)
    act("work", "finish", {})
    answer = {"result": "EXPLAINED", "answer": "Свет дадут в 18:40"}
    answered = exchange.post(f"/cases/{case['id']}/answer", answer).json()
    assert (answered["state"], answered["result"]) == ("ANSWERED", "EXPLAINED")
    assert exchange.post(f"/cases/{case['id']}/close").json()["state"] == "CLOSED"
    reopened = exchange.post(f"/cases/{case['id']}/reopen", {"reason": "Света нет", "from_stage": "work"}).json()
    assert (reopened["state"], reopened["answered_at"]) == ("IN_PROGRESS", None)
    assert exchange.post(f"/cases/{case['id']}/cancel", {"reason": "Отозвано"}).json()["state"] == "CANCELLED"
    notes = {note["kind"]: note["text"] for note in whole(exchange, case)["notes"]}
    assert notes == {
        "PAUSED": "Ждём фото",
        "RETURNED": "Не тот исполнитель",
        "REASSIGNED": "Перегружены",
        "REOPENED": "Света нет",
        "ANSWER": "Свет дадут в 18:40",
        "CANCELLED": "Отозвано",
    }


def test_a_case_is_extended_once(exchange, registered):
    case = registered(channel="POST")

    extended = exchange.post(f"/cases/{case['id']}/extend", {"days": 30, "reason": "Нужна экспертиза"}).json()
    again = exchange.post(f"/cases/{case['id']}/extend", {"days": 5, "reason": "Ещё"})

    assert extended["due_at"] > case["due_at"]
    assert refused(again) == (422, "cannot_extend", "case_id")
    read = whole(exchange, case)
    assert (read["extension"]["days"], read["extension"]["due_before"]) == (30, case["due_at"])
    assert read["due_at"] == extended["due_at"]


def test_a_complaint_is_not_answered_without_a_judgement(exchange, registered):
    case = registered(kind="COMPLAINT", channel="WEB")
    before = events(case)

    response = exchange.post(f"/cases/{case['id']}/answer", {"result": "EXPLAINED", "answer": "Разобрались"})

    assert refused(response) == (422, "judgement_needed", "justified")
    assert whole(exchange, case)["state"] == "REGISTERED"
    assert [event for event in events(case) if event != "journal.PersonalDataRead"] == before


def test_a_note_is_kept_with_the_case(exchange, registered):
    case = registered()

    note = exchange.post(f"/cases/{case['id']}/notes", {"text": "Перезвонить после шести"})

    assert (note.status_code, note.json()["text"]) == (201, "Перезвонить после шести")
    assert [n["text"] for n in whole(exchange, case)["notes"]] == ["Перезвонить после шести"]
    assert exchange.get(f"/cases/{case['id']}/history").json()[0]["event"] == "cases.NoteAdded"


def test_an_answer_at_once_closes_the_case(exchange, registered):
    case = registered(answered_now=True, answer="Свет дадут в 18:40")

    read = whole(exchange, case)
    assert (case["state"], read["answer"]) == ("CLOSED", "Свет дадут в 18:40")
    assert read["answered_at"] == read["closed_at"]


def test_a_case_of_another_system_keeps_its_own_moments(exchange, region):
    body = region.case(
        kind="COMPLAINT", channel="WEB", registered_at="2024-03-01T10:00:00+03:00", due_at="2024-03-20T18:00:00+03:00",
        answered_at="2024-03-21T09:00:00+03:00", answer="Устранено", result="SATISFIED", justified="YES",
    )  # fmt: skip

    case = exchange.post("/cases/carried-over", body).json()

    read = whole(exchange, case)
    assert (read["number"], read["state"], read["justified"]) == ("01-2024-000001", "CLOSED", "YES")
    assert (read["registered_at"], read["due_at"]) == ("2024-03-01T07:00:00Z", "2024-03-20T15:00:00Z")
    assert (read["answered_at"], read["closed_at"]) == ("2024-03-21T06:00:00Z", "2024-03-21T06:00:00Z")
    assert {stage["status"] for stage in read["stages"]} == {"DONE"}
    facts = Entry.objects.get(event="cases.AnswerRecorded").facts
    assert (facts["in_time"], facts["justified"]) == (False, "YES")


@pytest.mark.parametrize("answered_at", ["2024-02-01T00:00:00Z", "2199-01-01T00:00:00Z"])
def test_a_carried_case_cannot_be_answered_before_it_came_nor_in_the_future(exchange, region, answered_at):
    body = region.case(registered_at="2024-03-01T10:00:00+03:00", answered_at=answered_at)

    assert refused(exchange.post("/cases/carried-over", body)) == (422, "wrong_date", "answered_at")
    assert Case.objects.count() == 0


def test_lists_filter_count_and_go_on_page_by_page(exchange, registered, region):
    numbers = [registered(text=f"Случай {n}")["number"] for n in range(5)]
    registered(kind="COMPLAINT", channel="POST", topic_id=region.topic("voltage_deviation"), text="Мигает ёлка")

    first = exchange.get("/cases", kind="APPEAL", limit=3).json()
    second = exchange.follow(first["next"]).json()

    assert [case["number"] for case in first["items"] + second["items"]] == numbers[::-1]
    assert second["next"] is None
    assert exchange.get("/cases/count", kind="APPEAL").json() == {"value": 5, "exact": True}
    assert exchange.get("/cases/count", topic_id=region.topic("power_quality")).json()["value"] == 1
    assert exchange.get("/cases/count", state=["REGISTERED", "CLOSED"]).json()["value"] == 6
    assert exchange.get("/cases/count", state="CLOSED").json()["value"] == 0
    assert exchange.get("/cases/count", customer_id=region.plant.pk).json()["value"] == 0
    assert exchange.get("/cases/count", number=numbers[0][:8]).json()["value"] == 6
    assert [c["text"] for c in exchange.get("/cases/search", text="мигает елка").json()["items"]] == ["Мигает ёлка"]
    assert [c["number"] for c in exchange.get("/cases/search", text=numbers[2]).json()["items"]] == [numbers[2]]


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "WyIyMDI0LTAxLTAxVDAwOjAwOjAwIiwxXQ", "WyJhIiwxXQ"])
def test_a_spoiled_cursor_is_refused(exchange, region, cursor):
    for address in ("/cases", "/control/overdue"):
        assert refused(exchange.get(address, cursor=cursor)) == (422, "bad_cursor", "cursor")


def test_a_page_of_cases_costs_the_same_however_long(exchange, registered, django_assert_max_num_queries):
    for _ in range(12):
        registered()

    with django_assert_max_num_queries(10):
        assert len(exchange.get("/cases", limit=10).json()["items"]) == 10


def test_my_desk_and_the_counters_agree_with_the_work(caller, exchange, registered, region):
    worker = caller(CasePermission.WORK, CasePermission.SUPERVISE, CasePermission.VIEW)
    me = region.hire(region.curators, "Новикова", user=worker.user)
    case = registered(channel="WEB")
    review = stages(exchange, case)["review"]

    taken = worker.post(f"/stages/{review['id']}/take").json()

    assert taken["employee_id"] == me.pk
    assert [(line["id"], line["number"]) for line in worker.get("/desk").json()["items"]] == [
        (review["id"], case["number"])
    ]
    assert worker.get("/desk/queue").json()["items"] == []
    counts = worker.get("/desk/counts").json()
    assert (counts["mine"], counts["overdue"], counts["queue"]) == (1, 0, 0)
    counters = worker.get("/control/counters").json()
    assert (counters["open"], counters["registered_today"], counters["unassigned"]) == (1, 1, 0)
    load = {line["employee_id"]: line["open"] for line in worker.get("/control/load").json()}
    assert load[me.pk] == 1
    assert exchange.get("/desk").json() == {"items": [], "next": None}
    assert exchange.get("/control/overdue").json()["items"] == []
    assert exchange.get("/control/unassigned").json()["items"] == []
