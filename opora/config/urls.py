from django.urls import include, path, re_path

from opora.config.api import api
from opora.config.navigation import home
from opora.platform.rest.doors import nothing_here

urlpatterns = [
    path("", home, name="home"),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    path("", include("opora.platform.access.urls")),
    path("", include("opora.platform.screens.urls")),
    path("", include("opora.registry.organization.urls")),
    path("addresses/", include("opora.registry.addresses.urls")),
    path("grid/", include("opora.registry.grid.urls")),
    path("customers/", include("opora.registry.customers.urls")),
    path("cases/", include("opora.casework.cases.urls")),
    path("messages/", include("opora.casework.messaging.urls")),
    path("outages/", include("opora.processes.outages.urls")),
    path("telecontrol/", include("opora.processes.telecontrol.urls")),
    path("", include("opora.workplaces.operator.urls")),
    path("", include("opora.workplaces.dispatcher.urls")),
    path("", include("opora.workplaces.executor.urls")),
    path("", include("opora.workplaces.supervisor.urls")),
]

handler400 = "opora.platform.screens.views.bad_request"
handler403 = "opora.platform.screens.views.forbidden"
handler404 = "opora.platform.screens.views.not_found"
handler500 = "opora.platform.screens.views.server_error"
