from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "opora.platform.numbering"
    label = "numbering"
