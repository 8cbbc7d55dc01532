from django.urls import path

from .views import adopted, asking, comparing, evidence, gaps, library, outputs, packs

app_name = "standards"
urlpatterns = [
    path("", library.show_list, name="home"),
    path("edition/<str:code>/<str:edition>/", library.show_edition, name="edition"),
    path("clause/<str:code>/<str:edition>/<path:clause>/", library.show_clause, name="clause"),
    path("adopt/", adopted.adopt, name="adopt"),
    path("adopted/<str:number>/", adopted.show, name="coverage"),
    path("adopted/<str:number>/export/", adopted.export, name="export"),
    path("adopted/<str:number>/exclude/", adopted.exclude, name="exclude"),
    path("adopted/<str:number>/include/", adopted.include, name="include"),
    path("adopted/<str:number>/renew/", adopted.renew, name="renew"),
    path("adopted/<str:number>/outputs/", outputs.show, name="outputs"),
    path("adopted/<str:number>/statement/", outputs.statement, name="statement"),
    path("adopted/<str:number>/pack/<id:job_id>/", packs.show, name="pack"),
    path("adopted/<str:number>/pack/<id:job_id>/stop/", packs.stop, name="pack-stop"),
    path("adopted/<str:number>/pack/<id:job_id>/file/", packs.send, name="pack-file"),
    path("declaration/<str:number>/pdf/", outputs.declaration, name="declaration"),
    path("gaps/<str:number>/", gaps.show, name="gaps"),
    path("gaps/<str:number>/answer/<path:clause>/", gaps.show_one, name="gap"),
    path("gaps/<str:number>/action/<path:clause>/", gaps.raise_one, name="gap-action"),
    path("gaps/<str:number>/keep/", gaps.keep, name="keep"),
    path("gaps/<str:number>/compare/", comparing.show, name="compare"),
    path("gaps/<str:number>/export/", gaps.export, name="gap-export"),
    path("bind/", evidence.bind, name="bind"),
    path("ask/", asking.ask, name="ask"),
    path("unbind/", evidence.unbind, name="unbind"),
]
