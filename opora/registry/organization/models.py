"""The company: branches, districts, offices, divisions, positions, and who works where."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Branch(models.Model):
    """A branch (филиал, электрические сети); one of them is the head office, which serves the whole area."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=20)
    is_head = models.BooleanField(default=False)
    schedule = models.ForeignKey("calendar.Schedule", on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_head"], condition=Q(is_head=True), name="organization_one_head_office"),
        ]


class District(models.Model):
    """A district of a branch (РЭС, район электрических сетей)."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="districts")
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)


class Office(models.Model):
    """Where customers are received: a service centre (ЦОП) or a point of a district (standard, form 4.2)."""

    class Kind(models.TextChoices):
        CENTRE = "CENTRE", _("customer service centre")
        POINT = "POINT", _("customer service point")

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="offices")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="offices", null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.CharField(_("address"), max_length=300)
    phones = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)
    schedule = models.ForeignKey("calendar.Schedule", on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)


class Division(models.Model):
    """A division whose people do the work; a tree inside a branch."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="divisions")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="divisions", null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True)
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=200)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organization_division_not_under_itself"),
        ]


class Position(models.Model):
    """A post: диспетчер, инженер, начальник отдела…"""

    title = models.CharField(_("title"), max_length=200, unique=True)


class Employee(models.Model):
    """Somebody who works here. The directory of employees is open to everyone signed in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="employee", null=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="employees")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="+")
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    middle_name = models.CharField(_("middle name"), max_length=100, default="", blank=True)
    #: Lower case, ё as е: Russian order without ICU.
    name_key = models.CharField(max_length=310)
    phone = models.CharField(_("phone"), max_length=16, default="", blank=True)
    internal_phone = models.CharField(_("internal phone"), max_length=10, default="", blank=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)
    duties = models.TextField(_("duties"), default="", blank=True)
    is_head = models.BooleanField(_("head of the division"), default=False)
    deputy = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division"], condition=Q(is_head=True, active=True), name="organization_one_head_of_a_division"
            ),
            models.CheckConstraint(condition=~Q(deputy=F("id")), name="organization_nobody_deputises_himself"),
        ]
        indexes = [
            models.Index("name_key", "id", name="organization_employee_name"),
            GinIndex(OpClass("name_key", "gin_trgm_ops"), name="organization_employee_fuzzy"),
        ]

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, [self.last_name, self.first_name, self.middle_name]))

    @property
    def short_name(self) -> str:
        """Иванов И. И."""
        initials = [f"{name[0]}." for name in (self.first_name, self.middle_name) if name]
        return " ".join([self.last_name, *initials])


class Absence(models.Model):
    """Days on which an employee does not work: [from, to)."""

    class Reason(models.TextChoices):
        VACATION = "VACATION", _("vacation")
        ILLNESS = "ILLNESS", _("illness")
        TRIP = "TRIP", _("business trip")
        OTHER = "OTHER", _("other")

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="absences")
    period = DateRangeField()
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(period__isempty=False), name="organization_absence_has_days"),
            ExclusionConstraint(
                name="organization_absences_do_not_overlap",
                expressions=[("employee", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
        ]
