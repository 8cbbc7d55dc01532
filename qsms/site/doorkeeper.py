"""Nobody gets past the door without signing in, but for the few views that say so; and nothing of it is cached.

A view that visitors may see is marked with Django's `login_not_required`. Everything else, also what is added one day
and forgotten here, asks for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import resolve
from django.views.csrf import csrf_failure

# In the address of the door: something was sent after the session had ended.
UNSENT = "unsent"


class SignInRequired(LoginRequiredMiddleware):
    """Sends visitors to the sign-in page, and tells an account that stands for nobody (any more) what that means."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        if getattr(request, "actor", None) is None:
            return render(request, "accounts/nobody.html", status=403)
        return None

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        part = request.headers.get("HX-Request") == "true"
        sent = request.method not in ("GET", "HEAD", "OPTIONS")
        if not part and not sent:
            return super().handle_no_permission(request, view_func)
        # The session ended while a page was open: the way leads back to that page, and the door says what was lost.
        here = _own(request.headers.get("HX-Current-URL" if part else "Referer", ""), request)
        door = redirect_to_login(here, resolve_url(self.get_login_url(view_func)))["Location"]
        if sent:
            door += f"&{UNSENT}=yes"
        # A part of a page cannot show the door: the whole page has to go there.
        return HttpResponse(status=204, headers={"HX-Redirect": door}) if part else HttpResponseRedirect(door)


def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form whose token does not fit: who has no session any more is led to the door, and from there back to it."""
    view = resolve(request.path_info).func
    if getattr(view, "login_required", True) and not request.user.is_authenticated:
        return SignInRequired(lambda _request: HttpResponse()).handle_no_permission(request, view)
    return csrf_failure(request, reason)


def _own(url: str, request: HttpRequest) -> str:
    """The path of a page of ours, else of what was asked for."""
    parts = urlsplit(url)
    if not parts.path or parts.netloc not in ("", request.get_host()):
        return request.get_full_path()
    return urlunsplit(("", "", parts.path, parts.query, ""))


class KeepPrivate:
    """Pages stay in no cache, of a proxy or of a browser that the next person uses, unless they say otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
