from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "opora.casework.messaging"
    label = "messaging"
