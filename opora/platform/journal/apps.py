from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "opora.platform.journal"
    label = "journal"
