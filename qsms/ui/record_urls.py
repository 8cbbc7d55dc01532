"""Addresses around one record. A record's key holds a digit, so they never shadow a list's own words."""

from django.urls import path, register_converter

from . import my_work
from .addresses import HasDigit
from .record import editing, filing, keeping, linking, moving, page, picking, talking, telling, tracing, written

register_converter(HasDigit, "record")
RECORD = "r/<slug:kind>/<record:key>/"

urlpatterns = [
    path("", my_work.show_work, name="home"),
    path("r/<slug:kind>/new/", editing.show_new, name="new"),
    path("r/<slug:kind>/preview/<slug:code>/", written.preview, name="preview-new"),
    path(RECORD, page.show_record, name="record"),
    path(f"{RECORD}tab/<slug:tab>/", page.show_record, name="tab"),
    path(f"{RECORD}preview/<slug:code>/", written.preview, name="preview"),
    path(f"{RECORD}picture/", written.add_picture, name="picture"),
    path(f"{RECORD}edit/", editing.show_edit, name="edit"),
    path(f"{RECORD}move/<slug:code>/", moving.show_move, name="move"),
    path(f"{RECORD}raise/<slug:to>/", editing.show_raise, name="raise"),
    path(f"{RECORD}trace/", tracing.show_trace, name="trace"),
    path(f"{RECORD}assign/", linking.show_assign, name="assign"),
    path(f"{RECORD}link/", linking.show_link, name="link"),
    path(f"{RECORD}link/<id:link_id>/remove/", linking.show_unlink, name="unlink"),
    path(f"{RECORD}history.<slug:form>", telling.export_history, name="history-file"),
    path(f"{RECORD}comment/", talking.add_comment, name="comment"),
    path(f"{RECORD}file/", filing.add_files, name="file-add"),
    path(f"{RECORD}file/<id:file_id>/small/", filing.open_small, name="file-small"),
    path(f"{RECORD}file/<id:file_id>/remove/", filing.remove_file, name="file-remove"),
    path(f"{RECORD}file/<id:file_id>/<str:name>", filing.open_file, name="file"),
    path(f"{RECORD}mention/", picking.pick_mention, name="pick-mention"),
    path("pick/<slug:what>/", picking.pick, name="pick"),
    path("go/<str:number>/", picking.go, name="go"),
    path("draft/<str:key>/", keeping.keep_draft, name="draft"),
]
