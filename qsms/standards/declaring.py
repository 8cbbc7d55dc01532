"""The declaration of compliance with Part 5: how complete each section is, how long is left, and what is signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import history, services
from qsms.records.models import Record
from qsms.rules import declaration as rules
from qsms.rules.applicability import DueDuty, duties
from qsms.rules.declaration import Completeness

from . import adopting, declared, profile, standing
from .models import PART_5, Adoption, Declaration
from .standing import AtHand, Standing

KIND = "declaration"
DECLARED = "sections_declared"


# The states in which somebody has signed it.
SENT = ("submitted", "acknowledged")
SIGNED = ("signed", *SENT)


@dataclass(frozen=True)
class Readiness:
    """Where a declaration stands today, as one reader may know it; without an adoption nothing is known."""

    declaration: Declaration
    found: Standing | None
    completeness: Completeness | None
    duties: tuple[DueDuty, ...]
    today: dt.date
    # The adoptions of Part 5 from which it can be judged, where nobody has said which one and there are several.
    choices: tuple[Adoption, ...] = ()

    @property
    def due(self) -> DueDuty | None:
        """The duty to declare, if there is one."""
        return next((each for each in self.duties if each.duty.is_declaration), None)

    @property
    def days_left(self) -> int | None:
        """Until it must be submitted; None where nothing says a day, or it was."""
        return self.due.days_left(self.today) if self.due and self.declaration.state not in SENT else None

    @property
    def adoption(self) -> Adoption | None:
        return self.found.adoption if self.found else None


def readiness(actor: Actor, declaration: Declaration) -> Readiness:
    """How each section stands for this certificate, from the evidence that the actor sees, and what is due when.

    Worked out once for the object: its page asks for the sections and for what shuts the signature, and what is signed
    is what was looked at.
    """
    known = declaration.__dict__.setdefault("_readiness", [])
    asked = (actor.person_id, actor.label, profile.certificate(declaration), declaration.judged_from_id)
    for before, found in known:
        if before == asked:
            kept: Readiness = found
            return kept
    made = _readiness(actor, declaration)
    known.append((asked, made))
    return made


def _readiness(actor: Actor, declaration: Declaration) -> Readiness:
    today = moment.now().astimezone(actor.tz).date()
    certificate = profile.certificate(declaration)
    due = duties(profile.rules(), [certificate])
    live = adopting.live(actor)
    offered = [one for one in live if one.key == PART_5]
    adoption = _chosen(offered, declaration)
    if adoption is None:
        several = () if declaration.judged_from_id else tuple(offered)
        return Readiness(declaration, None, None, due, today, several)
    [found] = standing.of_all(actor, [adoption], AtHand(live=live), certificates=[certificate])
    complete = rules.completeness(
        found.framework, found.coverage, profile.rules(), [certificate], list(found.not_allowed)
    )
    return Readiness(declaration, found, complete, due, today)


def _chosen(offered: list[Adoption], declaration: Declaration) -> Adoption | None:
    """The adoption that speaks for a declaration: the one that it names, else the only one there is."""
    if declaration.judged_from_id is not None:
        return next((one for one in offered if one.pk == declaration.judged_from_id), None)
    return offered[0] if len(offered) == 1 else None


def due_on(declaration: Declaration) -> dt.date | None:
    """The day by which it is to be submitted; None where the rules set none."""
    found = duties(profile.rules(), [profile.certificate(declaration)])
    return next((each.due_on for each in found if each.duty.is_declaration), None)


def usual_statement() -> str:
    """What is declared, until somebody writes it otherwise."""
    return _(
        "I declare that the safety management system of this organisation is developed, documented and in use, and "
        "that it meets every requirement of 14 CFR Part 5 that applies to the certificate named here."
    )


def set_due(declaration: Declaration) -> None:
    """Have the day of the record follow from its certificate. Inside the transaction of a write."""
    day = due_on(declaration)
    if day != declaration.due_on:
        declaration.due_on = day
        Record.everywhere.filter(pk=declaration.pk).update(due_on=day)


def judge_from(actor: Actor, record_id: int, adoption_id: int) -> Record:
    """Say from which adoption of Part 5 it is judged. Raises NotVisible, Refused, Invalid."""
    declaration = services.find(actor, KIND, record_id)
    return services.edit(actor, declaration.pk, declaration.version, {"judged_from": adoption_id})


def keep_sections(actor: Actor, declaration: Declaration) -> None:
    """Keep how each section stands at the signature and from what it was judged, with the record and in its history.

    Inside the transaction of the move, whose deed tells of the adoption.
    """
    found = readiness(actor, declaration)
    assert found.completeness is not None
    declaration.sections = declared.sections(found.completeness)
    declaration.judged_from = found.adoption
    declaration.untrue_since = None
    Declaration.everywhere.filter(pk=declaration.pk).update(
        sections=declaration.sections, judged_from=declaration.judged_from, untrue_since=None
    )
    history.write(actor, declaration, history.Act(DECLARED, detail={"sections": declaration.sections}))


def taken_back(declaration: Declaration) -> None:
    """What is not signed any more cannot be untrue."""
    declaration.untrue_since = None
    Declaration.everywhere.filter(pk=declaration.pk).update(untrue_since=None)


def signed_with(actor: Actor, declaration: Declaration) -> dict[str, str]:
    """What the signature covers beside the form: from what it is judged, all in all, and every section."""
    found = readiness(actor, declaration)
    if found.completeness is None or found.adoption is None:
        return {}
    rows = declared.sections(found.completeness)
    return {
        _("Judged by the evidence of"): named(found.adoption),
        _("All in all"): " ".join([declared.summary(rows), *declared.obstacles(found.completeness)]),
        **{f"{row['number']} {row['title']}": declared.words(row) for row in rows},
    }


def named(adoption: Adoption) -> str:
    """An adoption by number and title, with where it holds and what for."""
    places = ", ".join(adopting.held_at(adoption)) or _("all sites")
    told = f"{adoption.number} {adoption.title}, {places}"
    return f"{told} ({adoption.scope.rstrip('.')})" if adoption.scope else told
