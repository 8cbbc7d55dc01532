from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "qsms.base"
    label = "base"

    def ready(self) -> None:
        # Registers its duty.
        from .jobs import clearing  # noqa: F401
