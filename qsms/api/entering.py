"""Who asks: the holder of a token, or the person of a session. Everything after the door has an actor and a context."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from qsms.base import context, moment
from qsms.org import actor as actors
from qsms.org.actor import Actor

from . import tokens
from .models import ApiToken
from .problems import Problem

SAFE = ("GET", "HEAD", "OPTIONS")


class Bearer(HttpBearer):
    """A token in the header. A wrong one is refused even beside a good session: the caller meant the token."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor that the token's person is today. Raises BadToken, and Problem when it may only read."""
        held = tokens.holder(token.strip())
        if held.scope == ApiToken.Scope.READ and request.method not in SAFE:
            raise Problem(
                403,
                "forbidden",
                _("This token may only read. Use one that may write."),
                headers={"WWW-Authenticate": 'Bearer realm="OpenQSMS", error="insufficient_scope"'},
            )
        acting = actors.load(held.person, moment.now().date())
        request.actor, request.api_token = acting, held  # type: ignore[attr-defined]
        return acting


class Session(APIKeyCookie):
    """The session of a signed-in browser; whatever changes something needs the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        acting: Actor | None = getattr(request, "actor", None)
        if acting is not None and request.method not in SAFE and check_csrf(request) is not None:
            raise Problem(
                403, "forbidden", _("The CSRF token is missing or wrong. Send it as X-CSRFToken, or use an API token.")
            )
        return acting

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The session's actor: the middleware has found it already."""
        return self(request)


def acting(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator of every operation: organisation, actor, request id and zone stand while it runs."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        request_id = context.current().request_id or secrets.token_hex(8)
        now = context.Context(actor.organisation_id, actor.person_id, request_id)
        with context.entered(now), timezone.override(actor.tz):
            return view(request, *args, **kwargs)

    return inside


def actor_of(request: HttpRequest) -> Actor:
    """Who acts; the door has made sure that there is somebody."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]
