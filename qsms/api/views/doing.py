"""What rooms do to a record beside its moves: which verbs it takes, and doing one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from qsms.org.actor import Actor
from qsms.records import verbs
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Record
from qsms.records.verbs import Verb

from .. import asking, finding, shapes
from .. import verbs as bodies
from ..entering import actor_of
from ..problems import refused
from .many import whole


def list_verbs(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What can be done to the record beside its moves, and what a signed verb would sign as the record stands."""
    actor = actor_of(request)
    asking.query(request, ())
    sheet, record = finding.record_of(actor, kind, key)
    found = [_verb(actor, record, verb) for verb in verbs.of(sheet.kind)]
    return shapes.answer({"state": record.state, "version": record.version, "verbs": found})


def _verb(actor: Actor, record: Record, verb: Verb) -> dict[str, Any]:
    signs = verb.to_sign(actor, record) if verb.to_sign is not None else ()
    return {
        "code": verb.code,
        "label": str(verb.label),
        "help": str(verb.help),
        "takes": [one.name for one in verb.members],
        "needs": [one.name for one in verb.members if one.needed],
        "makes": list(verb.moves),
        "to_sign": [
            {"meaning": one.meaning, "shown": one.shown, "covers": dict(one.covers), "given": dict(one.given)}
            for one in signs
        ],
    }


def read_verb(request: HttpRequest, kind: str, key: str, verb: str) -> HttpResponse:
    """What was made with it so far, the oldest first."""
    actor = actor_of(request)
    asking.query(request, ())
    _sheet, record = finding.record_of(actor, kind, key)
    one = verbs.find(kind, verb)
    if one is None or one.shows is None:
        raise NotVisible
    return shapes.answer({"items": [dict(row) for row in one.shows.rows(actor, record)]})


def do_verb(request: HttpRequest, kind: str, key: str, verb: str) -> HttpResponse:
    """Do it, with the values it takes. One that writes over what stands starts from the version in If-Match. With an
    Idempotency-Key, sending the same again does nothing more."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    sheet = finding.sheet_of(actor, kind)
    one = verbs.find(kind, verb)
    if one is None:
        raise NotVisible
    version = asking.version(request) if one.writes_over else None
    given = bodies.values(actor, one, asking.body(request, empty=True))
    once = asking.once(request, f"{parent.pk}/{one.code}")
    try:
        done = verbs.do(actor, parent, one, given, version=version, once=once)
    except Refused as error:
        # Past that step already, or not there yet: a clash with somebody else's deed, not a lack of rights.
        now = Record.everywhere.values_list("state", flat=True).get(pk=parent.pk)
        made = [move for move in sheet.lifecycle.moves if move.code in one.moves and one.to_sign is None]
        late = bool(made) and not any(now in move.sources for move in made)
        return refused(error.reasons, 409 if late else 403)
    return whole(actor, sheet, done)
