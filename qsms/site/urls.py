from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("qsms.ui.urls")),
    path("", include("qsms.reports.urls")),
]
