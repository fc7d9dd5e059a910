from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class StationSaved(Event):
    """A station was entered, or what is known of it changed."""

    label: ClassVar[Promise | str] = _("Station saved")

    station_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class StationLost(Event):
    """A station can be heard no more. This says nothing of the network."""

    label: ClassVar[Promise | str] = _("Connection with the station lost")

    station_id: int


@dataclass(frozen=True, kw_only=True)
class StationConnected(Event):
    """A station can be heard (again)."""

    label: ClassVar[Promise | str] = _("Connection with the station made")

    station_id: int


@dataclass(frozen=True, kw_only=True)
class PointMapped(Event):
    """A point was given the element that it watches."""

    label: ClassVar[Promise | str] = _("Point mapped")

    point_id: int
    address: int


@dataclass(frozen=True, kw_only=True)
class PointsImported(Event):
    """Points of a station were brought to what a file says."""

    label: ClassVar[Promise | str] = _("Points imported")

    station_id: int
    created: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class SignalsReplayed(Event):
    """Signals of a station were put back to be judged anew."""

    label: ClassVar[Promise | str] = _("Signals judged anew")

    station_id: int
    count: int
