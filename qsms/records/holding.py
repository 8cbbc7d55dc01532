"""What an edit may not write, though the editor may change the record, and what it writes only with a reason.

A field that a move of somebody else answers, such as what a check found, is written by that move alone. What a record
was handed over for, to be checked by somebody else, stays as it was handed over until that is done. What is secret is
opened up by those who may see secrets. Rooms add rules of their own: `RecordType.held` and `RecordType.weighty`.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.rules.lifecycle import Move

from . import scope
from .models import Record
from .registry import RecordType

CONFIDENTIAL = "confidential"


def held(actor: Actor, sheet: RecordType, record: Record) -> dict[str, str]:
    """The fields that an edit by this actor leaves alone as the record stands, each with the sentence why."""
    found = dict(answers_of_others(sheet))
    if checks := sheet.lifecycle.checks(record.state):
        found |= _handed_over(actor, sheet, record, checks)
    if CONFIDENTIAL in sheet.writable and record.confidential and not may_open_up(actor, record):
        found[CONFIDENTIAL] = _("Only those who may see what is confidential open it up. Ask the gatekeeper.")
    return {**found, **sheet.held(actor, record)}


def weighty(actor: Actor, sheet: RecordType, record: Record) -> dict[str, str]:
    """The fields whose change is told with a reason, each with the sentence that asks for it."""
    found: dict[str, str] = {}
    if sheet.lifecycle.checks(record.state):
        found |= dict.fromkeys(sheet.check_plan, _("Say why the check is planned anew. It is kept in the history."))
    if CONFIDENTIAL in sheet.writable and record.confidential:
        found[CONFIDENTIAL] = _("Say why it is opened up. It is kept in the history.")
    return {**found, **sheet.weighty(actor, record)}


def answers_of_others(sheet: RecordType) -> dict[str, str]:
    """The fields that only a move of somebody else writes, each with the sentence that names the move."""
    said = _("“%(field)s” is written in the step “%(move)s”, by whoever makes it.")
    return {
        name: said % {"field": sheet.field_label(name), "move": move.label}
        for move in reversed(sheet.lifecycle.judging)
        for name in (*move.asks, *move.offers)
    }


def _handed_over(actor: Actor, sheet: RecordType, record: Record, checks: tuple[Move, ...]) -> dict[str, str]:
    parties = sheet.parties(record)
    barred = {name for move in checks for name in move.independent_of if actor.persons & parties.get(name, frozenset())}
    said = _("“%(field)s” stays as it was handed over until “%(move)s” is made.")
    names = sheet.lifecycle.handed_over(record.state)
    if barred:
        # Who is checked does not choose the day of the check, nor who makes it.
        names |= frozenset(sheet.check_plan)
    else:
        names -= frozenset(sheet.check_plan)
    return {name: said % {"field": sheet.field_label(name), "move": checks[0].label} for name in names}


def waits_for_check(sheet: RecordType, record: Record) -> bool:
    """Whether the record was handed over to somebody else, whose word is awaited: its evidence stays."""
    return bool(sheet.lifecycle.checks(record.state))


def may_open_up(actor: Actor, record: Record) -> bool:
    """Whether the actor may make public what is secret: by a right to see secrets, not for owning the record."""
    if actor.is_system:
        return True
    rights = actor.rights_for(f"{record.kind}.{scope.CONFIDENTIAL}")
    return any(right.axis != Axis.OWN and scope.reaches(actor, right, record) for right in rights)
