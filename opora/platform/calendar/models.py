"""Production calendars by year, and working schedules."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class ProductionYear(models.Model):
    """A year whose days off, transfers and short days are known."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()


class ProductionDay(models.Model):
    """A day that differs from the ordinary week."""

    class Kind(models.TextChoices):
        OFF = "OFF", _("day off")
        WORKING = "WORKING", _("working day")
        SHORT = "SHORT", _("short day")

    day = models.DateField(primary_key=True)
    year = models.ForeignKey(ProductionYear, on_delete=models.CASCADE, related_name="days")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=200, default="", blank=True)
    #: The day this one was exchanged with by a government decree.
    moved_from = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(day__year=F("year")), name="calendar_day_lies_in_its_year"),
        ]


class Schedule(models.Model):
    """When an office, branch or centre works."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    zone = models.CharField(_("time zone"), max_length=40, default="Europe/Moscow")
    always_open = models.BooleanField(_("round the clock"), default=False)


class SchedulePeriod(models.Model):
    """One of the periods of a weekday; between them is the break."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="periods")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="calendar_weekday_of_seven"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="calendar_period_forward"),
            ExclusionConstraint(
                name="calendar_periods_do_not_overlap",
                expressions=[
                    ("schedule", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (
                        Func(
                            F("opens"), F("closes"),
                            template="int4range(extract(epoch from opens)::int, extract(epoch from closes)::int)",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]  # fmt: skip


class ScheduleException(models.Model):
    """A single day with hours of its own; without hours the day is closed."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "day", "opens"], nulls_distinct=False, name="calendar_exception"
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(closes__gt=F("opens")), name="calendar_exception_forward"
            ),
        ]
