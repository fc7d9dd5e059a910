"""How long a usage point may be without supply, and how long it has been."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opora.processes.outages.models.outages import Outage
from opora.processes.outages.stages import LimitKind
from opora.registry.customers.models import Agreement, UsagePoint


class ReliabilityLimit(models.Model):
    """Hours of interruption that a category of reliability allows; a later row of it takes the place of this one."""

    category = models.CharField(_("reliability category"), max_length=3, choices=UsagePoint.Reliability)
    consecutive_hours = models.DecimalField(_("hours without a break"), max_digits=6, decimal_places=2)
    yearly_hours = models.DecimalField(_("hours in a year"), max_digits=6, decimal_places=2)
    legal_reference = models.CharField(_("by which law"), max_length=300, default="", blank=True)
    verified = models.BooleanField(_("checked against the law in force"), default=True)
    valid_from = models.DateField(_("in force from"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "valid_from"], name="outages_limit_once_a_day"),
            models.CheckConstraint(
                condition=Q(consecutive_hours__gt=0, yearly_hours__gte=F("consecutive_hours")),
                name="outages_limit_makes_sense",
            ),
        ]


class ContractLimit(models.Model):
    """Hours of interruption that the parties have agreed on for one usage point (ПП 861, п. 31(6))."""

    usage_point = models.OneToOneField(UsagePoint, on_delete=models.CASCADE, related_name="+", primary_key=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    consecutive_hours = models.DecimalField(_("hours without a break"), max_digits=6, decimal_places=2)
    yearly_hours = models.DecimalField(_("hours in a year"), max_digits=6, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consecutive_hours__gt=0, yearly_hours__gte=F("consecutive_hours")),
                name="outages_contract_makes_sense",
            )
        ]


class PointYear(models.Model):
    """How long a usage point was off in a year, interruptions that are over: kept when supply returns."""

    pk = models.CompositePrimaryKey("usage_point_id", "year")
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    seconds = models.PositiveIntegerField()
    longest = models.PositiveIntegerField()
    interruptions = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index("year", F("seconds").desc(), "usage_point", name="outages_year_longest")]


class LimitWarning(models.Model):
    """That dispatchers were warned: usage points of an outage have spent a share of what they are allowed."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=LimitKind)
    #: Per cent.
    share = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outage", "kind", "share"], name="outages_warned_once")]
