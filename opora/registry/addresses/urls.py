from django.urls import path

from opora.registry.addresses import views

app_name = "addresses"
urlpatterns = [
    path("", views.register, name="register"),
    path("found/", views.found, name="found"),
    path("suggest/", views.suggest, name="suggest"),
    path("deliveries/<int:delivery_id>/", views.delivery, name="delivery"),
]
