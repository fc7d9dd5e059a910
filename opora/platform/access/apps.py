from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "opora.platform.access"
    label = "access"
