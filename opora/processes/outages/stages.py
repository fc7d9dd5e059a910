"""Kinds of outages and the stages they pass."""

from collections.abc import Collection, Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OutageKind(TextChoices):
    EMERGENCY = "EMERGENCY", _("emergency outage")
    PLANNED = "PLANNED", _("planned outage")


class Source(TextChoices):
    """Who has said that there is an outage."""

    SCADA = "SCADA", _("telecontrol")
    CALLS = "CALLS", _("reports of customers")
    DISPATCHER = "DISPATCHER", _("dispatcher")
    PLAN = "PLAN", _("plan of works")


class Stage(TextChoices):
    # emergency
    SUSPECTED = "SUSPECTED", _("may reclose by itself")
    CONFIRMED = "CONFIRMED", _("confirmed")
    # planned
    APPLIED = "APPLIED", _("applied for")
    AGREED = "AGREED", _("agreed")
    APPROVED = "APPROVED", _("approved")
    ANNOUNCED = "ANNOUNCED", _("announced")
    UNDER_WAY = "UNDER_WAY", _("under way")
    # both
    PARTLY_RESTORED = "PARTLY_RESTORED", _("partly restored")
    RESTORED = "RESTORED", _("supply restored")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")
    #: Automatic reclosing within its time: recorded, never counted as an outage.
    BLINK = "BLINK", _("reclosed by itself")


MOVES: Mapping[Stage, Collection[Stage]] = {
    Stage.SUSPECTED: {Stage.CONFIRMED, Stage.BLINK, Stage.PARTLY_RESTORED, Stage.RESTORED, Stage.CANCELLED},
    Stage.CONFIRMED: {Stage.PARTLY_RESTORED, Stage.RESTORED, Stage.CANCELLED},
    Stage.APPLIED: {Stage.AGREED, Stage.CANCELLED},
    Stage.AGREED: {Stage.APPROVED, Stage.APPLIED, Stage.CANCELLED},
    Stage.APPROVED: {Stage.ANNOUNCED, Stage.APPLIED, Stage.CANCELLED},
    Stage.ANNOUNCED: {Stage.UNDER_WAY, Stage.APPLIED, Stage.CANCELLED},
    Stage.UNDER_WAY: {Stage.PARTLY_RESTORED, Stage.RESTORED},
    Stage.PARTLY_RESTORED: {Stage.RESTORED, Stage.PARTLY_RESTORED},
    Stage.RESTORED: {Stage.CLOSED, Stage.PARTLY_RESTORED},
    Stage.CLOSED: set(),
    Stage.CANCELLED: set(),
    Stage.BLINK: {Stage.CONFIRMED},  # the reclosing has failed
}

#: Somebody may be without supply because of it.
OFF_NOW = (Stage.SUSPECTED, Stage.CONFIRMED, Stage.UNDER_WAY, Stage.PARTLY_RESTORED)
#: Works that are still to come.
TO_COME = (Stage.APPLIED, Stage.AGREED, Stage.APPROVED, Stage.ANNOUNCED)
#: Nothing more happens to it, though it may wait for its papers.
OVER = (Stage.RESTORED, Stage.CLOSED, Stage.CANCELLED, Stage.BLINK)


class EstimateSource(TextChoices):
    """Who says when supply will be back."""

    DISPATCHER = "DISPATCHER", _("dispatcher")
    BRIGADE = "BRIGADE", _("brigade")
    STATISTICS = "STATISTICS", _("usual time of such outages")
    PLAN = "PLAN", _("plan of works")


class Supply(TextChoices):
    """Whether a place has supply, as far as is known."""

    ON = "ON", _("on")
    OFF = "OFF", _("off")
    UNCERTAIN = "UNCERTAIN", _("may come back by itself")


class Party(TextChoices):
    """Whose usage point it is, as form 8.1 asks."""

    CONSUMER = "CONSUMER", _("consumer")
    GRID = "GRID", _("grid company")
    PRODUCER = "PRODUCER", _("producer")


class InterruptionKind(TextChoices):
    """Kinds of form 8.1: the letters are those that the form is filled in with."""

    PLANNED = "П", _("planned")
    SHEDDING = "А", _("by the schedule of emergency limitation")
    UNPLANNED = "В", _("unplanned")
    NOT_OURS = "В1", _("unplanned, from another's network")


class LimitKind(TextChoices):
    """Which of the allowed hours are spent."""

    CONSECUTIVE = "CONSECUTIVE", _("hours without a break")
    YEARLY = "YEARLY", _("hours in a year")
