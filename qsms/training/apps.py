from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "qsms.training"
    label = "training"

    def ready(self) -> None:
        # Who may be named to a part, what a document changes, imports, the worker's round, and the register.
        from . import duties, following, importing, living, packs, reminding, sheets  # noqa: F401
