import pytest

from opora.casework.cases.operations import answer_case, finish_stage, pause_stage
from opora.casework.cases.stages import Kind
from opora.casework.cases.tests.world import stage_of
from opora.platform.scope import EVERYTHING, scoped

#: Who acts and in which scope, the choices of the filter, the stamp of the catalogue, the lines, the count.
ROWS_QUERIES = 14


def numbers(response) -> list[str]:
    return [row.number for row in response.context["rows"]]


def test_the_newest_cases_stand_first_with_their_total(operator, world, clock):
    first = world.register(text="Первое")
    clock.at("2026-05-04 11:00")
    second = world.register(text="Второе")

    page = operator.get("/cases/")

    assert numbers(page) == [second.number, first.number]
    assert "2 строки" in page.content.decode()


def test_filters_stand_in_the_address(operator, world):
    complaint = world.register(kind=Kind.COMPLAINT, text="Хамство оператора")
    world.register(text="Нет света")

    by_kind = operator.get("/cases/?kind=COMPLAINT&state=open")
    by_words = operator.get("/cases/?text=хамства")
    by_number = operator.get(f"/cases/?text={complaint.number}")

    assert numbers(by_kind) == numbers(by_words) == numbers(by_number) == [complaint.number]


def test_a_topic_shows_what_lies_below_it(operator, world):
    below = world.register(topic_id=world.topic("outage_emergency"))
    world.register(topic_id=world.topic("volume"))

    page = operator.get(f"/cases/?topic={world.topic('outage')}")

    assert numbers(page) == [below.number]


def test_an_overdue_case_is_found_and_says_so(operator, world, clock):
    late = world.register()
    clock.at("2026-07-01 10:00")
    world.register()

    page = operator.get("/cases/?due=overdue")

    assert numbers(page) == [late.number]
    assert "просрочено" in page.content.decode()


def test_due_today_are_neither_the_overdue_nor_those_of_tomorrow(operator, world, clock):
    world.register()
    clock.at("2026-05-05 10:00")
    today = world.register()
    clock.at("2026-05-06 10:00")
    world.register()
    clock.at("2026-06-04 09:00")

    assert numbers(operator.get("/cases/?due=today")) == [today.number]


def test_the_quick_views_are_of_the_one_who_looks(supervisor, world):
    mine = world.register()

    page = supervisor.get("/cases/")
    quick = {view["title"]: view["query"] for view in page.context["quick"]}

    assert list(quick) == ["Мои", "Моё подразделение", "Просроченные", "Срок сегодня", "Без исполнителя", "Все"]
    assert numbers(supervisor.get(f"/cases/{quick['Мои']}")) == [mine.number]
    assert numbers(supervisor.get(f"/cases/{quick['Без исполнителя']}")) == []


def test_pages_go_on_by_key_and_back(operator, world, clock):
    cases = []
    for minute in range(60):
        clock.at(f"2026-05-04 10:{minute:02}")
        cases.append(world.register().number)
    newest = cases[::-1]

    first = operator.get("/cases/")
    second = operator.get(f"/cases/?after={first.context['next']}")
    back = operator.get(f"/cases/?before={second.context['previous']}")

    assert numbers(first) == newest[:50]
    assert numbers(second) == newest[50:]
    assert numbers(back) == newest[:50]
    assert (first.context["previous"], second.context["next"], back.context["previous"]) == ("", "", "")


def test_a_spoiled_cursor_is_refused(operator):
    assert operator.get("/cases/?after=nonsense").status_code == 422


def test_an_address_that_makes_no_sense_shows_the_list_without_it(operator, world):
    case = world.register()

    assert numbers(operator.get("/cases/?kind=NONSENSE&branch=abc&since=yesterday")) == [case.number]


def test_changing_a_filter_answers_with_the_lines_and_the_clean_address(operator, world):
    world.register()

    part = operator.get("/cases/rows/?kind=&state=open&q=abc&topic=")
    refreshed = operator.get("/cases/rows/?state=open", headers={"HX-Trigger": "rows"})

    assert part["HX-Push-Url"] == "/cases/?state=open"
    assert "HX-Push-Url" not in refreshed
    assert "<html" not in part.content.decode()


