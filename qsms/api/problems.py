"""What the API answers when something is wrong: problem details (RFC 9457), in the words of the services."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.errors import ValidationError as PathError

from qsms.base import context
from qsms.base.gate import GateBusy
from qsms.records.errors import Invalid, NotVisible, Refused, Stale
from qsms.records.paging import BadPageKey

from .tokens import BadToken

MEDIA_TYPE = "application/problem+json"
# Stands before the code of a problem in its `type`: a name, not an address.
TYPE = "urn:openqsms:problem:"

log = logging.getLogger("qsms.api")


class Problem(Exception):
    """An answer that no service gives: about the request itself, not about records."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = dict(headers or {}), more


def titles() -> dict[str, str]:
    """The short name of each problem, by its code."""
    return {
        "unreadable": _("The request cannot be read"),
        "sign-in": _("Sign in, or send a token"),
        "forbidden": _("Refused"),
        "not-found": _("Not found"),
        "method": _("Not possible here"),
        "clash": _("Changed in the meantime"),
        "too-large": _("Too large"),
        "media-type": _("This kind of content is not read here"),
        "invalid": _("Values cannot be taken"),
        "version-missing": _("Say which version you change"),
        "busy": _("Busy"),
        "error": _("Something went wrong here"),
    }


def respond(
    status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    """The answer for a problem; `more` are its further members, left out where empty."""
    body = {"type": TYPE + code, "title": titles()[code], "status": status, "detail": detail}
    body |= {name: value for name, value in more.items() if value}
    request_id = context.current().request_id
    if request_id:
        body["request"] = request_id
    return HttpResponse(
        orjson.dumps(body, option=orjson.OPT_UTC_Z),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def not_found() -> HttpResponse:
    """The one answer for what does not exist and for what is none of this actor's business."""
    return respond(404, "not-found", _("There is nothing here, or nothing that you may see."))


def refused(reasons: Sequence[str], status: int = 403) -> HttpResponse:
    """Why something is not done."""
    return respond(status, "forbidden" if status == 403 else "clash", " ".join(reasons), reasons=list(reasons))


def invalid(errors: Mapping[str, str]) -> HttpResponse:
    """What is wrong, by field; "" stands for the whole."""
    return respond(422, "invalid", " ".join(errors.values()), errors=dict(errors))


def stale(error: Stale) -> HttpResponse:
    """Both sides of a clash, so that the caller can merge and try again."""
    who = error.who or _("somebody else")
    detail = _("%(who)s changed the same fields. Read version %(version)d, merge, and send If-Match with it.") % {
        "who": who, "version": error.version,
    }  # fmt: skip
    clash = {name: {"mine": error.mine[name], "theirs": error.theirs.get(name, "")} for name in error.mine}
    return respond(
        412, "clash", detail, headers={"ETag": f'"{error.version}"'}, version=error.version, clash=clash,
        changed_by=error.who, changed_at=error.when,
    )  # fmt: skip


def unsigned() -> HttpResponse:
    """Neither a session nor a token."""
    detail = _("Send “Authorization: Bearer” with a token, or sign in and use the session.")
    return respond(401, "sign-in", detail, headers={"WWW-Authenticate": 'Bearer realm="OpenQSMS"'})


def bad_token() -> HttpResponse:
    """A token was sent that opens nothing."""
    detail = _("This token is unknown, expired or revoked. Make a new one.")
    headers = {"WWW-Authenticate": 'Bearer realm="OpenQSMS", error="invalid_token"'}
    return respond(401, "sign-in", detail, headers=headers)


def method_not_allowed(allowed: str) -> HttpResponse:
    """The address is right, the method is not."""
    detail = _("This address takes %(methods)s.") % {"methods": allowed}
    return respond(405, "method", detail, headers={"Allow": allowed})


def handle(api: NinjaAPI) -> None:
    """Have every exception of a view answered as a problem."""
    handlers: dict[type[Exception], Any] = {
        Problem: lambda _r, e: respond(e.status, e.code, e.detail, headers=e.headers, **e.more),
        NotVisible: lambda _r, _e: not_found(),
        Refused: lambda _r, e: refused(e.reasons),
        Invalid: lambda _r, e: invalid(e.errors),
        Stale: lambda _r, e: stale(e),
        BadPageKey: lambda _r, _e: respond(
            400, "unreadable", _("“after” is no page key of this list and order. Start again without it.")
        ),
        PathError: lambda _r, _e: not_found(),
        AuthenticationError: lambda _r, _e: unsigned(),
        BadToken: lambda _r, _e: bad_token(),
        RequestDataTooBig: lambda _r, _e: respond(413, "too-large", _("The request is too large to be read.")),
        MultiPartParserError: lambda _r, _e: respond(400, "unreadable", _("The form in the request is broken.")),
        SuspiciousOperation: lambda _r, _e: respond(400, "unreadable", _("The request cannot be read.")),
        GateBusy: lambda _r, e: respond(503, "busy", str(e), headers={"Retry-After": "1"}),
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    # Whoever watches for errors of pages hears of these too.
    got_request_exception.send(sender=None, request=request)
    log.error("The API failed at %s %s", request.method, request.path, exc_info=error)
    return respond(500, "error", _("The error is kept in the log. Nothing was saved. Try again later."))
