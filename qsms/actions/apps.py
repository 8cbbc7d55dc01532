from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "qsms.actions"
    label = "actions"

    def ready(self) -> None:
        from . import sheets  # noqa: F401
