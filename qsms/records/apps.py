from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "qsms.records"
    label = "records"

    def ready(self) -> None:
        # The worker's round, the tallies inside each write, and ways to narrow a list.
        from . import narrowing, outbox, tally  # noqa: F401
