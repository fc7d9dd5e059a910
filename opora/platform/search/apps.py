from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "opora.platform.search"
    label = "search"
