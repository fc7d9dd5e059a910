"""Users, roles and tokens. Scopes hold ids of branches and customer groups, which live on the floors above."""

from enum import StrEnum

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from opora.platform.scope import EVERYTHING, Scope


class Role(models.Model):
    """A set of permissions under a name that people use: operator, executor, supervisor…"""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    permissions = ArrayField(models.CharField(max_length=80), default=list)


class User(AbstractUser):
    """Somebody, or something, that acts. Staff, portal customers and partner systems are told apart by roles."""

    roles = models.ManyToManyField(Role, related_name="users", blank=True)
    branches = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    groups_seen = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    groups_edited = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    sees_everything = models.BooleanField(default=False)
    is_system = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="ru")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="access_one_system_user"
            ),
            models.CheckConstraint(
                condition=models.Q(groups_seen__contains=models.F("groups_edited")),
                name="access_edited_groups_are_seen",
            ),
        ]

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything the user's roles grant."""
        return frozenset(p for granted in self.roles.values_list("permissions", flat=True) for p in granted)

    def holds(self, permission: StrEnum) -> bool:
        return permission.value in self.permissions

    @property
    def scope(self) -> Scope:
        """Whose data the user may see and change."""
        if self.sees_everything or self.is_system:
            return EVERYTHING
        return Scope(
            branches=frozenset(self.branches),
            groups_seen=frozenset(self.groups_seen),
            groups_edited=frozenset(self.groups_edited),
        )


class ApiToken(models.Model):
    """A key for a program. The secret is shown once and kept as a SHA-256 digest."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    permissions = ArrayField(models.CharField(max_length=80), default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
