from django.apps import AppConfig


class NewTypeConfig(AppConfig):
    name = "tests.newtype"
    label = "newtype"

    def ready(self) -> None:
        from . import sheets  # noqa: F401
