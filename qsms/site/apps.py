from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "qsms.site"
    label = "site"
