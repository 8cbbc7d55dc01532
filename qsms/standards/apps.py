from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _ship(sender: Any, using: str, **_more: Any) -> None:
    from .shipping import ship

    ship(using)


class StandardsConfig(AppConfig):
    name = "qsms.standards"
    label = "standards"

    def ready(self) -> None:
        from qsms.records import clocks

        # The register, imports, and the worker's rounds.
        from . import certifying, holding_true, importing, living_audits, living_tasks, sheets, shipped, tracking  # noqa: F401

        clocks.lend(shipped.CERTIFICATION_CYCLE)
        # The shipped editions are rows, so that what an organisation adopted stays readable as it was.
        post_migrate.connect(_ship, sender=self, dispatch_uid="standards-ships-editions")
