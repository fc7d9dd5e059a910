"""What may be asked about the network: `live` who is supplied through what now."""

from opora.registry.grid.queries.live import LiveTracer, SupplyChange, current_tracer

__all__ = ["LiveTracer", "SupplyChange", "current_tracer"]
