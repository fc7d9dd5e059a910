from django.urls import path

from opora.workplaces.dispatcher import views

app_name = "dispatcher"
urlpatterns = [
    path("dispatcher/", views.desk, name="desk"),
    path("dispatcher/map/", views.drawing, name="map"),
]
