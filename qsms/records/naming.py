"""Naming people to parts: a room above is asked whether somebody can take a part, before it is written.

The spine knows the parts of a record (owner, verifier, auditor, whoever signs) and not what they ask of a person. A
room that does registers a check; every service asks it. An objection that blocks is told beside the field and nothing
is written; any other stands in the history, and its event lets rooms tell whom it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.org.models import Person

from . import history
from .models import Record
from .registry import RecordType

DOUBTED = "named_in_doubt"
# The part of whoever signs a move.
SIGNATORY = "signatory"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why somebody should not take a part, as a sentence with a way out."""

    said: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """Somebody is to take a part on a record; `field` is where that is said."""

    part: str
    field: str
    person_id: int


def instead(actor: Actor, named_one: Person | None) -> str:
    """What speaks against doing a part that somebody else is named to; "" where nobody is, or it is the actor."""
    if named_one is None or named_one.pk in actor.persons:
        return ""
    return _("%(name)s is named to check this.") % {"name": named_one}


Check = Callable[[Actor, Record, Naming], Objection | None]
_checks: dict[str, list[Check]] = {}


def check(*parts: str) -> Callable[[Check], Check]:
    """Decorator: ask this function whenever somebody is named to one of these parts."""

    def keep(function: Check) -> Check:
        for part in parts:
            if function not in (known := _checks.setdefault(part, [])):
                known.append(function)
        return function

    return keep


def named(sheet: RecordType, record: Record, fields: Iterable[str]) -> list[Naming]:
    """Who is named by these fields of the record, as it stands in memory."""
    parts = {"owner": "owner", **sheet.party_fields}
    wanted = set(fields)
    return [
        Naming(part, field, person)
        for part, field in parts.items()
        if field in wanted and (person := getattr(record, f"{field}_id")) is not None
    ]


def objections(actor: Actor, record: Record, namings: Iterable[Naming]) -> list[tuple[Naming, Objection]]:
    """What speaks against these people taking these parts."""
    return [
        (one, found)
        for one in namings
        for ask in _checks.get(one.part, ())
        if (found := ask(actor, record, one)) is not None
    ]


def refusals(found: Iterable[tuple[Naming, Objection]]) -> dict[str, str]:
    """The objections that block, by field."""
    return {naming.field: one.said for naming, one in found if one.blocks}


def note(actor: Actor, record: Record, found: Iterable[tuple[Naming, Objection]]) -> None:
    """Keep in the history what was objected and written all the same. The caller has the transaction open."""
    for naming, one in found:
        detail = {"part": naming.part, "person": naming.person_id}
        deed = history.write(actor, record, history.Act(DOUBTED, one.said, detail))
        history.tell(actor, record, deed, f"{record.kind}.{DOUBTED}", detail)
