"""Works that take supply away by plan."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opora.processes.outages.models.outages import Outage
from opora.registry.customers.models import UsagePoint


class PlannedWork(models.Model):
    """What is done in a planned outage, when, and who has answered for it at each stage."""

    outage = models.OneToOneField(Outage, on_delete=models.CASCADE, related_name="work", primary_key=True)
    works = models.CharField(_("works"), max_length=300)
    responsible = models.CharField(_("responsible for the works"), max_length=200, default="", blank=True)
    planned_from = models.DateTimeField(_("from"))
    planned_to = models.DateTimeField(_("until"))
    #: How often it was moved; each move is in the journal.
    moves = models.PositiveSmallIntegerField(default=0)
    #: What stood against it when it was approved or announced all the same.
    despite = models.CharField(_("what stood against it"), max_length=300, default="", blank=True)
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=300, default="", blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    announced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(planned_to__gt=F("planned_from")), name="outages_works_take_time")
        ]
        indexes = [models.Index("planned_from", "planned_to", name="outages_works_when")]


class NoticeRule(models.Model):
    """Who is told of planned works, and how long before; a later rule of the same code takes the place of this one."""

    code = models.CharField(_("code"), max_length=30)
    #: Who is told: consumers, energy sales companies, everybody.
    audience = models.CharField(_("who is told"), max_length=200)
    #: As `Term` writes it: "10 CALENDAR_DAYS".
    term = models.CharField(_("how long before"), max_length=30)
    legal_reference = models.CharField(_("by which law"), max_length=300, default="", blank=True)
    verified = models.BooleanField(_("checked against the law in force"), default=True)
    valid_from = models.DateField(_("in force from"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="outages_rule_once_a_day")]


class ExpectedPoint(models.Model):
    """A usage point that a planned outage will cut off, as the network stood when it was worked out."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="expected", db_index=False)
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outage", "usage_point"], name="outages_expected_once")]
        indexes = [models.Index("usage_point", "outage", name="outages_expected_point")]
