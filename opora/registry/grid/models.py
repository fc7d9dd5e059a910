"""The network: what stands where, what joins what, and how the switches stand."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from opora.registry.grid.stages import ContainerKind, ElementKind, PositionSource
from opora.registry.organization.models import Branch, District


class Container(models.Model):
    """A substation, transformer point, feeder, line…; a tree."""

    mrid = models.CharField(_("mRID"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ContainerKind)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, db_index=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", null=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True)
    voltage_kv = models.DecimalField(_("voltage, kV"), max_digits=9, decimal_places=3, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    #: Which import it belongs to: a later one of the same part says what is no more.
    part = models.CharField(max_length=60, default="", blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="grid_container_not_in_itself"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="grid_container_on_earth",
            ),
        ]
        indexes = [
            models.Index("parent", "name", "id", name="grid_container_in_parent"),
            models.Index("longitude", "latitude", condition=~Q(latitude=None), name="grid_container_on_map"),
            GinIndex(OpClass("name", "gin_trgm_ops"), name="grid_container_fuzzy"),
        ]


class Node(models.Model):
    """Where terminals of equipment meet."""

    mrid = models.CharField(_("mRID"), max_length=100, unique=True)


class Element(models.Model):
    """A piece of equipment: switch, line segment, transformer, bus section, source, consumer."""

    mrid = models.CharField(_("mRID"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ElementKind)
    name = models.CharField(_("name"), max_length=200)
    container = models.ForeignKey(
        Container, on_delete=models.PROTECT, related_name="elements", null=True, db_index=False
    )
    voltage_kv = models.DecimalField(_("voltage, kV"), max_digits=9, decimal_places=3, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    #: Ids of the nodes it joins, one for each connected terminal.
    nodes = ArrayField(models.BigIntegerField(), default=list)
    normally_open = models.BooleanField(_("normally open"), default=False)
    #: How it stands, as far as anybody knows; a line that is open is out of service.
    is_open = models.BooleanField(_("open"), default=False)
    state_source = models.CharField(
        _("known from"), max_length=12, choices=PositionSource, default=PositionSource.NORMAL
    )
    state_at = models.DateTimeField(_("since"), null=True)
    #: A column of its own, so that the planner knows how few these are.
    is_unusual = models.GeneratedField(
        expression=ExpressionWrapper(~Q(is_open=F("normally_open")), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    part = models.CharField(max_length=60, default="", blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="grid_element_on_earth",
            ),
        ]
        indexes = [
            models.Index("container", "name", "id", name="grid_element_in_container"),
            # the tracer asks for these alone, every time
            models.Index("id", condition=Q(is_unusual=True), name="grid_element_unusual"),
            GinIndex(OpClass("name", "gin_trgm_ops"), name="grid_element_fuzzy"),
            GinIndex(fields=["nodes"], name="grid_element_at_node"),
        ]


class Position(models.Model):
    """A change of a switch's position: its history."""

    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="positions", db_index=False)
    is_open = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=12, choices=PositionSource)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index("element", F("at").desc(), F("id").desc(), name="grid_position_of_element")]


class NetworkVersion(models.Model):
    """An import that changed what joins what: every process loads its tracer anew when it sees a newer one."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=60, default="", blank=True)
    #: How many of what were created, changed and removed.
    difference = models.JSONField(default=dict)
