from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "qsms.overview"
    label = "overview"
