from django.apps import AppConfig
from django.urls import register_converter

from .routes import Id


class BaseConfig(AppConfig):
    name = "qsms.base"
    label = "base"

    def ready(self) -> None:
        register_converter(Id, "id")
        # Registers its duty.
        from .jobs import clearing  # noqa: F401
