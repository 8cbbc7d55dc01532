from django.urls import path
from django.views.generic import RedirectView

from .views import controlling, drawing_up, editing, matrices, rating, taking

app_name = "risk"
urlpatterns = [
    path("", RedirectView.as_view(url="/r/hazard/"), name="home"),
    path("assess/<str:number>/", rating.rate, name="assess"),
    path("assess/<str:number>/weigh/", rating.weigh, name="weigh"),
    path("accept/<str:number>/", taking.take_number, name="accept"),
    path("ask/<str:number>/", taking.ask, name="ask"),
    path("bow-tie/<str:number>/", drawing_up.draw_up, name="bow-tie"),
    path("controls/<str:number>/", controlling.add, name="add-control"),
    path("matrices/", matrices.show_list, name="matrices"),
    path("matrices/new/", matrices.begin, name="new-matrix"),
    path("matrices/<id:matrix_id>/", matrices.show, name="matrix"),
    path("matrices/<id:matrix_id>/copy/", matrices.copy, name="copy-matrix"),
    path("matrices/<id:matrix_id>/adopt/", matrices.adopt, name="adopt-matrix"),
    path("matrices/<id:matrix_id>/edit/", editing.edit, name="edit-matrix"),
    path("matrices/<id:matrix_id>/drop/", editing.drop, name="drop-matrix"),
]
