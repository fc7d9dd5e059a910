"""What customers say of their supply."""

from django.db import models
from django.db.models import F, Q

from opora.casework.cases.models import Case
from opora.processes.outages.models.outages import Outage
from opora.registry.customers.models import UsagePoint


class OutageReport(models.Model):
    """A case in which somebody says that he has no supply, and the outage it belongs to once that is known."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="outage_report", primary_key=True)
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="reports", null=True, db_index=False)
    #: Supply is back for others, and not for him.
    still_off = models.BooleanField(default=False)
    #: Whoever answers the case has been told that supply is back.
    is_noted = models.BooleanField(default=False)
    reported_at = models.DateTimeField()
    #: Joined, found to be a fault behind his own meter, or over.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("outage", F("reported_at").desc(), condition=Q(outage__isnull=False), name="outages_reports"),
            models.Index("reported_at", condition=Q(outage=None, settled_at=None), name="outages_reports_single"),
            models.Index("usage_point", F("reported_at").desc(), name="outages_reports_of_point"),
        ]
