"""Everything that changes outages, by subject."""

from opora.processes.outages.operations.catalogue import NameTaken, add_brigade, load_outage_catalogue
from opora.processes.outages.operations.documents import attach_document, detach_document, open_document
from opora.processes.outages.operations.emergencies import (
    AlreadyKnown,
    CauseNeeded,
    NobodyOff,
    UnknownField,
    WrongTime,
    change_outage,
    close_outage,
    register_emergency,
    restore_supply,
    say,
    set_estimate,
    withdraw_outage,
)
from opora.processes.outages.operations.export import export_affected
from opora.processes.outages.operations.interruptions import count_points, gather_interruptions
from opora.processes.outages.operations.limits import (
    AgreementOfAnother,
    LimitTooLong,
    load_limits,
    set_contract_limit,
    warn_of_limits,
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
from opora.processes.outages.operations.reading import read_affected
from opora.processes.outages.operations.reports import join_report, register_outage_report, settle_report
from opora.processes.outages.operations.telling import answer_reports, tell_estimate, tell_known, tell_restored
from opora.processes.outages.operations.warnings import warn_of_lateness

__all__ = [
    "AgreementOfAnother",
    "AlreadyKnown",
    "CauseNeeded",
    "InTheWay",
    "LimitTooLong",
    "NameTaken",
    "NobodyOff",
    "PlaceNeeded",
    "ReasonNeeded",
    "TooLate",
    "UnknownField",
    "WrongTime",
    "add_brigade",
    "agree_planned",
    "announce_planned",
    "answer_reports",
    "apply_for_planned",
    "apply_positions",
    "approve_planned",
    "attach_document",
    "begin_planned",
    "cancel_planned",
    "change_outage",
    "close_outage",
    "confirm_suspected",
    "count_points",
    "detach_document",
    "export_affected",
    "gather_interruptions",
    "join_report",
    "load_limits",
    "load_outage_catalogue",
    "move_planned",
    "open_document",
    "read_affected",
    "register_emergency",
    "register_outage_report",
    "restore_supply",
    "say",
    "set_contract_limit",
    "set_estimate",
    "settle_report",
    "tell_estimate",
    "tell_known",
    "tell_restored",
    "warn_of_lateness",
    "warn_of_limits",
    "withdraw_outage",
]
