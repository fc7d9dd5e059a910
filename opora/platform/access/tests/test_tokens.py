from datetime import timedelta

import pytest
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.access.operations import (
    TokenTooBroad,
    create_user,
    define_role,
    ensure_system_user,
    issue_token,
    revoke_token,
)
from opora.platform.access.permissions import AccessPermission
from opora.platform.access.queries import user_of_token
from opora.platform.journal.models import Entry
from opora.platform.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def robot():
    system = ensure_system_user()
    define_role(code="robot", name="Робот", permissions=[AccessPermission.MANAGE])
    return create_user(username="robot", password=None, roles=["robot"], scope=Scope(), by=system)


def test_a_token_opens_the_door_until_it_is_revoked(robot):
    token, secret = issue_token(
        user_id=robot.pk,
        name="exchange",
        permissions=["access.manage"],
        expires_at=timezone.now() + timedelta(days=1),
        by=robot,
    )

    assert user_of_token(secret) == robot
    revoke_token(token_id=token.pk, by=robot)
    assert user_of_token(secret) is None
    assert list(Entry.objects.order_by("pk").values_list("event", flat=True)) == [
        "access.UserCreated",
        "access.TokenIssued",
        "access.TokenRevoked",
    ]


def test_a_token_holds_what_it_allows_and_its_user_still_may(robot):
    define_role(code="robot", name="Робот", permissions=[*AccessPermission])
    _token, secret = issue_token(
        user_id=robot.pk,
        name="exchange",
        permissions=["access.manage"],
        expires_at=timezone.now() + timedelta(days=1),
        by=User.objects.get(pk=robot.pk),
    )

    assert user_of_token(secret).permissions == {"access.manage"}
    define_role(code="robot", name="Робот", permissions=[AccessPermission.ISSUE_TOKEN])
    assert user_of_token(secret).permissions == set()


def test_a_token_of_a_deactivated_user_does_not_open_the_door(robot):
    _token, secret = issue_token(
        user_id=robot.pk,
        name="exchange",
        permissions=[],
        expires_at=timezone.now() + timedelta(days=1),
        by=robot,
    )
    User.objects.filter(pk=robot.pk).update(is_active=False)

    assert user_of_token(secret) is None


def test_an_expired_token_does_not_open_the_door(robot):
    token, secret = issue_token(
        user_id=robot.pk,
        name="exchange",
        permissions=[],
        expires_at=timezone.now() + timedelta(hours=1),
        by=robot,
    )
    token.expires_at = timezone.now()
    token.save()

    assert user_of_token(secret) is None


def test_a_token_cannot_allow_more_than_its_user_may(robot):
    with pytest.raises(TokenTooBroad) as refusal:
        issue_token(
            user_id=robot.pk,
            name="exchange",
            permissions=["access.issue_token"],
            expires_at=timezone.now() + timedelta(days=1),
            by=robot,
        )

    assert refusal.value.field == "permissions"
    assert robot.tokens.count() == 0
