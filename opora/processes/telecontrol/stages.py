"""What points and signals are, and what became of a signal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PointKind(models.TextChoices):
    """How a position is told: by one contact, or by one for each end position."""

    SINGLE = "SINGLE", _("single point")
    DOUBLE = "DOUBLE", _("double point")


class Meaning(models.TextChoices):
    """What a point says of its element."""

    POSITION = "POSITION", _("position of the switch")
    TRIP = "TRIP", _("trip of the protection")


class Outcome(models.TextChoices):
    """What became of a signal. Only POSITION has changed the network."""

    POSITION = "POSITION", _("position changed")
    SAME = "SAME", _("known already")
    TRIP = "TRIP", _("trip of the protection recorded")
    LATE = "LATE", _("older than what is known")
    MOVING = "MOVING", _("neither open nor closed")
    DOUBTFUL = "DOUBTFUL", _("the station doubts it")
    CHATTER = "CHATTER", _("chatter, held back")
    UNKNOWN = "UNKNOWN", _("unknown point")


class LinkState(models.TextChoices):
    """Whether a station can be heard. A lost station says nothing of the switches it watches."""

    NEVER = "NEVER", _("not connected yet")
    CONNECTED = "CONNECTED", _("connected")
    LOST = "LOST", _("lost")
    OFF = "OFF", _("not followed")
