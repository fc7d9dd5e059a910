"""Kinds of what the network is made of, and where a switch's position is known from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ElementKind(models.TextChoices):
    """What an element of the network is. Whatever joins two nodes conducts, of any kind, while it is not open."""

    SOURCE = "SOURCE", _("source of supply")
    GENERATOR = "GENERATOR", _("generator")
    BUS_SECTION = "BUS_SECTION", _("bus section")
    BREAKER = "BREAKER", _("circuit breaker")
    RECLOSER = "RECLOSER", _("recloser")
    SECTIONALISER = "SECTIONALISER", _("sectionaliser")
    LOAD_SWITCH = "LOAD_SWITCH", _("load break switch")
    DISCONNECTOR = "DISCONNECTOR", _("disconnector")
    EARTHING_SWITCH = "EARTHING_SWITCH", _("earthing switch")
    FUSE = "FUSE", _("fuse")
    SWITCH = "SWITCH", _("switch")
    LINE_SEGMENT = "LINE_SEGMENT", _("line segment")
    TRANSFORMER = "TRANSFORMER", _("transformer")
    COMPENSATOR = "COMPENSATOR", _("compensator")
    CONSUMER = "CONSUMER", _("consumer")
    OTHER = "OTHER", _("other equipment")


#: Kinds that are operated: they have a position.
SWITCHES = frozenset(
    {
        ElementKind.BREAKER,
        ElementKind.RECLOSER,
        ElementKind.SECTIONALISER,
        ElementKind.LOAD_SWITCH,
        ElementKind.DISCONNECTOR,
        ElementKind.EARTHING_SWITCH,
        ElementKind.FUSE,
        ElementKind.SWITCH,
    }
)


class ContainerKind(models.TextChoices):
    """What elements stand in, or belong to."""

    REGION = "REGION", _("part of the network")
    SUBSTATION = "SUBSTATION", _("substation")
    DISTRIBUTION_POINT = "DISTRIBUTION_POINT", _("distribution point")
    TRANSFORMER_POINT = "TRANSFORMER_POINT", _("transformer point")
    VOLTAGE_LEVEL = "VOLTAGE_LEVEL", _("switchgear of one voltage")
    BAY = "BAY", _("bay")
    FEEDER = "FEEDER", _("feeder")
    LINE = "LINE", _("line")
    OTHER = "OTHER", _("other")


class PositionSource(models.TextChoices):
    """Who says that a switch stands open or closed."""

    NORMAL = "NORMAL", _("normal position")
    MODEL = "MODEL", _("imported state")
    SCADA = "SCADA", _("telecontrol")
    DISPATCHER = "DISPATCHER", _("dispatcher")
