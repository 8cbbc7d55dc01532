from django.urls import path

from . import boards, bulk, columns, lists, record_urls, saving, views

app_name = "ui"
urlpatterns = [
    path("ui/prefer/", views.prefer, name="prefer"),
    path("ui/gallery/", views.show_gallery, name="gallery"),
    path("ui/gallery/palette/", views.show_palette, name="gallery-palette"),
    path("ui/gallery/<slug:page>/", views.show_gallery, name="gallery-page"),
    path("r/<slug:kind>/", lists.show_list, name="list"),
    path("r/<slug:kind>/board/", boards.show_board, name="board"),
    path("r/<slug:kind>/assign/", bulk.bulk_assign, name="bulk-assign"),
    path("r/<slug:kind>/lens/", bulk.bulk_lens, name="bulk-lens"),
    path("r/<slug:kind>/columns/", columns.choose, name="columns"),
    path("r/<slug:kind>/newer/", lists.show_newer, name="newer"),
    path("r/<slug:kind>/view/", saving.save_view, name="save-view"),
    path("r/<slug:kind>/view/<id:view_id>/remove/", saving.remove_view, name="remove-view"),
    *record_urls.urlpatterns,
]
