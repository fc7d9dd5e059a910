from django.contrib.auth.backends import ModelBackend

from opora.platform.access.models import User
from opora.platform.access.queries import user_with_permissions


class PermissionsBackend(ModelBackend):
    """Django's own way of signing in; the user of a session comes with what his roles grant, in one query."""

    def get_user(self, user_id: int) -> User | None:
        return user_with_permissions(user_id)
