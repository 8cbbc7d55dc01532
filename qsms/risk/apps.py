from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _ship(sender: Any, using: str, **_more: Any) -> None:
    from .shipping import ship

    ship(using)


class RiskConfig(AppConfig):
    name = "qsms.risk"
    label = "risk"

    def ready(self) -> None:
        # The worker's rounds, a filter, what follows a write, the register, and what programs may do.
        from . import expiring, narrowing, outgrown, reviewing, sheets, verbs  # noqa: F401

        # The shipped matrices are rows, so that assessments point at the edition they were made on.
        post_migrate.connect(_ship, sender=self, dispatch_uid="risk-ships-matrices")
