from django.urls import path

from . import export_pages, import_pages

app_name = "exchange"
IMPORT = "r/<slug:kind>/import/"
EXPORT = "r/<slug:kind>/export/"

urlpatterns = [
    path(IMPORT, import_pages.show_start, name="import"),
    path(f"{IMPORT}template.csv", import_pages.send_template, name="import-template"),
    path(f"{IMPORT}<id:run_id>/", import_pages.show_run, name="import-run"),
    path(f"{IMPORT}<id:run_id>/columns/", import_pages.show_columns, name="import-columns"),
    path(f"{IMPORT}<id:run_id>/start/", import_pages.start, name="import-start"),
    path(f"{IMPORT}<id:run_id>/check/", import_pages.check_again, name="import-check"),
    path(f"{IMPORT}<id:run_id>/stop/", import_pages.stop, name="import-stop"),
    path(f"{IMPORT}<id:run_id>/to-mend.<slug:form>", import_pages.send_errors, name="import-errors"),
    path(EXPORT, export_pages.show_export, name="export"),
    path(f"{EXPORT}chosen/", export_pages.export_chosen, name="export-chosen"),
    path(f"{EXPORT}<id:job_id>/", export_pages.show_job, name="export-job"),
    path(f"{EXPORT}<id:job_id>/stop/", export_pages.stop, name="export-stop"),
    path(f"{EXPORT}<id:job_id>/file/", export_pages.send_file, name="export-file"),
]
