from django.urls import path

from . import account, delegations, passwords, programs, set_up, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/forgot/", passwords.forgot, name="forgot-password"),
    path("sign-in/link/<str:token>/", passwords.by_link, name="one-time-link"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", account.show, name="account"),
    path("account/organisation/", account.choose, name="choose-organisation"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign-out-everywhere"),
    path("account/delegations/new/", delegations.give, name="delegation-new"),
    path("account/delegations/<id:pk>/end/", delegations.revoke, name="delegation-end"),
    path("account/tokens/new/", programs.make, name="token-new"),
    path("account/tokens/<id:pk>/take-back/", programs.take_back, name="token-take-back"),
    path("account/password/", passwords.change, name="change-password"),
    path("set-up/", set_up.walk, name="set-up"),
    path("set-up/<slug:step>/", set_up.walk, name="set-up-step"),
]
