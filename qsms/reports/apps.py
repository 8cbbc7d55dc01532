from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _ship(**_signal: Any) -> None:
    from .shipping import ship

    ship()


class ReportsConfig(AppConfig):
    name = "qsms.reports"
    label = "reports"

    def ready(self) -> None:
        from . import importing, living, news, sheets, verbs  # noqa: F401

        # A release may bring changed forms along: they are there as soon as its tables are.
        post_migrate.connect(_ship, sender=self, dispatch_uid="reports-shipped-forms")
