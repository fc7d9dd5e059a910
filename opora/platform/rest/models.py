"""Answers kept so that a request sent twice works once."""

from django.conf import settings
from django.db import models


class IdempotentRequest(models.Model):
    """A request that its sender may repeat, told by the key he chose, and the answer it got."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    digest = models.CharField(max_length=64, help_text="SHA-256 of method, path, query and body")
    status = models.SmallIntegerField(null=True)
    body = models.TextField(null=True, help_text="null: the answer held a secret and was not kept")
    location = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="rest_one_request_for_a_key")]
