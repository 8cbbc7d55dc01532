from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "qsms.documents"
    label = "documents"

    def ready(self) -> None:
        from qsms.records import clocks

        from . import reviewing

        clocks.lend(reviewing.RULES)
        from . import effect, importing, reminding, routing, sheets  # noqa: F401  the worker's rounds, and the register
