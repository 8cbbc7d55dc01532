"""Passwords: changing one's own, choosing one by a one-time link, asking for such a link."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from qsms.base.gate import write_transaction
from qsms.org import links, throttle
from qsms.org.models import Account, OneTimeLink

from . import entering, forms, mail

PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the verb of a deed
WAYS_IN = (OneTimeLink.Purpose.INVITE, OneTimeLink.Purpose.RESET)


def address_of(token: str, base: str = "") -> str:
    """The whole address of a one-time link, as it is printed, shown or mailed; under another base if given."""
    return (base or settings.BASE_URL) + reverse("one-time-link", args=[token])


def set_password(account: Account, password: str, *, by: str) -> None:
    """Give the account a new password: its other sessions and its links end, and history says so."""
    account.set_password(password)
    account.save(update_fields=["password"])
    links.forget(account)
    entering.note(account, PASSWORD_CHANGED, {"by": by})


@sensitive_post_parameters()
def change(request: HttpRequest) -> HttpResponse:
    """A new password for who is signed in, who proves to know the present one."""
    account = request.user
    assert isinstance(account, Account)
    form = forms.ChangePassword(account, request.POST or None)
    if request.method == "POST":
        try:
            # The present password could be guessed here by whoever found an open session.
            tries = throttle.begin(account.email, entering.address(request), what="password")
        except throttle.TooManyTries as full:
            form.is_valid()
            form.add_error("present", str(full))
        else:
            if form.is_valid():
                throttle.undo(tries)
                with write_transaction():
                    set_password(account, form.cleaned_data["new"], by="password")
                    update_session_auth_hash(request, account)
                return redirect(reverse("account") + "?said=password")
            if "present" not in form.errors:
                throttle.undo(tries)
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same whether there is such an account or not."""
    form = forms.Forgot(request.POST or None)
    if request.method == "POST" and settings.MAIL_ON and form.is_valid():
        try:
            throttle.begin(form.cleaned_data["email"], entering.address(request), what="reset")
        except throttle.TooManyTries as full:
            form.add_error("email", str(full))
        else:
            mail.send_reset.enqueue(form.cleaned_data["email"])
            return redirect(reverse("forgot-password") + "?sent=1")
    page = {"form": form, "mail_on": settings.MAIL_ON, "sent": "sent" in request.GET}
    return render(request, "accounts/forgot.html", page, status=422 if form.errors else 200)


@login_not_required
@sensitive_post_parameters()
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password by a one-time link and be signed in. Opening the page does not use the link up.

    So a program that looks at links in mail before the person does, as many do, breaks nothing.
    """
    try:
        link = links.look_up(token, *WAYS_IN)
    except links.LinkError as no:
        return render(request, "accounts/link_gone.html", {"why": str(no)}, status=410)
    account = link.account
    assert account is not None
    form = forms.NewPassword(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with write_transaction():
                links.use(link)
                set_password(account, form.cleaned_data["new"], by="link")
        except links.LinkError as no:
            return render(request, "accounts/link_gone.html", {"why": str(no)}, status=410)
        throttle.clear(account.email)
        entering.begin_session(request, account, by="link")
        return redirect("/")
    page = {"form": form, "account": account, "invited": link.purpose == OneTimeLink.Purpose.INVITE}
    return render(request, "accounts/by_link.html", page, status=422 if form.errors else 200)
