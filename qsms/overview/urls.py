from django.urls import path

from . import views

urlpatterns = [
    path("", views.show, name="overview"),
    path("records/", views.records, name="overview-records"),
    path("<slug:code>.csv", views.download, name="overview-table"),
]
