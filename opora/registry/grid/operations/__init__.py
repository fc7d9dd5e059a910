"""How the network, and the positions of its switches, change."""

from opora.registry.grid.operations.imports import (
    Changes,
    Difference,
    DifferenceLine,
    foresee_import,
    import_network,
)
from opora.registry.grid.operations.positions import (
    ElementMissing,
    OtherBranch,
    PositionsSet,
    Step,
    set_switch_positions,
)

__all__ = [
    "Changes",
    "Difference",
    "DifferenceLine",
    "ElementMissing",
    "OtherBranch",
    "PositionsSet",
    "Step",
    "foresee_import",
    "import_network",
    "set_switch_positions",
]
