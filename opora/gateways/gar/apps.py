from django.apps import AppConfig


class GarConfig(AppConfig):
    """An application only for its catalogue of texts."""

    name = "opora.gateways.gar"
    label = "gar"
