"""The moves of a record: which are open, why the others are shut, and making one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from qsms.org.actor import Actor
from qsms.records import moves, services, signing, verbs
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Verdict

from .. import asking, finding, shapes, taking
from ..entering import actor_of
from ..problems import refused
from .many import whole


def list_moves(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """A verdict for each move from the present state: open, or every reason why it is shut."""
    actor = actor_of(request)
    asking.query(request, ())
    sheet, record = finding.record_of(actor, kind, key)
    verdicts = moves.verdicts(actor, record)
    reasons = moves.reasons_each(actor, record, verdicts)
    found = [_verdict(actor, sheet, record, one, why) for one, why in zip(verdicts, reasons, strict=True)]
    return shapes.answer({"state": record.state, "version": record.version, "moves": found})


def _verdict(actor: Actor, sheet: RecordType, record: Record, one: Verdict, reasons: list[str]) -> dict[str, Any]:
    move = one.move
    signature, doubt = None, sheet.doubt(actor, record, move)
    if move.signature:
        also = dict(sheet.also_signed(actor, record, move))
        shown = signing.content_hash(sheet, record, also)
        signature = {"meaning": str(move.signature), "shown": shown, "covers": also}
    return {
        "code": move.code,
        "label": str(move.label),
        "help": str(move.help),
        "to": move.target or record.state,
        "open": one.is_open and move.by_hand,
        "reasons": reasons if move.by_hand else [*reasons, moves.not_by_hand(move)],
        "asks": list(move.asks),
        "offers": list(move.offers),
        "needs_reason": move.reason or bool(doubt),
        "doubt": doubt,
        "signature": signature,
        # What a room does on a page of its own is no plain move: a verb may make it.
        "by_hand": move.by_hand,
        "verb": verbs.making(sheet.kind, move.code),
    }


def make_move(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """Make one move, with the fields it asks for, a reason, and the password where it is signed."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    sheet = finding.sheet_of(actor, kind)
    try:
        move = sheet.lifecycle.move(code)
    except KeyError as error:
        raise NotVisible from error
    known = {"fields": dict, "reason": str, "password": str, "shown": str}
    given = asking.members(asking.body(request, empty=True), known)
    fields = taking.values(actor, sheet, given.get("fields", {}), (*move.asks, *move.offers))
    proof = signing.Proof(given.get("password", ""), given.get("shown", "")) if move.signature else None
    try:
        moved = services.move(actor, parent.pk, code, fields=fields, reason=given.get("reason", ""), proof=proof)
    except Refused as error:
        # Past this step already, or not there yet: that is a clash with somebody else's deed, not a lack of rights.
        now = Record.everywhere.values_list("state", flat=True).get(pk=parent.pk)
        return refused(error.reasons, 403 if now in move.sources else 409)
    return whole(actor, sheet, moved)
