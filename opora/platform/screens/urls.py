from django.urls import path

from opora.platform.screens import views

app_name = "screens"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/fragment/", views.fragment, name="fragment"),
]
