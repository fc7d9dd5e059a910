"""An outage, whom it cuts off, and how it ends."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opora.platform.files.models import StoredFile
from opora.processes.outages.stages import OFF_NOW, TO_COME, EstimateSource, OutageKind, Source, Stage
from opora.registry.customers.models import UsagePoint
from opora.registry.grid.models import Element
from opora.registry.organization.models import Branch, District


class Cause(models.Model):
    """Why there is no supply; a tree. The codes are those of the regulator's journal (form 8.1)."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    #: As customers are told.
    told = models.CharField(_("as customers are told"), max_length=200, default="", blank=True)
    #: In the company's own network; not at a consumer's or a neighbour's.
    ours = models.BooleanField(_("in our network"), default=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="outages_cause_not_under_itself")]


class Brigade(models.Model):
    """A field crew (ОВБ)."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(_("name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=16, default="", blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["branch", "name"], name="outages_brigade_of_branch")]


class Outage(models.Model):
    """A loss of supply: of what lies below an element, or of the places that were named."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=OutageKind)
    stage = models.CharField(_("stage"), max_length=16, choices=Stage)
    source = models.CharField(_("known from"), max_length=12, choices=Source)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="+", null=True)
    #: In words, for people: «ВЛ 10 кВ Южная-3, опора 14», streets.
    area = models.CharField(_("place"), max_length=500, default="", blank=True)
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    brigade = models.ForeignKey(Brigade, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    #: Begun by switches, and ended by them; not by the word of people alone.
    follows_switches = models.BooleanField(default=False)
    #: The outage inside whose area it happened.
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="nested", null=True)
    started_at = models.DateTimeField(_("since"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    #: Until then it may turn out to have reclosed by itself.
    suspected_until = models.DateTimeField(null=True)
    #: The newest estimate, copied for lists.
    estimated_at = models.DateTimeField(_("estimated restoration"), null=True)
    points_total = models.PositiveIntegerField(default=0)
    points_off = models.PositiveIntegerField(default=0)
    comment = models.TextField(_("comment"), default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="outages_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[*OFF_NOW, *TO_COME, Stage.CANCELLED]) | Q(ended_at__isnull=False),
                name="outages_over_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=False) | Q(kind=OutageKind.PLANNED), name="outages_emergency_has_begun"
            ),
            models.CheckConstraint(condition=Q(points_off__lte=F("points_total")), name="outages_off_among_all"),
            models.UniqueConstraint(
                fields=["element"], condition=Q(kind=OutageKind.EMERGENCY, stage__in=OFF_NOW),
                name="outages_one_at_an_element",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index("branch", F("started_at").desc(), F("id").desc(), name="outages_of_branch"),
            models.Index(F("started_at").desc(), F("id").desc(), name="outages_newest"),
            models.Index("stage", "branch", condition=Q(stage__in=[*OFF_NOW, *TO_COME]), name="outages_current"),
        ]


class Affected(models.Model):
    """A usage point without supply: since when, until when, because of which outage."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="affected", db_index=False)
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="outages_affected_forward"),
            # one interruption at a time, whatever else happens meanwhile
            models.UniqueConstraint(fields=["usage_point"], condition=Q(until=None), name="outages_point_off_once"),
            models.UniqueConstraint(fields=["outage", "usage_point", "since"], name="outages_affected_once"),
        ]
        indexes = [
            models.Index("usage_point", F("since").desc(), name="outages_of_point"),
        ]


class Estimate(models.Model):
    """When supply is expected back, who says so and why; the newest is told, the others are kept."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="estimates", db_index=False)
    restored_by = models.DateTimeField(_("expected by"))
    source = models.CharField(_("who says so"), max_length=12, choices=EstimateSource)
    reason = models.CharField(_("why it has changed"), max_length=300, default="", blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index("outage", F("id").desc(), name="outages_estimate_newest")]


class RestorationStep(models.Model):
    """Part of the usage points got supply again."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="steps", db_index=False)
    at = models.DateTimeField()
    points = models.PositiveIntegerField()
    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    comment = models.CharField(_("comment"), max_length=300, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index("outage", "at", "id", name="outages_steps")]


class OutageDocument(models.Model):
    """A paper of an outage: the act of investigation, a photo of the broken pole."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="documents")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: As the sender has named it.
    name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)


class Remark(models.Model):
    """A message between dispatchers and the call centre about an outage."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="remarks", db_index=False)
    text = models.TextField(_("message"))
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="outages_remark_says_something")]
        indexes = [models.Index("outage", "id", name="outages_remarks")]
