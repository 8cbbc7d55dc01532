from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "qsms.actions"
    label = "actions"

    def ready(self) -> None:
        from . import escalation, sheets  # noqa: F401  the worker's round, and the register
