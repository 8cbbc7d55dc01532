from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "qsms.base"
    label = "base"
