"""The declaration of compliance with Part 5: how complete each section is, how long is left, and what is signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.models import Record
from qsms.rules import declaration as rules
from qsms.rules.applicability import DueDuty, duties
from qsms.rules.declaration import Completeness

from . import adopting, profile, standing
from .models import PART_5, Adoption, Declaration
from .standing import Standing

KIND = "declaration"
DECLARED = "sections_declared"


@dataclass(frozen=True)
class Readiness:
    """Where a declaration stands today, as one reader may know it; without an adoption nothing is known."""

    declaration: Declaration
    found: Standing | None
    completeness: Completeness | None
    duties: tuple[DueDuty, ...]
    today: dt.date

    @property
    def due(self) -> DueDuty | None:
        """The duty to declare, if there is one."""
        return next((each for each in self.duties if each.duty.is_declaration), None)

    @property
    def days_left(self) -> int | None:
        return self.due.days_left(self.today) if self.due else None

    @property
    def adoption(self) -> Adoption | None:
        return self.found.adoption if self.found else None


def readiness(actor: Actor, declaration: Declaration) -> Readiness:
    """How each section stands, from the evidence that the actor sees, and what is due when.

    Worked out once for the object: its page asks for the sections, and for what shuts the signature.
    """
    known = declaration.__dict__.setdefault("_readiness", {})
    asked = (actor.person_id, declaration.version, moment.now())
    if asked not in known:
        known[asked] = _readiness(actor, declaration)
    found: Readiness = known[asked]
    return found


def _readiness(actor: Actor, declaration: Declaration) -> Readiness:
    today = moment.now().astimezone(actor.tz).date()
    certificate = profile.certificate(declaration)
    due = duties(profile.rules(), [certificate])
    live = adopting.live_and_left_out(actor)
    adoption = adopted(live.adoptions, declaration)
    if adoption is None:
        return Readiness(declaration, None, None, due, today)
    [found] = standing.of_all(actor, [adoption], live)
    complete = rules.completeness(found.framework, found.coverage, profile.rules(), [certificate])
    return Readiness(declaration, found, complete, due, today)


def adopted(live: list[Adoption], declaration: Declaration) -> Adoption | None:
    """The adoption of Part 5 that speaks for a declaration: of its site, else of the whole organisation."""
    known = {one.site_id: one for one in reversed(live) if one.key == PART_5}
    return known.get(declaration.site_id) or known.get(None)


def due_on(declaration: Declaration) -> dt.date | None:
    """The day by which it is to be submitted; None where the rules set none."""
    found = duties(profile.rules(), [profile.certificate(declaration)])
    return next((each.due_on for each in found if each.duty.is_declaration), None)


def usual_statement() -> str:
    """What is declared, until somebody writes it otherwise."""
    return _(
        "I declare that the safety management system of this organisation is developed, documented and in use, and "
        "that it meets every requirement of 14 CFR Part 5 that applies to us."
    )


def set_due(declaration: Declaration) -> None:
    """Have the day of the record follow from its certificate. Inside the transaction of a write."""
    day = due_on(declaration)
    if day != declaration.due_on:
        declaration.due_on = day
        Record.everywhere.filter(pk=declaration.pk).update(due_on=day)


def keep_sections(actor: Actor, declaration: Declaration) -> None:
    """Keep how each section stands at the signature, with the record and in its history."""
    complete = readiness(actor, declaration).completeness
    assert complete is not None
    declaration.sections = sections(complete)
    Declaration.everywhere.filter(pk=declaration.pk).update(sections=declaration.sections)
    history.write(actor, declaration, history.Act(DECLARED, detail={"sections": declaration.sections}))


def sections(complete: Completeness) -> list[dict[str, Any]]:
    """The sections as plain data: number, title, how many requirements apply and how many of them are met."""
    return [
        {
            "number": each.number, "title": each.title, "met": each.tally.met, "applicable": each.tally.applicable,
            "not_applicable": each.tally.not_applicable,
        }
        for each in complete.sections
    ]  # fmt: skip
