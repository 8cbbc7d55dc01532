from django.urls import include, path

from .views import claiming, gaps, keeping, matrix, people, requiring, roles, sessions, waiving

app_name = "training"
urlpatterns = [
    path("", people.mine, name="mine"),
    path("matrix/person/<id:person>/", people.show, name="person"),
    path("matrix/", matrix.show, name="matrix"),
    path("matrix/export/", matrix.export, name="matrix-export"),
    path("matrix/roles/", roles.show, name="roles"),
    path("matrix/roles/export/", roles.export, name="roles-export"),
    path("matrix/gaps/", gaps.show, name="gaps"),
    path("matrix/leavers/", keeping.show, name="leavers"),
    path("matrix/leavers/export/", keeping.export, name="leavers-export"),
    path("matrix/leavers/policy/", keeping.policy, name="keeping-policy"),
    path("matrix/gaps/export/", gaps.export, name="gaps-export"),
    path("policy/", gaps.policy, name="policy"),
    path("require/", requiring.require, name="require"),
    path("release/<id:requirement>/", requiring.release, name="release"),
    path("count/", requiring.count, name="count"),
    path("uncount/", requiring.uncount, name="uncount"),
    path("excuse/", waiving.ask, name="excuse"),
    path("excuse/<id:waiver>/decide/", waiving.decide, name="decide"),
    path("excuse/<id:waiver>/end/", waiving.end, name="end-waiver"),
    path("session/<str:number>/invite/", sessions.invite, name="invite"),
    path("session/<str:number>/sign/", sessions.sign, name="sign-in"),
    path("session/<str:number>/judge/", sessions.judge, name="judge"),
    path("add/", claiming.claim, name="claim"),
    path("correct/<str:number>/", claiming.correct, name="correct"),
    path("certificate/<str:number>/", claiming.certificate, name="certificate"),
    path("verify/", claiming.look_up, name="look-up"),
    path("verify/<str:code>/", claiming.verify, name="verify"),
    path("", include("qsms.training.learning_urls")),
]
