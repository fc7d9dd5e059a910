from django.urls import path

from opora.workplaces.operator import views

app_name = "operator"
urlpatterns = [
    path("operator/", views.desk, name="desk"),
    path("operator/found/", views.found, name="found"),
]
