"""Stations, their points, the inbox of signals, and the quarantine of what nobody has mapped."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opora.processes.telecontrol.rules import PointState
from opora.processes.telecontrol.stages import LinkState, Meaning, Outcome, PointKind, quality_words, value_words
from opora.registry.grid.models import Element
from opora.registry.organization.models import Branch


class Station(models.Model):
    """A station that tells by telecontrol: an outstation or the telecontrol server of a dispatching centre."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    host = models.CharField(_("host"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=2404)
    common_address = models.PositiveIntegerField(_("common address"))
    #: Stations send the time of their own clock without a zone.
    clock_zone = models.CharField(_("zone of its clock"), max_length=50, default="Europe/Moscow")
    is_followed = models.BooleanField(_("followed"), default=True)
    connected_at = models.DateTimeField(_("connected"), null=True)
    lost_at = models.DateTimeField(_("lost"), null=True)
    heard_at = models.DateTimeField(_("last heard"), null=True)
    #: How much later than its time tag the last signal that happened by itself was received, in seconds.
    lag = models.FloatField(_("lag, s"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "port", "common_address"], name="telecontrol_station_found_once"),
            models.CheckConstraint(condition=Q(port__range=(1, 65535)), name="telecontrol_station_port"),
            models.CheckConstraint(condition=Q(common_address__range=(1, 65534)), name="telecontrol_station_address"),
        ]

    @property
    def link_state(self) -> LinkState:
        if not self.is_followed:
            return LinkState.OFF
        if self.connected_at is None and self.lost_at is None:
            return LinkState.NEVER
        return LinkState.LOST if self.lost_at else LinkState.CONNECTED


class Point(models.Model):
    """A point of a station (information object address), the element that it watches, and what it has told."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="points", db_index=False)
    address = models.PositiveIntegerField(_("address"))
    kind = models.CharField(_("kind"), max_length=8, choices=PointKind)
    meaning = models.CharField(_("meaning"), max_length=10, choices=Meaning, default=Meaning.POSITION)
    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="+")
    inverted = models.BooleanField(_("inverted"), default=False)
    # what is known of it: `rules.PointState`
    value = models.PositiveSmallIntegerField(_("value"), null=True)
    known_at = models.DateTimeField(_("known of"), null=True)
    tagged = models.BooleanField(default=False)
    heard_open = models.BooleanField(null=True)
    given_open = models.BooleanField(null=True)
    given_at = models.DateTimeField(null=True)
    changes = ArrayField(models.DateTimeField(), default=list)
    chattering = models.BooleanField(_("chattering"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "address"], name="telecontrol_point_of_station"),
            models.CheckConstraint(condition=Q(address__range=(1, 16_777_215)), name="telecontrol_point_address"),
        ]
        indexes = [models.Index("id", condition=Q(chattering=True), name="telecontrol_point_chattering")]

    @property
    def value_words(self) -> str:
        return "" if self.value is None else value_words(self.kind, self.value)

    @property
    def state(self) -> PointState:
        return PointState(
            kind=PointKind(self.kind), meaning=Meaning(self.meaning), inverted=self.inverted, value=self.value,
            known_at=self.known_at, tagged=self.tagged, heard_open=self.heard_open, given_open=self.given_open,
            given_at=self.given_at, changes=tuple(self.changes), chattering=self.chattering,
        )  # fmt: skip

    @state.setter
    def state(self, known: PointState) -> None:
        for field in STATE_FIELDS:
            setattr(self, field, getattr(known, field))
        self.changes = list(known.changes)


#: The fields of a point that signals change.
STATE_FIELDS = ("value", "known_at", "tagged", "heard_open", "given_open", "given_at", "changes", "chattering")


class Signal(models.Model):
    """A signal as it was received: the inbox. Partitioned by month of `at` (see the migration).

    The same signal, told again, is the same row: the key is its station, address, moment, value and quality.
    """

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.PositiveIntegerField()
    #: Its time tag where that can be right, else when it was received.
    at = models.DateTimeField()
    value = models.PositiveSmallIntegerField()
    quality = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=PointKind)
    type_id = models.PositiveSmallIntegerField()
    cause = models.PositiveSmallIntegerField()
    tagged_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default="", blank=True)

    @property
    def value_words(self) -> str:
        return value_words(self.kind, self.value)

    @property
    def quality_words(self) -> str:
        return quality_words(self.quality)


class UnknownPoint(models.Model):
    """The quarantine: an address of which signals come and that nobody has mapped."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="unknown_points", db_index=False)
    address = models.PositiveIntegerField(_("address"))
    kind = models.CharField(_("kind"), max_length=8, choices=PointKind)
    value = models.PositiveSmallIntegerField(_("value"))
    count = models.PositiveIntegerField(_("signals"), default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    #: Somebody has said that it concerns nobody.
    ignored = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "address"], name="telecontrol_unknown_of_station")]

    @property
    def value_words(self) -> str:
        return value_words(self.kind, self.value)
