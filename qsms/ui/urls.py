from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [
    path("prefer/", views.prefer, name="prefer"),
    path("gallery/", views.show_gallery, name="gallery"),
    path("gallery/palette/", views.show_palette, name="gallery-palette"),
    path("gallery/<slug:page>/", views.show_gallery, name="gallery-page"),
]
