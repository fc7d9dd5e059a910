from django.apps import AppConfig


class CimConfig(AppConfig):
    """An application only for its catalogue of texts."""

    name = "opora.gateways.cim"
    label = "cim"
