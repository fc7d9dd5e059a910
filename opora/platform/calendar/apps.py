from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "opora.platform.calendar"
    label = "calendar"
