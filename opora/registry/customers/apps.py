from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "opora.registry.customers"
    label = "customers"
