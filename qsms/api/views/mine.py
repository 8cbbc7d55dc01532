"""Who is asking, what there is for them, and what waits for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from qsms.records import registry, scope, tasks

from .. import asking, shapes
from ..entering import actor_of

ALWAYS = ("view", "create", "change", "assign", "link", "import", "export")


def list_kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of record of which the actor may see any at all."""
    actor = actor_of(request)
    asking.query(request, ())
    seen = set(scope.kinds_seen(actor))
    found = [
        {
            "kind": sheet.kind,
            "prefix": sheet.prefix,
            "label": str(sheet.label),
            "label_plural": str(sheet.label_plural),
            "url": reverse("api:list", args=[sheet.kind]),
        }
        for sheet in registry.all_types()
        if sheet.kind in seen
    ]
    return shapes.answer({"items": found, "openapi": reverse("api:openapi"), "reference": reverse("api:reference")})


def read_me(request: HttpRequest) -> HttpResponse:
    """The person who acts, their roles, and what they may do with some record of each kind."""
    actor = actor_of(request)
    asking.query(request, ())
    may = {}
    for sheet in registry.all_types():
        verbs = dict.fromkeys((*ALWAYS, *(move.verb or move.code for move in sheet.lifecycle.moves)))
        held = [verb for verb in verbs if actor.holds(f"{sheet.kind}.{verb}")]
        if held:
            may[sheet.kind] = held
    token = getattr(request, "api_token", None)
    return shapes.answer(
        {
            "person": {"id": actor.person_id, "name": actor.name},
            "organisation": {"id": actor.organisation_id, "name": actor.organisation_name},
            "zone": actor.zone,
            "roles": sorted(actor.roles),
            "may": may,
            "token": token and {"name": token.name, "scope": token.scope, "expires_at": token.expires_at},
        }
    )


def list_tasks(request: HttpRequest) -> HttpResponse:
    """What waits for the actor, the soonest first: own tasks, and those of the actor's roles."""
    actor = actor_of(request)
    asking.query(request, ("limit",))
    limit = asking.limit(request)
    found = [
        {
            "id": one.id,
            "code": one.code,
            "title": one.title,
            "due_at": one.due_at,
            "given_at": one.given_at,
            "asked_by": one.asked_by,
            "role": one.role,
            "record": shapes.far(one.record),
        }
        for one in tasks.mine(actor)[:limit]
    ]
    return shapes.answer({"items": found})
