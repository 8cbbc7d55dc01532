"""The sign-in page and the way out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from qsms.org.models import Organisation

from ..doorkeeper import UNSENT
from . import entering, forms


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. An empty installation has none yet: its first visitor is led to the set-up."""
    onward = entering.own_page(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.user.is_authenticated and request.method != "POST":
        return redirect(onward)
    names = list(Organisation.objects.order_by("pk").values_list("name", flat=True)[:2])
    if not names and not settings.DEMO:
        return redirect("set-up")
    form = forms.SignIn(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            entering.enter(request, form.cleaned_data["email"], form.cleaned_data["password"])
        except entering.NotLetIn as no:
            refused = str(no)
        else:
            return redirect(onward)
    page: dict[str, Any] = {
        "form": form,
        "next": onward,
        "refused": refused,
        "unsent": UNSENT in request.GET or UNSENT in request.POST,
        "organisation": names[0] if len(names) == 1 else "",
        "report_url": reverse("reports:choose"),
        "mailbox_url": reverse("reports:mailbox"),
    }
    if settings.DEMO:
        from . import cast

        parts = cast.parts()
        page |= {"cast": parts, "demo_password": cast.PASSWORD, "organisation": parts[0].organisation if parts else ""}
    response = render(request, "accounts/sign_in.html", page, status=403 if refused else 200)
    return response


@require_POST
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the door."""
    entering.leave(request)
    return redirect("sign-in")
