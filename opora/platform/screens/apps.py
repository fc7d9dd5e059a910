from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "opora.platform.screens"
    label = "screens"
