"""What points and signals are, and what became of a signal."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


#: Bits of the quality descriptor, in words.
QUALITIES = {
    0x01: _("overflow"),
    0x10: _("blocked"),
    0x20: _("substituted"),
    0x40: _("not topical"),
    0x80: _("invalid"),
}
_DOUBLE = {0: _("on its way"), 1: pgettext_lazy("switch", "open"), 2: pgettext_lazy("switch", "closed"), 3: _("faulty")}
_SINGLE = {0: _("0, open"), 1: _("1, closed")}


def value_words(kind: str, value: int) -> str:
    """Say a value of a point in words; of one that is inverted they are the other way round."""
    return str((_DOUBLE if kind == PointKind.DOUBLE else _SINGLE).get(value, value))


def quality_words(quality: int) -> str:
    """Say what the station doubts; empty when nothing."""
    return ", ".join(str(word) for bit, word in QUALITIES.items() if quality & bit)
