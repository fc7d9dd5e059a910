from django.urls import include, path, re_path

from opora.config.api import api
from opora.platform.rest.doors import nothing_here

urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    path("", include("opora.platform.access.urls")),
]
