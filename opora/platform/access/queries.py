from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import ApiToken, User
from opora.platform.access.sessions import SessionStore
from opora.platform.errors import NotVisible

_system_user: list[User] = []


def system_user() -> User:
    """The user in whose name handlers and schedules act. Kept in the process: it never changes."""
    if not _system_user:
        _system_user.append(User.objects.get(is_system=True))
    return _system_user[0]


def user_with_permissions(user_id: int) -> User | None:
    """The active user and what his roles grant, in one query."""
    return _acting("access_user person", "person.id = %s", [user_id])


def user_of_token(secret: str) -> User | None:
    """The user behind a token that is neither expired nor revoked, holding no more than the token allows."""
    return _acting(
        "access_apitoken token join access_user person on person.id = token.user_id",
        "token.digest = %s and token.revoked_at is null and token.expires_at > %s",
        [sha256(secret.encode()).hexdigest(), timezone.now()],
        limit="intersect select unnest(token.permissions)",
    )


def _acting(source: str, condition: str, values: Sequence[Any], *, limit: str = "") -> User | None:
    """Written out in SQL, because every request asks this: a quarter of the time that building the query anew takes."""
    rights = f"""array(
        select unnest(role.permissions) from access_role role
        join access_user_roles held on held.role_id = role.id where held.user_id = person.id {limit}
    )"""
    sql = f"select person.*, {rights} from {source} where person.is_active and {condition}"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
        if found is None:
            return None
        *person, granted = found
        user = User.from_db(connection.alias, [column.name for column in cursor.description[:-1]], person)
    user.permissions = frozenset(granted)
    return user


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
