from django.apps import AppConfig


class DispatcherWorkplaceConfig(AppConfig):
    name = "opora.workplaces.dispatcher"
    label = "dispatcher_workplace"
