"""The links of a record, as far as the actor sees their far ends."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import keys, services, threads, wording
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Link, Record

from .. import asking, finding, shapes, taking
from ..entering import actor_of


def list_links(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Both ways, the oldest first."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    return shapes.answer({"items": _strands(actor, parent)})


def _strands(actor: Actor, record: Record) -> list[dict[str, Any]]:
    return [
        {
            "id": one.link_id,
            "relation": one.relation,
            "outward": one.outward,
            "words": wording.relation(one.relation, one.outward),
            "reason": one.reason,
            "at": one.at,
            "record": shapes.far(one.record),
        }
        for one in threads.around(actor, record)
    ]


def create_link(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say that this record stands in a relation to another one, given by id or number."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    body = asking.body(request)
    if isinstance(body.get("target"), int) and not isinstance(body["target"], bool):
        body["target"] = str(body["target"])
    given = asking.members(body, {"target": str, "relation": str, "reason": str})
    target = _target(actor, given.get("target", ""))
    try:
        made = services.link(actor, parent.pk, target, given.get("relation", ""), reason=given.get("reason", ""))
    except NotVisible as error:
        raise _no_target(given.get("target", "")) from error
    [strand] = [one for one in _strands(actor, parent) if one["id"] == made.pk]
    return shapes.answer(strand, 201, headers={"Location": reverse("api:link", args=[kind, key, made.pk])})


def _target(actor: Actor, given: str) -> int:
    found = keys.whole(given) if given.isdecimal() else taking.numbered(actor, given)
    if not found:
        raise _no_target(given)
    return found


def _no_target(given: str) -> Invalid:
    # The same for a record that is not there and for one that the actor does not see.
    return Invalid({"target": _("There is no record “%(given)s” that you may see.") % {"given": given[:80]}})


def remove_link(request: HttpRequest, kind: str, key: str, link_id: int) -> HttpResponse:
    """Take a link away; `reason` says why, and both histories keep it."""
    actor = actor_of(request)
    asking.query(request, ("reason",))
    parent = finding.parent_of(actor, kind, key)
    here = Link.everywhere.filter(Q(source_id=parent.pk) | Q(target_id=parent.pk), pk=link_id)
    if not here.exists():
        raise NotVisible
    services.unlink(actor, link_id, reason=asking.text(request, "reason"))
    return HttpResponse(status=204)
