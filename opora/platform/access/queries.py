from collections.abc import Iterable
from hashlib import sha256

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import ApiToken, User
from opora.platform.errors import NotVisible

_system_user: list[User] = []


def system_user() -> User:
    """The user in whose name handlers and schedules act. Kept in the process: it never changes."""
    if not _system_user:
        _system_user.append(User.objects.get(is_system=True))
    return _system_user[0]


def valid_token(secret: str) -> ApiToken | None:
    """The token behind a secret, if it is neither expired nor revoked and its user may still sign in."""
    return (
        ApiToken.objects.select_related("user")
        .filter(digest=sha256(secret.encode()).hexdigest(), revoked_at=None, user__is_active=True)
        .filter(expires_at__gt=timezone.now())
        .first()
    )


def user_of_session(key: str) -> User | None:
    """The user signed in by this session, if it has not ended and he may still sign in."""
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None


def users_holding(permission: str) -> list[int]:
    """Ids of active users whose roles grant the permission."""
    return list(
        User.objects.filter(is_active=True, roles__permissions__contains=[permission])
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )


def anybody_may_sign_in() -> bool:
    """Whether the installation has a user besides the system itself."""
    return User.objects.filter(is_system=False, is_active=True).exists()


def names_in_use(usernames: Iterable[str]) -> frozenset[str]:
    """Which of the names belong to active users."""
    found = User.objects.filter(username__in=list(usernames), is_active=True)
    return frozenset(found.values_list("username", flat=True))


def user_named(username: str) -> User:
    """The active user of that name, in any case of letters.

    :raises NotVisible: when there is none.
    """
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise NotVisible(_("There is no user “%s”.") % username, field="username")
    return user


def tokens() -> QuerySet[ApiToken]:
    """Every token with its user, the newest first."""
    return ApiToken.objects.select_related("user").order_by("-pk")
