from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "opora.registry.organization"
    label = "organization"
