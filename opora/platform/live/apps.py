from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "opora.platform.live"
    label = "live"
