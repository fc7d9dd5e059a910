import pytest
from axes.models import AccessAttempt

from opora.platform.access.operations import create_user, ensure_system_user
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
