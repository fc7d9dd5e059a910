from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "opora.platform.files"
    label = "files"
