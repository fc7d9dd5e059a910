"""Files of a case."""

from django.conf import settings
from django.db import models

from opora.casework.cases.models.cases import Case
from opora.platform.files.models import StoredFile


class CaseAttachment(models.Model):
    """A file that belongs to a case: the scan of a letter, a photo of a meter. Seen by whoever sees the case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    #: As the sender has named it.
    name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
