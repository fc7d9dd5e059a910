"""What may be asked about the network.

`live` who is supplied through what now · `elements` elements and containers: found, as a tree, on the map, each whole.
"""

from opora.registry.grid.queries.elements import (
    ContainerLine,
    ElementCard,
    ElementLine,
    Tree,
    branch_of,
    containers_on_map,
    element_card,
    element_of,
    element_tree,
    find_elements,
    lines_of,
)
from opora.registry.grid.queries.live import LiveTracer, SupplyChange, current_tracer

__all__ = [
    "ContainerLine",
    "ElementCard",
    "ElementLine",
    "LiveTracer",
    "SupplyChange",
    "Tree",
    "branch_of",
    "containers_on_map",
    "current_tracer",
    "element_card",
    "element_of",
    "element_tree",
    "find_elements",
    "lines_of",
]
