from django.urls import path

from . import views

app_name = "notify"
urlpatterns = [
    path("", views.show_inbox, name="inbox"),
    path("<id:news_id>/", views.open_news, name="open"),
    path("read/", views.mark_all_read, name="read"),
]
