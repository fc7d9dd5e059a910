from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "opora.registry.grid"
    label = "grid"
