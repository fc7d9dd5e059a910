"""Passports, their versions and stages, and when a passport is chosen."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from opora.casework.cases.stages import Channel, Kind, StageRole


class CatalogueStamp(models.Model):
    """One row that changes with every change of topics, passports, choices or routing rules.

    Whoever holds the catalogue read under a stamp holds the right one for as long as the stamp stands, so the
    registration of a case reads one row instead of all of them.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="cases_one_catalogue")]


class Passport(models.Model):
    """A service or process the company has promised to carry out in a known way."""

    code = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=300)


class PassportVersion(models.Model):
    """One edition of a passport. Never changed: the law changes, and a new version is loaded."""

    passport = models.ForeignKey(Passport, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    applicants = models.TextField()
    price = models.TextField()
    price_basis = models.TextField(default="")
    conditions = models.TextField(default="")
    result = models.TextField()
    complaints = models.TextField(default="")
    legal_reference = models.TextField()
    verified = models.BooleanField()
    starts = models.CharField(max_length=20)
    pauses_stop_total = models.BooleanField(default=False)
    term_amount = models.PositiveSmallIntegerField()
    term_unit = models.CharField(max_length=20)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passport", "version"], name="cases_passport_version"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="cases_version_period_forward"
            ),
            ExclusionConstraint(
                name="cases_versions_do_not_overlap",
                expressions=[
                    ("passport", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_to", Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class PassportStage(models.Model):
    """One row of a passport's table."""

    version = models.ForeignKey(PassportVersion, on_delete=models.CASCADE, related_name="stages")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    role = models.CharField(max_length=40, choices=StageRole)
    content = models.TextField(default="")
    form = models.TextField(default="")
    result = models.TextField(default="")
    legal_reference = models.TextField(default="")
    verified = models.BooleanField()
    term_amount = models.PositiveSmallIntegerField()
    term_unit = models.CharField(max_length=20)
    after = ArrayField(models.CharField(max_length=60))
    pause_reasons = ArrayField(models.CharField(max_length=40), default=list)
    optional = models.BooleanField(default=False)
    answer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="cases_stage_code_in_version"),
            models.UniqueConstraint(fields=["version", "ordinal"], name="cases_stage_order_in_version"),
        ]


class PassportChoice(models.Model):
    """A condition under which a passport is chosen; an empty part fits everything."""

    passport = models.ForeignKey(Passport, on_delete=models.CASCADE, related_name="choices")
    topic = models.ForeignKey("cases.Topic", on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=20, choices=Kind, default="", blank=True)
    channel = models.CharField(max_length=20, choices=Channel, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "kind", "channel"], nulls_distinct=False, name="cases_one_passport_for_a_condition"
            ),
        ]
