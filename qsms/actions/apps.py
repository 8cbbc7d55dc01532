from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "qsms.actions"
    label = "actions"

    def ready(self) -> None:
        from . import escalation, sheets, verbs  # noqa: F401  the worker's round, the register, and what programs may do
