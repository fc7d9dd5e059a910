from datetime import timedelta

import pytest
from django.utils import timezone

from opora.platform.access.operations import (
    TokenTooBroad,
    create_user,
    define_role,
    ensure_system_user,
    issue_token,
    revoke_token,
)
from opora.platform.access.permissions import AccessPermission
from opora.platform.access.queries import valid_token
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

    assert valid_token(secret) == token
    revoke_token(token_id=token.pk, by=robot)
    assert valid_token(secret) is None
    assert list(Entry.objects.order_by("pk").values_list("event", flat=True)) == [
        "access.UserCreated",
        "access.TokenIssued",
        "access.TokenRevoked",
    ]


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

    assert valid_token(secret) is None


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
