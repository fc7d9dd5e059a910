from django.urls import include, path

urlpatterns = [
    path("", include("opora.platform.access.urls")),
]