def test_the_list_follows_the_narrowest_topic(operator, world):
    assert operator.get("/cases/").context["topic"] == "cases"
    assert operator.get(f"/cases/?branch={world.branch.pk}").context["topic"] == f"branch:{world.branch.pk}"
    by_division = operator.get(f"/cases/?branch={world.branch.pk}&division={world.curators.pk}")
    assert by_division.context["topic"] == f"division:{world.curators.pk}"


def test_html_in_words_and_names_is_shown_as_it_was_written(operator, world):
    world.register(text="<img src=x onerror=alert(1)>")

    page = operator.get("/cases/").content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_cases_of_a_foreign_group_are_not_listed(enter, world):
    world.register()
    stranger = enter("operator", seen=[world.large])

    assert numbers(stranger.get("/cases/")) == []


def test_an_empty_list_says_what_to_do(operator):
    assert "Обращений пока нет" in operator.get("/cases/").content.decode()
    assert "По фильтру ничего не найдено" in operator.get("/cases/?kind=COMPLAINT").content.decode()


@pytest.mark.parametrize("many", [1, 30])
def test_the_lines_cost_the_same_queries_however_many(operator, world, many, django_assert_num_queries):
    for _ in range(many):
        world.register()
    operator.get("/cases/rows/")

    with django_assert_num_queries(ROWS_QUERIES):
        operator.get("/cases/rows/")


def test_the_page_costs_few_queries(supervisor, world, django_assert_max_num_queries):
    world.register()
    supervisor.get("/cases/")

    with django_assert_max_num_queries(18):
        supervisor.get("/cases/")


# Export


def test_the_list_is_taken_away_under_its_filters(supervisor, world):
    complaint = world.register(kind=Kind.COMPLAINT, text="Жалоба; с точкой и запятой")
    world.register(text="Другое")

    response = supervisor.get("/cases/export/?kind=COMPLAINT&form=csv")
    table = b"".join(response.streaming_content).decode("utf-8-sig")

    assert ".csv" in response["Content-Disposition"]
    assert complaint.number in table
    assert "Другое" not in table


def test_taking_a_list_away_needs_its_own_right(operator, world):
    assert operator.get("/cases/export/").status_code == 403


# Parts for other pages


def test_the_tab_of_a_customer_shows_what_he_waits_for_first(operator, world, clock):
    waiting = world.register()
    clock.at("2026-05-04 11:00")
    done = world.register()
    for code in ("review", "work"):
        finish_stage(stage_id=stage_of(done, code).pk, by=world.admin)
    answer_case(case_id=done.pk, result="EXPLAINED", answer="Ответ", by=world.admin)

    part = operator.get(f"/cases/of-customer/{world.customer.pk}/")

    assert [row.number for row in part.context["waiting"]] == [waiting.number]
    assert [row.number for row in part.context["latest"]] == [done.number]


def test_a_customer_who_never_turned_to_us(operator, world):
    assert "Ещё не обращался" in operator.get(f"/cases/of-customer/{world.customer.pk}/").content.decode()


def test_a_badge_counts_open_cases_and_says_nothing_of_none(operator, world):
    assert operator.get("/cases/count-open/").content == b""

    world.register()

    assert operator.get(f"/cases/count-open/?branch={world.branch.pk}").content == b"1"


def test_a_date_is_explained(operator, world):
    case = world.register()
    stage = stage_of(case, "review")

    whole = operator.get(f"/cases/{case.pk}/due/").content.decode()
    part = operator.get(f"/cases/stages/{stage.pk}/due/").content.decode()

    assert "30 календарных дней" in whole
    assert "1 рабочий день" in part


def test_the_date_of_a_foreign_case_is_not_explained(enter, world):
    case = world.register()
    stranger = enter("operator", seen=[world.large])

    assert stranger.get(f"/cases/{case.pk}/due/").status_code == 404


def test_a_paused_case_is_not_called_overdue(operator, world, clock):
    case = world.register()
    finish_stage(stage_id=stage_of(case, "review").pk, by=world.admin)
    with scoped(EVERYTHING):
        pause_stage(stage_id=stage_of(case, "work").pk, reason="CUSTOMER_ANSWER", by=world.admin)
    clock.at("2026-05-25 10:00")

    assert numbers(operator.get("/cases/?due=overdue")) == []
