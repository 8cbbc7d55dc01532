from django.urls import path

from . import views

urlpatterns = [
    path("", views.show, name="overview"),
    path("<slug:code>.csv", views.download, name="overview-table"),
]
