from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("qsms.exchange.urls")),
    path("", include("qsms.ui.urls")),
]
