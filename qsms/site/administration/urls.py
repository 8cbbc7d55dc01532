from django.urls import path

from . import files, holidays, numbers, people, places, roles, views

app_name = "administration"
urlpatterns = [
    path("", views.home, name="home"),
    path("organisation/", views.organisation, name="organisation"),
    path("people/", people.show, name="people"),
    path("people/export/", files.export_people, name="people-export"),
    path("people/new/", people.add, name="person-new"),
    path("people/<id:pk>/", people.show_one, name="person"),
    path("people/<id:pk>/invite/", people.invite, name="invite"),
    path("people/<id:pk>/access/", people.set_active, name="access"),
    path("people/<id:pk>/roles/", people.grant, name="grant"),
    path("people/<id:pk>/roles/<id:grant_pk>/end/", people.end_grant, name="grant-end"),
    path("people/<id:pk>/rights/", roles.rights, name="rights"),
    path("roles/", roles.show, name="roles"),
    path("roles/export/", files.export_roles, name="roles-export"),
    path("roles/<slug:code>/", roles.show_one, name="role"),
    path("roles/<slug:code>/copy/", roles.copy, name="role-copy"),
    path("numbers/", numbers.show, name="numbers"),
    path("holidays/", holidays.show, name="holidays"),
    path("history/", views.history, name="history"),
    path("history/export/", files.export_history, name="history-export"),
    path("sites/", places.show, {"what": "sites"}, name="sites"),
    path("units/", places.show, {"what": "units"}, name="units"),
    path("processes/", places.show, {"what": "processes"}, name="processes"),
    path("<slug:what>/new/", places.edit, name="place-new"),
    path("<slug:what>/<id:pk>/", places.edit, name="place-edit"),
]
