"""Interruptions as reports count them: outages that are over, gathered from the usage points they cut off.

Reports read these tables and never the millions of rows of `Affected`: one interruption is what had the same outage,
beginning and end, one part of it what is alike in all that reports ask.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opora.processes.outages.models.outages import Outage
from opora.processes.outages.stages import Party
from opora.registry.customers.models import UsagePoint
from opora.registry.organization.models import Branch, District


class Interruption(models.Model):
    """Usage points that one outage cut off at one moment and gave back at one moment: a line of form 8.1."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="interruptions", db_index=False)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("back"))
    #: Customers by the highest category of what they lost: with all of their usage points, or with some of them.
    first_whole = models.PositiveIntegerField(default=0)
    first_partly = models.PositiveIntegerField(default=0)
    second_whole = models.PositiveIntegerField(default=0)
    second_partly = models.PositiveIntegerField(default=0)
    third = models.PositiveIntegerField(default=0)
    #: The same customers by the maximum power of what they lost, kW.
    up_to_150 = models.PositiveIntegerField(default=0)
    up_to_670 = models.PositiveIntegerField(default=0)
    over_670 = models.PositiveIntegerField(default=0)
    #: Neighbouring grid companies and producers: not consumers.
    grid_companies = models.PositiveIntegerField(default=0)
    producers = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="outages_interruption_forward"),
            models.UniqueConstraint(fields=["outage", "since", "until"], name="outages_interruption_once"),
        ]
        indexes = [models.Index("since", "outage", "until", name="outages_interruption_since")]


class InterruptionPart(models.Model):
    """Usage points of an interruption that are alike: place, voltage level, reliability, whose they are."""

    interruption = models.ForeignKey(Interruption, on_delete=models.CASCADE, related_name="parts", db_index=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    voltage = models.CharField(max_length=4, choices=UsagePoint.Voltage)
    category = models.CharField(max_length=3, choices=UsagePoint.Reliability)
    party = models.CharField(max_length=10, choices=Party)
    points = models.PositiveIntegerField()
    #: The sum of their maximum power, kW, as far as it is known.
    power = models.DecimalField(max_digits=16, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interruption", "branch", "district", "voltage", "category", "party"],
                nulls_distinct=False, name="outages_part_once",
            )
        ]  # fmt: skip


class PointCount(models.Model):
    """How many usage points there were in a month: the most that any day of it has seen."""

    month = models.DateField()
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+", null=True, db_index=False)
    voltage = models.CharField(max_length=4, choices=UsagePoint.Voltage)
    points = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "branch", "district", "voltage"], nulls_distinct=False, name="outages_count_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="outages_count_of_a_month"),
        ]
