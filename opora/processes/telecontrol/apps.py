from django.apps import AppConfig


class TelecontrolConfig(AppConfig):
    name = "opora.processes.telecontrol"
    label = "telecontrol"
