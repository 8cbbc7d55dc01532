"""What was done to a record and said about it: history and comments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from qsms.org import names
from qsms.records import history, keys, scope, services
from qsms.records.history import Entry
from qsms.records.models import Comment, Record

from .. import asking, finding, shapes
from ..entering import actor_of


def list_history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The deeds of a record, the newest first. Other records are named as far as the actor sees them."""
    actor = actor_of(request)
    asking.query(request, ("after", "limit"))
    parent = finding.parent_of(actor, kind, key)
    sheet = finding.sheet_of(actor, kind)
    sealed, shown_fields = frozenset(sheet.sealed_fields), frozenset(shapes.slots(sheet))
    limit = asking.limit(request)
    entries = history.entries(parent, reader=actor, before=asking.page_key(request), limit=limit + 1)
    shown = entries[:limit]
    others = {int(one.detail["other"]) for one in shown if "other" in one.detail}
    seen = scope.seen_of(actor, others) if others else {}
    items = [_deed(one, seen.get(int(one.detail.get("other", 0))), sealed, shown_fields) for one in shown]
    return shapes.answer({"items": items, "next": str(shown[-1].id) if len(entries) > limit else None})


def _deed(one: Entry, other: Record | None, sealed: frozenset[str], known: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": one.id,
        "at": one.at,
        "verb": one.verb,
        "by": {"id": one.actor_id, "name": one.actor},
        "for": one.for_person,
        "signed_as": one.meaning,
        "reason": one.reason,
        "version": one.version,
        "changes": [{"field": c.field, "old": c.old, "new": c.new} for c in one.changes if c.field not in sealed],
        "request": one.request,
    }
    if one.verb == history.CREATED:
        found["values"] = {n: v for n, v in one.detail.get("values", {}).items() if n in known}
    if other is not None:
        found["other"] = {**shapes.far(other), "relation": one.detail.get("relation", "")}
    return found


def list_comments(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What people wrote about a record, the oldest first."""
    actor = actor_of(request)
    asking.query(request, ("after", "limit"))
    parent = finding.parent_of(actor, kind, key)
    limit = asking.limit(request)
    rows = Comment.everywhere.filter(record_id=parent.pk, organisation_id=actor.organisation_id)
    after = asking.page_key(request)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: limit + 1])
    return shapes.answer(
        {
            "items": _comments(actor.organisation_id, found[:limit]),
            "next": str(found[limit - 1].pk) if len(found) > limit else None,
        }
    )


def _comments(organisation_id: int, rows: list[Comment]) -> list[dict[str, Any]]:
    named = {pk for one in rows for pk in (one.by_id, *one.mentions)}
    known = names.people(organisation_id, named)
    return [
        {
            "id": one.pk,
            "at": one.at,
            "by": {"id": one.by_id, "name": known[one.by_id]} if one.by_id in known else None,
            "text": one.text,
            "mentions": [{"id": pk, "name": known[pk]} for pk in one.mentions if pk in known],
        }
        for one in rows
    ]


def create_comment(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Add a comment. People named by their ids in `mentions` are told, if they may see the record."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    given = asking.members(asking.body(request), {"text": str, "mentions": list})
    mentions = [one for one in given.get("mentions", []) if type(one) is int and 0 < one <= keys.LARGEST]
    made = services.comment(actor, parent.pk, given.get("text", ""), mentions=mentions)
    [content] = _comments(actor.organisation_id, [made])
    return shapes.answer(content, 201, headers={"Location": reverse("api:comments", args=[kind, key])})
