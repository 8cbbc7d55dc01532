from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "qsms.impact"
    label = "impact"

    def ready(self) -> None:
        from . import panels  # noqa: F401
