"""What the caller sent: bodies, headers and query strings, read strictly. What is not understood is said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _

from qsms.records.errors import Invalid

from .problems import Problem

JSON_TYPES = ("application/json", "application/merge-patch+json")
MOST, USUAL = 200, 50
ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
KEY = re.compile(r"[\x21-\x7e]{1,200}")


def body(request: HttpRequest, *, empty: bool = False) -> dict[str, Any]:
    """The JSON object in the body; with `empty`, no body stands for an empty object."""
    if request.content_type not in JSON_TYPES and not (empty and not request.body):
        raise Problem(415, "media-type", _("Send JSON, with “Content-Type: application/json”."))
    if empty and not request.body:
        return {}
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "unreadable", _("The body is not JSON: %(why)s.") % {"why": error}) from error
    if not isinstance(found, dict):
        raise Problem(400, "unreadable", _('The body is not a JSON object. Write {"title": "…"}.'))
    if b"\\u0000" in request.body and _holds_nul(found):
        raise Problem(400, "unreadable", _("The body holds a NUL character. Leave it out."))
    return found


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_holds_nul(one) for one in value)


def members(given: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    """The members of a body of fixed shape, each of its type or absent. Raises Invalid."""
    words = {str: _("text"), dict: _("an object"), list: _("a list"), int: _("a whole number")}
    errors = {name: _("“%(name)s” cannot be set here.") % {"name": name} for name in given if name not in known}
    found = {}
    for name, kind in known.items():
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool):
            errors[name] = _("“%(name)s” is not %(kind)s.") % {"name": name, "kind": words[kind]}
        found[name] = value
    if errors:
        raise Invalid(errors)
    return found


def query(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse a query string with names that nobody reads: a mistyped filter would show too much."""
    allowed = set(known)
    unknown = [name for name in request.GET if name not in allowed]
    if unknown:
        raise Problem(
            400,
            "unreadable",
            _("“%(name)s” means nothing here. Choose from %(known)s.")
            % {"name": unknown[0], "known": ", ".join(sorted(allowed)) or "–"},
        )


def text(request: HttpRequest, name: str) -> str:
    """A word from the query string, without what a database cannot keep."""
    return str(request.GET.get(name, "")).replace("\x00", "")


def limit(request: HttpRequest) -> int:
    """How many rows are wanted, 1 to 200."""
    given = request.GET.get("limit", "")
    if not given:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= MOST:
        detail = _("“limit” is a number from 1 to %(most)d. “%(given)s” is not.") % {"most": MOST, "given": given}
        raise Problem(400, "unreadable", detail)
    return int(given)


def page_key(request: HttpRequest) -> int | None:
    """The page key of a list that is ordered by id: the last id seen."""
    given = request.GET.get("after", "")
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", given):
        raise Problem(400, "unreadable", _("“after” is no page key of this list. Start again without it."))
    return int(given)


def flag(request: HttpRequest, name: str) -> bool:
    """Whether a yes-or-no word of the query string is set."""
    given = request.GET.get(name, "")
    if given not in ("", "0", "1", "false", "true"):
        raise Problem(400, "unreadable", _("“%(name)s” is 1 or 0.") % {"name": name})
    return given in ("1", "true")


def version(request: HttpRequest) -> int:
    """The version that a change starts from, from If-Match."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        detail = _("Send “If-Match” with the ETag of the record as you read it, so that nobody's change is lost.")
        raise Problem(428, "version-missing", detail)
    found = ETAG.fullmatch(given)
    if found is None:
        detail = _('“%(given)s” is no ETag of a record. Send it as you got it, such as "3".') % {"given": given[:80]}
        raise Problem(400, "unreadable", detail)
    return int(found[1])


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the caller says with If-None-Match that it has this version already."""
    given = request.headers.get("If-None-Match", "")
    return etag in (one.strip().removeprefix("W/") for one in given.split(","))


def once(request: HttpRequest, kind: str) -> str:
    """The Idempotency-Key as it is kept: the same key for another kind is another key."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        return ""
    if not KEY.fullmatch(given):
        raise Problem(400, "unreadable", _("“Idempotency-Key” is 1 to 200 plain characters without spaces."))
    return hashlib.sha256(f"{kind}\n{given}".encode()).hexdigest()
