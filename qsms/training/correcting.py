"""A training record of the wrong person, course or day: it goes, with the reason, and a right one comes in its place.

Nothing that counted is written over: an auditor finds both records, linked, and what was wrong in the history of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import attachments, bulk, moves, scope, services
from qsms.records.choices import Relation
from qsms.records.errors import Invalid, NotVisible, Refused

from . import reckoning, standing
from .choices import Source
from .models import Holding

KIND = "holding"
CORRECTED = "corrected"
# What can have been typed wrongly, and what a correction asks for.
FIELDS = ("holder", "course", "completed_on", "expires_on", "issuer", "reference")
COLUMNS = {"holder": "holder_id", "course": "course_id"}
CLAIMED = "claimed"
# The move by which a record in this state goes.
WAY_OUT = {reckoning.HELD: "withdraw", CLAIMED: "refuse"}
TYPED = frozenset({Source.OUTSIDE, Source.BEFORE})


def may_correct(actor: Actor, holding: Holding) -> bool:
    """Whether the actor is offered to correct it: whoever verifies, but for their own."""
    stands = holding.state in WAY_OUT and holding.source in TYPED
    return stands and holding.holder_id not in actor.persons and scope.may(actor, "verify", holding)


def correct(actor: Actor, holding_id: int, given: Mapping[str, Any], *, reason: str) -> Holding:
    """Put a right record in the place of a wrong one, with its files and in its state.

    `given` has all of FIELDS, person and course by their keys.
    Raises NotVisible, Refused, Invalid.
    """
    if not reason.strip():
        raise Invalid({"reason": _("Say what was wrong. It is kept in the history of both records.")})
    with write_transaction():
        wrong = moves.locked(actor, holding_id)
        if not isinstance(wrong, Holding):
            raise NotVisible
        _check(actor, wrong)
        if all(getattr(wrong, COLUMNS.get(name, name)) == given[name] for name in FIELDS):
            raise Invalid({"": _("Nothing is different. Change what was wrong.")})
        state, files = wrong.state, attachments.on_record(wrong)
        moves.move(actor, wrong.pk, WAY_OUT[state], reason=reason)
        # Files are added as long as it is open; what counted then counts again once they are there.
        right = _make(actor, wrong, given, CLAIMED if files else state)
        if right.holder_id in actor.persons or not scope.may(actor, "verify", right):
            raise Refused([_("Somebody else corrects records that are your own, or outside what you manage.")])
        services.link(actor, right.pk, wrong.pk, Relation.SUPERSEDES, reason=reason)
        for each in files:
            attachments.carry(actor, each, right)
        if state != right.state:
            moves.move(actor, right.pk, "verify")
            right.refresh_from_db()
    return right


def _check(actor: Actor, wrong: Holding) -> None:
    if wrong.source not in TYPED:
        said = _("%(number)s was given for what was passed here. Withdraw it, and add the right one with its proof.")
        raise Refused([said % {"number": wrong.number}])
    if wrong.state not in WAY_OUT:
        raise Refused([_("%(number)s counts for nothing any more.") % {"number": wrong.number}])
    if not may_correct(actor, wrong):
        raise Refused([_("Whoever verifies training records corrects them, but not their own.")])


def _make(actor: Actor, wrong: Holding, given: Mapping[str, Any], state: str) -> Holding:
    course = standing.course_for(actor, given["course"])
    told = {**{name: given[name] for name in FIELDS}, "title": course.title}
    fixed = {"source": wrong.source, "confidential": wrong.confidential}
    ready = bulk.prepare(
        actor, KIND, bulk.Row(told, fixed, state=state, closed_at=moment.now(), raised_by_id=actor.person_id)
    )
    if ready.errors:
        raise Invalid(ready.errors)
    # What is entered as held counts as from before; here it was verified already, or was from before itself.
    ready.record.source = wrong.source  # type: ignore[attr-defined]
    [made] = bulk.create(actor, KIND, [ready.record], verb=CORRECTED, details=[{"other": wrong.pk}])
    assert isinstance(made, Holding)
    return made
