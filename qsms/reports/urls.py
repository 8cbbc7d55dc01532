from django.urls import path

from .pages import filing, form_editor, identity, mailbox, merging_many, publishing, queue_file, triage

app_name = "reports"
# For everybody who has something to tell: under /report/.
telling = [
    path("report/", filing.choose, name="choose"),
    path("report/form/<slug:form>/", filing.report, name="form"),
    path("report/anonymous/<slug:code>/", filing.choose_anonymous, name="choose-anonymous"),
    path("report/anonymous/<slug:code>/<slug:form>/", filing.report_anonymous, name="form-anonymous"),
    path("report/mailbox/", mailbox.by_code, name="mailbox"),
    path("report/mailbox/shown/", mailbox.code_shown, name="code-shown"),
    path("report/mine/", mailbox.mine, name="mine"),
    path("report/mine/<id:report_id>/", mailbox.own, name="own"),
]
# For the people who work with reports: under /reports/.
working = [
    path("reports/merge/", merging_many.merge_chosen, name="merge-chosen"),
    path("reports/triage/", triage.show, name="triage"),
    path("reports/triage/export/", queue_file.export, name="triage-export"),
    path("reports/triage/<str:number>/", triage.show, name="triage-one"),
    path("reports/triage/<str:number>/judge/<slug:lens>/", triage.judge, name="judge"),
    path("reports/triage/<str:number>/finish/", triage.finish, name="finish"),
    path("reports/triage/<str:number>/like/<str:other>/<slug:how>/", triage.same, name="same"),
    path("reports/<str:number>/ask/", triage.ask, name="ask"),
    path("reports/<str:number>/publish/", publishing.publish, name="publish"),
    path("reports/<str:number>/withdraw/", publishing.withdraw, name="withdraw"),
    path("reports/<str:number>/sealed/", identity.open_seal, name="identity"),
    path("reports/lessons/", publishing.lessons, name="lessons"),
    path("reports/forms/", form_editor.show_forms, name="forms"),
    path("reports/forms/<slug:code>/", form_editor.edit, name="form-edit"),
    path("reports/forms/<slug:code>/preview/", form_editor.preview, name="form-preview"),
    path("reports/forms/<slug:code>/<slug:what>/", form_editor.act, name="form-act"),
]
urlpatterns = [*telling, *working]
