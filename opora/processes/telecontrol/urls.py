from django.urls import path

from opora.processes.telecontrol import views

app_name = "telecontrol"
urlpatterns = [
    path("", views.stations, name="stations"),
    path("new/", views.enter_station, name="enter_station"),
    path("<int:station_id>/", views.station, name="station"),
    path("<int:station_id>/change/", views.change_station, name="change_station"),
    path("<int:station_id>/import/", views.import_points, name="import_points"),
    path("<int:station_id>/replay/", views.replay, name="replay"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<int:unknown_id>/", views.unknown, name="unknown"),
    path("quarantine/<int:unknown_id>/ignore/", views.ignore, name="ignore"),
    path("signals/", views.signals, name="signals"),
]
