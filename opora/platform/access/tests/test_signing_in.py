import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

from opora.platform.access.operations import create_user, ensure_system_user
from opora.platform.access.queries import user_of_session
from opora.platform.scope import Scope

pytestmark = pytest.mark.django_db

RIGHT, WRONG = "верный-пароль-1", "неверный-пароль"


@pytest.fixture
def smirnova():
    return create_user(username="smirnova", password=RIGHT, roles=[], scope=Scope(), by=ensure_system_user())


def sign_in(client, password, **extra):
    return client.post("/login/", {"username": "smirnova", "password": password}, headers=extra)


def test_the_right_password_opens_the_door(client, smirnova):
    answer = sign_in(client, RIGHT)

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(smirnova.pk)


def test_a_wrong_password_leaves_the_page_with_a_message(client, smirnova):
    answer = sign_in(client, WRONG)

    assert answer.status_code == 200
    assert "введите правильные" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_fifth_wrong_password_locks_the_door_even_for_the_right_one(client, smirnova):
    answers = [sign_in(client, WRONG) for _attempt in range(5)]
    locked = sign_in(client, RIGHT)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert locked.status_code == 429
    assert "Вход закрыт" in locked.content.decode()
    assert "через 15 минут" in locked.content.decode()
    assert "_auth_user_id" not in client.session
    assert AccessAttempt.objects.get().failures_since_start >= 5


def test_the_lock_of_one_name_does_not_hold_for_another(client, smirnova):
    create_user(username="petrova", password=RIGHT, roles=[], scope=Scope(), by=ensure_system_user())
    for _attempt in range(5):
        sign_in(client, WRONG)

    answer = client.post("/login/", {"username": "petrova", "password": RIGHT})

    assert answer.status_code == 302


def test_a_request_asks_once_for_its_session_and_once_for_its_user_with_his_rights(
    client, smirnova, django_assert_num_queries
):
    client.force_login(smirnova)
    client.get("/api/v1/me")

    with django_assert_num_queries(5) as asked:  # with the savepoint that stands for the request's transaction
        answer = client.get("/api/v1/me")

    assert answer.json()["username"] == "smirnova"
    verbs = [query["sql"].split()[0].upper() for query in asked]
    assert verbs == ["SELECT", "SELECT", "SAVEPOINT", "SELECT", "RELEASE"]


def test_an_expired_or_unknown_session_is_nobodys(client, smirnova):
    client.force_login(smirnova)
    assert user_of_session(client.session.session_key) == smirnova

    Session.objects.update(expire_date=timezone.now())

    assert user_of_session(client.session.session_key) is None
    assert user_of_session("0123456789abcdefghijklmnopqrstuv") is None


def test_a_changed_password_ends_the_sessions_of_before(client, smirnova):
    client.force_login(smirnova)
    smirnova.set_password("другой-пароль-1")
    smirnova.save()

    assert user_of_session(client.session.session_key) is None
