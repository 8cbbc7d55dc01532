"""The Content-Security-Policy, behind one function. Django 6 has this built in: then this file goes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

POLICY = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "media-src": ("'self'", "blob:"),
    "connect-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
    "object-src": ("'none'",),
}


def policy(extra: dict[str, tuple[str, ...]] | None = None) -> str:
    """The policy as a header; `extra` adds sources to single directives."""
    return "; ".join(f"{name} {' '.join(sources + (extra or {}).get(name, ()))}" for name, sources in POLICY.items())


def allow(response: HttpResponseBase, directive: str, *sources: str) -> None:
    """Widen one directive for one response, such as form-action to the identity provider that a sign-in leads to."""
    if directive not in POLICY:
        raise ValueError(f"“{directive}” is not part of the policy. Choose one of {', '.join(POLICY)}.")
    response.headers["Content-Security-Policy"] = policy({directive: sources})


class ContentSecurityPolicy:
    """Puts the policy on every response that does not carry its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response
