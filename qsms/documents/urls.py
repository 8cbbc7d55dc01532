from django.urls import path

from .views import distribution, naming, placing, reach, reading, readings, revisions, sparing, types

app_name = "documents"
urlpatterns = [
    path("", reading.show_mine, name="mine"),
    path("readers/", distribution.show_readers, name="readers"),
    path("readers/<str:number>/", readings.show, name="readings"),
    path("readers/<str:number>/export/", readings.export, name="readings-export"),
    path("read/<str:number>/", reading.show, name="read"),
    path("read/<str:number>/acknowledge/", reading.acknowledge, name="acknowledge"),
    path("read/<str:number>/copy.pdf", reading.open_copy, name="copy"),
    path("read/<str:number>/file/", reading.open_file, name="file"),
    path("read/<str:number>/picture/<str:name>", reading.open_picture, name="picture"),
    path("revision/<str:number>/changes/", revisions.show_changes, name="changes"),
    path("revision/<str:number>/file/", revisions.bring, name="bring"),
    path("revision/<str:number>/name/", naming.show, name="name"),
    path("give/<str:number>/", distribution.give, name="give"),
    path("give/<str:number>/reach/", distribution.foretell, name="foretell"),
    path("reach/<str:number>/", reach.show, name="reach"),
    path("give/<str:number>/take/", distribution.take, name="take"),
    path("request/<str:number>/spare/", sparing.show, name="spare"),
    path("processes/<str:number>/", placing.show, name="processes"),
    path("types/", types.show_list, name="types"),
    path("types/new/", types.edit, name="type-new"),
    path("types/of/<slug:code>/", types.edit, name="type"),
    path("types/of/<slug:code>/set/", types.act, name="type-act"),
]
