"""Users, roles, scopes and tokens: the only way they change."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.events import RolesChanged, ScopeChanged, TokenIssued, TokenRevoked, UserCreated
from opora.platform.access.models import ApiToken, Role, User
from opora.platform.access.permissions import AccessPermission
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.scope import Scope


class UsernameTaken(BusinessError):
    code = "username_taken"


class TokenTooBroad(BusinessError):
    code = "token_too_broad"


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str | None,
    roles: Iterable[str],
    scope: Scope,
    by: User | None,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
) -> User:
    """Create a user with roles and scope; without a password nobody can sign in as him.

    :param by: None only for the very first users of an installation.
    :raises UsernameTaken: when the name is in use.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(_("The name “%s” is taken: choose another.") % username, field="username")
    user = User(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        branches=sorted(scope.branches),
        groups_seen=sorted(scope.groups_seen),
        groups_edited=sorted(scope.groups_edited),
        sees_everything=scope.everything,
    )
    user.set_password(password)
    user.save()
    user.roles.set(Role.objects.filter(code__in=list(roles)))
    publish(UserCreated(user_id=user.pk), by=by or user, about=[user])
    return user


@transaction.atomic
def change_scope(*, user_id: int, scope: Scope, by: User) -> User:
    """Give the user another scope; it holds from his next request."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.branches, user.groups_seen = sorted(scope.branches), sorted(scope.groups_seen)
    user.groups_edited, user.sees_everything = sorted(scope.groups_edited), scope.everything
    user.save()
    publish(
        ScopeChanged(
            user_id=user.pk,
            branches=user.branches,
            groups_seen=user.groups_seen,
            groups_edited=user.groups_edited,
        ),
        by=by,
        about=[user],
    )
    return user


@transaction.atomic
def change_roles(*, user_id: int, roles: Iterable[str], by: User) -> User:
    """Give the user exactly these roles."""
    user = User.objects.select_for_update().get(pk=user_id)
    chosen = Role.objects.filter(code__in=list(roles)).order_by("code")
    user.roles.set(chosen)
    publish(RolesChanged(user_id=user.pk, roles=[role.code for role in chosen]), by=by, about=[user])
    return user


@transaction.atomic
def define_role(*, code: str, name: str, permissions: Iterable[StrEnum]) -> Role:
    """Create the role or bring it to this list of permissions."""
    values = sorted({permission.value for permission in permissions})
    role, _created = Role.objects.update_or_create(code=code, defaults={"name": name, "permissions": values})
    return role


@transaction.atomic
def ensure_system_user() -> User:
    """The user in whose name handlers act; nobody can sign in as him."""
    user, created = User.objects.get_or_create(
        is_system=True, defaults={"username": "system", "last_name": "Опора", "sees_everything": True}
    )
    if created:
        user.set_unusable_password()
        user.save()
    return user


@transaction.atomic
def issue_token(
    *, user_id: int, name: str, permissions: Iterable[str], expires_at: datetime, by: User
) -> tuple[ApiToken, str]:
    """Make a key for a program and return it with its secret, which is not kept and cannot be shown again.

    :raises TokenTooBroad: when the token would allow more than its user, or `by`, may, or has already expired.
    :raises NotVisible: when `by` may not make tokens for that user.
    """
    _check_owner(user_id, by)
    user = User.objects.select_for_update().get(pk=user_id)
    asked = frozenset(permissions)
    if beyond := asked - user.permissions:
        raise TokenTooBroad(_("The user does not hold: %s.") % ", ".join(sorted(beyond)), field="permissions")
    if not by.is_system and (beyond := asked - by.permissions):
        raise TokenTooBroad(_("You do not hold yourself: %s.") % ", ".join(sorted(beyond)), field="permissions")
    if expires_at <= timezone.now():
        raise TokenTooBroad(_("The token would already be expired: choose a later date."), field="expires_at")
    secret = "opora_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        permissions=sorted(asked),
        expires_at=expires_at,
        digest=sha256(secret.encode()).hexdigest(),
    )
    publish(TokenIssued(token_id=token.pk, user_id=user.pk), by=by, about=[user])
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: int, by: User) -> None:
    """Close the token at once; revoking twice is harmless.

    :raises NotVisible: when there is no such token.
    """
    token = ApiToken.objects.select_for_update(of=["self"]).select_related("user").filter(pk=token_id).first()
    if token is None:
        raise NotVisible(_("There is no key %d.") % token_id, field="token_id")
    _check_owner(token.user_id, by)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        publish(TokenRevoked(token_id=token.pk), by=by, about=[token.user])


@transaction.atomic
def forget_expired_sessions(*, before: datetime) -> int:
    """Drop sessions that expired before the moment; return how many."""
    dropped, _kinds = Session.objects.filter(expire_date__lt=before).delete()
    return dropped


def _check_owner(user_id: int, by: User) -> None:
    """Tokens of others are the business of those who manage access."""
    if not (by.is_system or by.pk == user_id or by.holds(AccessPermission.MANAGE)):
        raise NotVisible(_("There is no such user or token among yours."))
