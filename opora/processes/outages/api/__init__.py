"""The public API of outages, by subject."""

from opora.processes.outages.api.outages import router as outages
from opora.processes.outages.api.planned import router as planned
from opora.processes.outages.api.public import router as public
from opora.processes.outages.api.reports import router as reports
from opora.processes.outages.api.supply import router as supply

routers = [reports, public, outages, planned, supply]
