"""The public API: which module answers where. The only place where its parts meet."""

from opora.casework.cases.api import routers as cases
from opora.casework.messaging.api import router as messaging
from opora.platform.access.api import router as access
from opora.platform.calendar.api import router as calendar
from opora.platform.rest.doors import Api
from opora.processes.outages.api import routers as outages
from opora.processes.telecontrol.api import router as telecontrol
from opora.registry.addresses.api import router as addresses
from opora.registry.customers.api import routers as customers
from opora.registry.grid.api import router as grid
from opora.registry.organization.api import router as organization

api = Api(
    title="Opora",
    version="1",
    description=(
        "Customer service of an electricity distribution company.\n\n"
        "* Every request carries `Authorization: Bearer <token>`; a token acts as its user, in his scope.\n"
        "* What lies outside the scope does not exist: 404, and absent from every list.\n"
        "* Refusals are `application/problem+json` (RFC 9457) with a stable `code`.\n"
        "* A `POST` with an `Idempotency-Key` may be repeated: the work is done once.\n"
        "* Lists are read page by page through `next`; rows added meanwhile are neither lost nor doubled.\n"
        "* A change carries the `version` you read; if somebody saved first, 409 `changed_meanwhile`.\n"
        "* Moments are ISO 8601 with a zone; phones E.164; money is a string in roubles."
    ),
    urls_namespace="api",
)
for router in (access, calendar, addresses, organization, grid, *customers, *cases, messaging, telecontrol, *outages):
    api.add_router("", router)
