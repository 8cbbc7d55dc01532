from django.urls import path

from . import views

app_name = "impact"
urlpatterns = [
    path("", views.show, name="page"),
    path("asked/", views.show_asked, name="asked"),
    path("answer/<int:check>/", views.answer, name="answer"),
]
