from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("qsms.ui.urls")),
    path("risk/", include("qsms.risk.urls")),
]
