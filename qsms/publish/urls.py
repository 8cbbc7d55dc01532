from django.urls import path

from . import views

app_name = "publish"
# The kit of pages knows what a key of a record looks like: it has a digit.
urlpatterns = [path("r/<slug:kind>/<record:key>/pdf/", views.send_record, name="record")]
