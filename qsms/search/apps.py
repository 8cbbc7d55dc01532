from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Full-text search over every record type, within what the reader may see."""

    name = "qsms.search"
    label = "search"

    def ready(self) -> None:
        from . import documents  # noqa: F401  writes the documents inside each write
