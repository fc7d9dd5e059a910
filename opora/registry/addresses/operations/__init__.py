"""How the register changes: a delivery is read, then applied."""

from opora.registry.addresses.operations.applying import BrokenDelivery, OlderDelivery, apply_delivery, preview_delivery
from opora.registry.addresses.operations.reading import ReadElsewhere, read_delivery

__all__ = ["BrokenDelivery", "OlderDelivery", "ReadElsewhere", "apply_delivery", "preview_delivery", "read_delivery"]
