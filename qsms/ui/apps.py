from django.apps import AppConfig


class UiConfig(AppConfig):
    """How everything looks: shell, parts, marks and words of dates."""

    name = "qsms.ui"
    label = "ui"
