from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "opora.platform.rest"
    label = "rest"
