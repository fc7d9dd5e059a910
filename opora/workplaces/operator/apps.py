from django.apps import AppConfig


class OperatorWorkplaceConfig(AppConfig):
    name = "opora.workplaces.operator"
    label = "operator_workplace"
