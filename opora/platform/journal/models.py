from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Entry(models.Model):
    """One event that happened. Append-only; the table is partitioned by month of `at` (see the migration)."""

    event = models.CharField(max_length=100)
    facts = models.JSONField()
    about = ArrayField(models.CharField(max_length=60))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=40, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [GinIndex(fields=["about"], name="journal_entry_about")]
