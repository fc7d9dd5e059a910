from hashlib import sha256

from django.utils import timezone

from opora.platform.access.models import ApiToken, User

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


def users_holding(permission: str) -> list[int]:
    """Ids of active users whose roles grant the permission."""
    return list(
        User.objects.filter(is_active=True, roles__permissions__contains=[permission])
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
