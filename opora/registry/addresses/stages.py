from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.IntegerChoices):
    """Levels of the register, as its file AS_OBJECT_LEVELS numbers them."""

    REGION = 1, pgettext_lazy("address", "region")
    ADMINISTRATIVE_DISTRICT = 2, _("administrative district")
    MUNICIPAL_DISTRICT = 3, _("municipal district")
    SETTLEMENT = 4, _("rural or urban settlement")
    CITY = 5, _("city")
    PLACE = 6, _("populated place")
    PLANNING = 7, _("element of planning structure")
    STREET = 8, _("street")
    STEAD = 9, _("plot of land")
    BUILDING = 10, _("building")
    ROOM = 11, _("premises")
    ROOM_WITHIN = 12, _("premises within premises")
    AUTONOMY = 13, _("autonomous area (obsolete)")
    INNER_CITY = 14, _("inner-city territory (obsolete)")
    ADDITIONAL = 15, _("additional territory (obsolete)")
    IN_ADDITIONAL = 16, _("object of an additional territory (obsolete)")
    CAR_PLACE = 17, _("parking place")


class HouseKind(models.TextChoices):
    HOUSE = "HOUSE", _("house")
    STEAD = "STEAD", _("plot")


class DeliveryKind(models.TextChoices):
    #: Whatever it does not name in its regions is no longer in the register.
    FULL = "FULL", _("full")
    DELTA = "DELTA", _("changes")


class DeliveryStage(models.TextChoices):
    READING = "READING", _("being read")
    READ = "READ", _("read")
    REFUSED = "REFUSED", pgettext_lazy("delivery", "refused")
    APPLIED = "APPLIED", _("applied")


DELIVERY_MOVES: Mapping[DeliveryStage, frozenset[DeliveryStage]] = {
    DeliveryStage.READING: frozenset({DeliveryStage.READ, DeliveryStage.REFUSED}),
    DeliveryStage.READ: frozenset({DeliveryStage.READING, DeliveryStage.APPLIED}),
    DeliveryStage.REFUSED: frozenset({DeliveryStage.READING}),
    DeliveryStage.APPLIED: frozenset(),
}
