from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "opora.casework.cases"
    label = "cases"
