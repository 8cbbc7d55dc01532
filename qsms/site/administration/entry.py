"""Who comes into the administration, and how a row of another organisation is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from qsms.org.actor import ADMINISTRATION, GRANTING, Actor

from . import changes

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", bound=models.Model)


def administration(view: View) -> View:
    """For those who administer or grant roles; everybody else is told that they may not."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        changes.require(acting(request), ADMINISTRATION, GRANTING)
        return view(request, *args, **more)

    return guarded


def acting(request: HttpRequest) -> Actor:
    """The actor of a page behind the door."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def ours(actor: Actor, model: type[Row], **which: Any) -> Row:
    """One row of the actor's own organisation; anything else does not exist."""
    found = model._default_manager.filter(organisation_id=actor.organisation_id, **which).first()
    if found is None:
        raise Http404
    return found
