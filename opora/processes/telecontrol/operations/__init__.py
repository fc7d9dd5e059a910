"""How stations and points are kept, and what becomes of signals."""

from opora.processes.telecontrol.operations.intake import make_partitions, note_all_lost, note_link, take_signals
from opora.processes.telecontrol.operations.points import (
    ElementTaken,
    ForeseenPoints,
    PointsFaulty,
    PointTaken,
    foresee_points,
    ignore_point,
    import_points,
    map_point,
)
from opora.processes.telecontrol.operations.settling import Settled, replay, settle_signals
from opora.processes.telecontrol.operations.stations import ClockZoneUnknown, StationTaken, save_station

__all__ = [
    "ClockZoneUnknown",
    "ElementTaken",
    "ForeseenPoints",
    "PointTaken",
    "PointsFaulty",
    "Settled",
    "StationTaken",
    "foresee_points",
    "ignore_point",
    "import_points",
    "make_partitions",
    "map_point",
    "note_all_lost",
    "note_link",
    "replay",
    "save_station",
    "settle_signals",
    "take_signals",
]
