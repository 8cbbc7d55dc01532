from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "qsms.documents"
    label = "documents"

    def ready(self) -> None:
        from qsms.records import clocks

        # The worker's rounds, imports, and the register.
        from . import effect, importing, reminding, requesting, reviewing, routing, sheets  # noqa: F401

        clocks.lend(reviewing.RULES)
