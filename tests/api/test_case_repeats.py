"""A registration sent twice makes one case: one after another, and both at once on two connections."""

import threading

import pytest
from django.db import connection

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.permissions import CasePermission
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from tests.api.region import make_region


def at_once(*calls):
    """Run the calls in threads of their own, each on a connection of its own, and return their answers."""
    answers = {}
    barrier = threading.Barrier(len(calls))

    def run(number, call):
        barrier.wait(10)
        try:
            answers[number] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[number] for number in range(len(calls))]


def cases():
    with scoped(EVERYTHING):
        return list(Case.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db
def test_the_same_key_answers_with_the_first_answer(caller, region):
    exchange = caller(*CasePermission)

    first = exchange.post("/cases", region.case(), key="call-17")
    again = exchange.post("/cases", region.case(), key="call-17")
    other = exchange.post("/cases", region.case(text="Другое"), key="call-17")

    assert again.content == first.content
    assert (again.headers["Idempotency-Replayed"], again.headers["Location"]) == ("true", first.headers["Location"])
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_senders_own_key_finds_the_case_it_made(caller, region):
    exchange = caller(*CasePermission)

    first = exchange.post("/cases", region.case(once="switch:1701")).json()
    again = exchange.post("/cases", region.case(once="switch:1701", text="Ещё раз")).json()

    assert again["id"] == first["id"]
    assert Entry.objects.filter(event="cases.CaseRegistered").count() == 1


@pytest.mark.django_db
def test_a_key_of_a_case_outside_the_scope_is_refused_without_telling_of_the_case(caller, region):
    caller(*CasePermission).post("/cases", region.case(customer_id=region.plant.pk, once="switch:1"))
    stranger = caller(*CasePermission, scope=region.population_only)

    refused = stranger.post("/cases", region.case(once="switch:1"))

    assert (refused.status_code, refused.json()["code"]) == (409, "repeated_key")
    assert stranger.get("/cases/count").json()["value"] == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["key", "once"])
def test_equal_registrations_at_once_make_one_case(caller, how):
    region, exchange = make_region(), caller(*CasePermission)
    others = [type(exchange)(user=exchange.user, secret=exchange.secret) for _ in range(3)]
    body = region.case(channel="WEB") | ({"once": "call-17"} if how == "once" else {})

    answers = at_once(*(lambda o=o: o.post("/cases", body, key="call-17" if how == "key" else None) for o in others))

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(cases()) == 1
    with scoped(EVERYTHING):
        assert CaseStage.objects.count() == 3
        assert Entry.objects.filter(event="cases.CaseRegistered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told_that_it_came_second(caller):
    region, exchange = make_region(), caller(*CasePermission)
    others = [type(exchange)(user=exchange.user, secret=exchange.secret) for _ in range(2)]
    case = exchange.post("/cases", region.case()).json()

    answers = at_once(
        *(
            lambda o=o, n=n: o.patch(f"/cases/{case['id']}", {"version": 1, "text": f"Правка {n}"})
            for n, o in enumerate(others)
        )
    )

    by_status = {answer.status_code: answer.json() for answer in answers}
    assert sorted(by_status) == [200, 409]
    assert by_status[409]["code"] == "changed_meanwhile"
    assert exchange.get(f"/cases/{case['id']}").json()["text"] == by_status[200]["text"]


@pytest.mark.django_db(transaction=True)
def test_registrations_at_once_get_numbers_in_a_row(caller):
    region, exchange = make_region(), caller(*CasePermission)
    others = [type(exchange)(user=exchange.user, secret=exchange.secret) for _ in range(6)]

    answers = at_once(*(lambda o=o: o.post("/cases", region.case()) for o in others))

    assert sorted(answer.json()["number"] for answer in answers) == [f"01-2026-{n:06d}" for n in range(1, 7)]
