from django.urls import path

from opora.registry.grid import views

app_name = "grid"
urlpatterns = [
    path("", views.tree, name="tree"),
    path("<int:container_id>/", views.tree, name="container"),
    path("found/", views.found, name="found"),
    path("elements/<int:element_id>/", views.element, name="element"),
    path("elements/<int:element_id>/turn/", views.turn, name="turn"),
    path("import/", views.import_files, name="import"),
]
