from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "qsms.records"
    label = "records"

    def ready(self) -> None:
        from . import outbox, tally  # noqa: F401  the worker's round, and the tallies inside each write
