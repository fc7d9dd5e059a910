import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opora.platform.scope import EVERYTHING, scoped
from opora.registry.organization.models import Employee


@pytest.fixture
def curator(world, signed):
    return signed("куратор", roles=["executor"], employee=world.curator)


def test_my_stages_stand_by_due_time_with_their_cases(world, curator):
    with scoped(EVERYTHING):
        first, second = world.register(), world.register()

    page = curator.get("/executor/").content.decode()

    assert page.index(first.number) < page.index(second.number)
    assert page.count("Этап review") == 2


def test_what_nobody_holds_waits_in_the_queue_and_can_be_taken(world, curator):
    with scoped(EVERYTHING):
        people = Employee.objects.filter(division=world.curators)
        people.update(active=False)
        case = world.register()
        people.update(active=True)
        (stage,) = case.stages.filter(status="RUNNING")
    queue = curator.get("/executor/", {"show": "queue"}).content.decode()

    taken = curator.post(f"/cases/stages/{stage.pk}/take/")

    assert case.number in queue
    assert taken.status_code == 204
    assert case.number not in curator.get("/executor/", {"show": "queue"}).content.decode()
    assert case.number in curator.get("/executor/").content.decode()
    assert curator.get("/executor/count/").content == b"1"


def test_an_empty_desk_says_that_all_is_done(curator):
    assert "Всё сделано" in curator.get("/executor/").content.decode()
    assert curator.get("/executor/count/").content == b""


def test_whoever_is_not_in_the_directory_is_told_what_to_do(signed):
    page = signed("никто", roles=["executor"]).get("/executor/").content.decode()

    assert "Вас нет в справочнике сотрудников" in page


def test_the_number_of_queries_does_not_grow_with_the_stages(world, curator):
    with scoped(EVERYTHING):
        world.register()
    with CaptureQueriesContext(connection) as few:
        curator.get("/executor/")
    with scoped(EVERYTHING):
        for _number in range(5):
            world.register()

    with CaptureQueriesContext(connection) as many:
        curator.get("/executor/")
    assert len(many) == len(few)


def test_a_spoilt_cursor_is_refused(curator):
    assert curator.get("/executor/", {"after": "чепуха"}).status_code == 422
