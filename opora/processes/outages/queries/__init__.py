"""Everything that can be asked of outages, by subject."""

from opora.processes.outages.queries.board import (
    BoardFilter,
    Device,
    SingleReport,
    brigades,
    causes,
    current_outages,
    element_named,
    outage_details,
    outage_list,
    planned_outages,
    reports_by_device,
    reports_of,
    single_reports,
)
from opora.processes.outages.queries.conflicts import Conflict, Weight, conflicts_of, weight_below, weight_of
from opora.processes.outages.queries.supply import (
    Planned,
    SupplyStatus,
    supply_of_customer,
    supply_of_points,
    supply_status,
)

__all__ = [
    "BoardFilter",
    "Conflict",
    "Device",
    "Planned",
    "SingleReport",
    "SupplyStatus",
    "Weight",
    "brigades",
    "causes",
    "conflicts_of",
    "current_outages",
    "element_named",
    "outage_details",
    "outage_list",
    "planned_outages",
    "reports_by_device",
    "reports_of",
    "single_reports",
    "supply_of_customer",
    "supply_of_points",
    "supply_status",
    "weight_below",
    "weight_of",
]
