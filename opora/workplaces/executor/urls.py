from django.urls import path

from opora.workplaces.executor import views

app_name = "executor"
urlpatterns = [
    path("executor/", views.desk, name="desk"),
    path("executor/count/", views.count, name="count"),
]
