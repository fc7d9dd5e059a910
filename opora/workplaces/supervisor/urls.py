from django.urls import path

from opora.workplaces.supervisor import views

app_name = "supervisor"
urlpatterns = [
    path("supervisor/", views.board, name="board"),
    path("supervisor/counters/", views.counters, name="counters"),
    path("supervisor/stages/", views.stages, name="stages"),
    path("supervisor/load/", views.load, name="load"),
]
