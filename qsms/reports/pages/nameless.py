"""Pages for people who stay unknown: no cookie is set, nothing is cached, and tries are counted without names."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def nameless(view: View) -> View:
    """Decorator: the page sets no cookie and is not kept anywhere.

    A forged request could do nothing here that its sender could not do directly, because no sign-in is looked at: so
    the protection against forgery, which needs a cookie, is left out.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def unknown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Also for somebody who is signed in: nothing on the page, nor what the browser keeps of it, is theirs.
        request.person = request.actor = None  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        # A template with a form asks for the cookie that this page must not set.
        request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
        response.cookies.clear()
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return unknown


class Tries:
    """How often a code was tried of late, from one place and altogether: in memory only, under a mark that this
    process cannot turn back into an address and that dies with it."""

    def __init__(self, each: int = 10, altogether: int = 200, seconds: float = 600.0) -> None:
        self.each, self.altogether, self.seconds = each, altogether, seconds
        self._secret = secrets.token_bytes(32)
        self._seen: dict[bytes, list[float]] = {}
        self._lock = threading.Lock()

    def may(self, request: HttpRequest) -> bool:
        """Count this try; False when there were too many within the time."""
        place = str(request.META.get("REMOTE_ADDR", "")).encode()
        mark = hmac.new(self._secret, place, hashlib.sha256).digest()
        now = time.monotonic()
        with self._lock:
            since = now - self.seconds
            self._seen = {key: late for key, times in self._seen.items() if (late := [t for t in times if t > since])}
            mine = self._seen.setdefault(mark, [])
            if len(mine) >= self.each or sum(map(len, self._seen.values())) >= self.altogether:
                return False
            mine.append(now)
        return True

    def forgive(self, request: HttpRequest) -> None:
        """A right code was given, so the tries before it were typing mistakes."""
        place = str(request.META.get("REMOTE_ADDR", "")).encode()
        with self._lock:
            self._seen.pop(hmac.new(self._secret, place, hashlib.sha256).digest(), None)
