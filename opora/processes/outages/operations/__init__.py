"""Everything that changes outages, by subject."""

from opora.processes.outages.operations.emergencies import (
    AlreadyKnown,
    CauseNeeded,
    NobodyOff,
    WrongTime,
    change_outage,
    close_outage,
    register_emergency,
    restore_supply,
    say,
    set_estimate,
    withdraw_outage,
)
from opora.processes.outages.operations.opening import PlaceNeeded
from opora.processes.outages.operations.planned import (
    InTheWay,
    ReasonNeeded,
    TooLate,
    agree_planned,
    announce_planned,
    apply_for_planned,
    approve_planned,
    begin_planned,
    cancel_planned,
    move_planned,
)
from opora.processes.outages.operations.positions import apply_positions, confirm_suspected
from opora.processes.outages.operations.reports import join_report, register_outage_report

__all__ = [
    "AlreadyKnown",
    "CauseNeeded",
    "InTheWay",
    "NobodyOff",
    "PlaceNeeded",
    "ReasonNeeded",
    "TooLate",
    "WrongTime",
    "agree_planned",
    "announce_planned",
    "apply_for_planned",
    "apply_positions",
    "approve_planned",
    "begin_planned",
    "cancel_planned",
    "change_outage",
    "close_outage",
    "confirm_suspected",
    "join_report",
    "move_planned",
    "register_emergency",
    "register_outage_report",
    "restore_supply",
    "say",
    "set_estimate",
    "withdraw_outage",
]
