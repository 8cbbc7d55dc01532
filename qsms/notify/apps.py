from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "qsms.notify"
    label = "notify"

    def ready(self) -> None:
        from . import following, letters  # noqa: F401  what is heard, and when mail goes out
