"""What cases are about, and where work on them goes."""

from django.db import models

from opora.casework.cases.stages import StageRole
from opora.registry.organization.models import Branch, District, Division


class Topic(models.Model):
    """One node of the tree of topics. The fixed rows are the regulator's (order 186, annex 7, 4.1)."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True)
    fixed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    #: Rows of the regulator's form by kind; an empty one is that of the parent.
    appeal_row = models.CharField(max_length=10, default="", blank=True)
    complaint_row = models.CharField(max_length=10, default="", blank=True)
    application_row = models.CharField(max_length=10, default="", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="cases_topic_not_under_itself"),
        ]


class RoutingRule(models.Model):
    """Stages of a role go to a division, by topic and territory; the most specific rule wins."""

    role = models.CharField(max_length=40, choices=StageRole)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="routing_rules", null=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", null=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["role", "topic", "branch", "district"], nulls_distinct=False, name="cases_one_rule_for_a_place"
            ),
        ]
