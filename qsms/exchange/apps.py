from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "qsms.exchange"
    label = "exchange"

    def ready(self) -> None:
        # Registers its duty, for a worker too, which loads no pages.
        from . import tasks  # noqa: F401
