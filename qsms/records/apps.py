from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "qsms.records"
    label = "records"

    def ready(self) -> None:
        from . import tally  # noqa: F401  keeps the tallies from inside each write
