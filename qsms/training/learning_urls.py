"""Taking courses alone, and writing what they consist of; included among the addresses of this room."""

from django.urls import path

from .views import content, learning, publishing, quizzes, starters

urlpatterns = [
    path("learn/<str:number>/", learning.show, name="learn"),
    path("learn/<str:number>/again/", learning.again, name="learn-again"),
    path("learn/<str:number>/read/<slug:section>/", learning.lesson, name="lesson"),
    path("learn/<str:number>/quiz/", quizzes.begin, name="quiz-begin"),
    path("learn/<str:number>/quiz/<id:tried>/<id:place>/", quizzes.question, name="question"),
    path("learn/<str:number>/quiz/<id:tried>/check/", quizzes.check, name="quiz-check"),
    path("learn/<str:number>/quiz/<id:tried>/result/", quizzes.result, name="quiz-result"),
    path("content/<str:number>/", content.show, name="content"),
    path("content/<str:number>/begin/", content.begin, name="content-begin"),
    path("content/<str:number>/file/", content.take_out, name="content-file"),
    path("content/<str:number>/bring/", content.bring, name="content-bring"),
    path("content/<str:number>/course/", content.outline, name="content-outline"),
    path("content/<str:number>/again/<id:person>/", content.let_again, name="let-again"),
    path("content/<str:number>/preview/", publishing.preview, name="content-preview"),
    path("content/<str:number>/publish/", publishing.publish, name="content-publish"),
    path("content/<str:number>/undo/", publishing.drop, name="content-drop"),
    path("content/<str:number>/new/", content.section, name="section-new"),
    path("content/<str:number>/in/<slug:section>/", content.section, name="section"),
    path("content/<str:number>/in/<slug:section>/up/", content.section_up, name="section-up"),
    path("content/<str:number>/in/<slug:section>/drop/", content.section_drop, name="section-drop"),
    path("content/<str:number>/in/<slug:section>/new/", content.question, name="bank-new"),
    path("content/<str:number>/in/<slug:section>/<slug:question>/", content.question, name="bank"),
    path("content/<str:number>/in/<slug:section>/<slug:question>/drop/", content.question_drop, name="bank-drop"),
    path("starters/", starters.show, name="starters"),
    path("starters/add/", starters.add, name="starters-add"),
    path("starters/renew/", starters.renew, name="starters-renew"),
]
