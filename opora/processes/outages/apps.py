from django.apps import AppConfig


class OutagesConfig(AppConfig):
    name = "opora.processes.outages"
    label = "outages"
