from django.apps import AppConfig


class SupervisorWorkplaceConfig(AppConfig):
    name = "opora.workplaces.supervisor"
    label = "supervisor_workplace"
