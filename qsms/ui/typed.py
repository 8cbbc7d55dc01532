"""What a browser sends, without what no database keeps, before any page reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict

NUL = "\x00"
# The API refuses it by itself, with a problem that a program can read.
API = "/api/"


class WithoutNul:
    """Middleware: PostgreSQL keeps no NUL, and nobody types one. It is left out of queries and forms; an address that
    holds one is that of nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Before the view, and after the check of the form, which has read what was sent."""
        if request.path_info.startswith(API):
            return
        if NUL in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = cleaned(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = cleaned(request.POST)  # type: ignore[assignment]


def cleaned(given: QueryDict) -> QueryDict:
    """The same without NUL; where there is none, as it is."""
    if not any(NUL in text for name, values in given.lists() for text in (name, *values)):
        return given
    found = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        found.setlist(name.replace(NUL, ""), [one.replace(NUL, "") for one in values])
    found._mutable = False
    return found
