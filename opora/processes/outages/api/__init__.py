"""The public API of outages, by subject."""

from opora.processes.outages.api.outages import router as outages
from opora.processes.outages.api.planned import router as planned
from opora.processes.outages.api.supply import router as supply

routers = [outages, planned, supply]
