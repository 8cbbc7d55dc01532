from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "qsms.exchange"
    label = "exchange"
