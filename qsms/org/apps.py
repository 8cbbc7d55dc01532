from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "qsms.org"
    label = "org"
