from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("qsms.ui.urls")),
    path("news/", include("qsms.notify.urls")),
    path("overview/", include("qsms.overview.urls")),
]
