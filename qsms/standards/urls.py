from django.urls import path

from .views import library

app_name = "standards"
urlpatterns = [
    path("", library.show_list, name="home"),
    path("edition/<str:code>/<str:edition>/", library.show_edition, name="edition"),
    path("clause/<str:code>/<str:edition>/<path:clause>/", library.show_clause, name="clause"),
]
