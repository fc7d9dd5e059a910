from django.apps import AppConfig


class ExecutorWorkplaceConfig(AppConfig):
    name = "opora.workplaces.executor"
    label = "executor_workplace"
