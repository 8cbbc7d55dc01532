from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "qsms.records"
    label = "records"

    def ready(self) -> None:
        # The worker's rounds, the tallies inside each write, and ways to narrow a list.
        from . import narrowing, outbox, sweeping, tally  # noqa: F401
