from django.apps import AppConfig


class AddressesConfig(AppConfig):
    name = "opora.registry.addresses"
    label = "addresses"
