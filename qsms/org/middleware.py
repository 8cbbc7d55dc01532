"""Puts the acting person, the organisation, a request id and the person's zone into the context of every request."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from qsms.base import context, moment

from . import actor
from .models import Person

SESSION_KEY = "person"


class ActorMiddleware:
    """After authentication: `request.actor` is the Actor, or None for a visitor.

    An account that stands for several people chooses one in the session; without a choice it is the first one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = self._person(request)
        acting = actor.load(person, moment.now().date()) if person else None
        request.person = person  # type: ignore[attr-defined]
        request.actor = acting  # type: ignore[attr-defined]
        now = context.Context(
            organisation_id=acting.organisation_id if acting else None,
            actor_id=acting.person_id if acting else None,
            request_id=secrets.token_hex(8),
        )
        with context.entered(now), timezone.override(acting.tz if acting else None):
            return self.get_response(request)

    def _person(self, request: HttpRequest) -> Person | None:
        # Static files and the health check come without a session cookie or do not need one.
        if not request.user.is_authenticated:
            return None
        people = request.user.stands_for
        chosen = request.session.get(SESSION_KEY)
        return next((one for one in people if one.pk == chosen), people[0] if people else None)
