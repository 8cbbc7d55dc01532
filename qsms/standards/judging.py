"""How an organisation itself judges two requirements of different editions.

What was shipped is never edited: a judgement of one's own stands before it, with a reason, until it is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.crosswalk import Pair, Relation, Source
from qsms.rules.frameworks import Confidence, Reference

from . import library, stored
from .choices import STRANGERS
from .models import Crosswalk

RIGHT = "framework.judge"
JUDGED, TAKEN_BACK = "pair_judged", "pair_taken_back"


@dataclass(frozen=True)
class Judged:
    """One judgement: the ends, the relation by its code or STRANGERS, and why."""

    left: Reference
    right: Reference
    relation: str
    why: str
    confidence: Confidence

    @property
    def data(self) -> list[Any]:
        """As it is stored."""
        pair = Pair(self.left, self.right, Relation.OVERLAP, self.why, self.confidence, source=Source.OWN)
        data = stored.pair_data(pair)
        data[stored.RELATION] = self.relation
        return data


def own(organisation_id: int) -> list[Judged]:
    """Every judgement of an organisation that stands, by its ends."""
    row = library.own_crosswalk(organisation_id)
    if row is None:
        return []
    found = [Judged(one.left, one.right, one.relation.value, one.rationale, one.confidence) for one in row.own.pairs]
    found += [Judged(one.left, one.right, STRANGERS, one.rationale, one.confidence) for one in row.own.strangers]
    return sorted(found, key=lambda one: (one.left, one.right))


def check(actor: Actor) -> None:
    """Raises Refused for who may not judge how requirements relate."""
    if not actor.holds(RIGHT):
        raise Refused([_("You may not judge how requirements relate. Ask the quality manager.")])


def judge(actor: Actor, given: Judged) -> None:
    """Let a judgement stand, before whatever was said of the two. Raises Refused, Invalid."""
    check(actor)
    why = given.why.strip()
    errors = {}
    rows = library.newest(actor.organisation_id)
    for name, end in (("clause", given.left), ("number", given.right)):
        if end.framework not in rows or end.number not in rows[end.framework].rule.by_number:
            said = _("There is no requirement “%(number)s” in this standard. Choose one of its clauses.")
            errors[name] = said % {"number": end.number}
    if given.left.framework == given.right.framework:
        errors["other"] = _("Choose another standard: a crosswalk is between two of them.")
    if given.relation not in (*Relation, STRANGERS):
        errors["relation"] = _("Choose how they relate.")
    if len(why) < 10:
        errors["why"] = _("Say why, so that an auditor can follow it.")
    if errors:
        raise Invalid(errors)
    with write_transaction():
        ends = {given.left, given.right}
        kept = [one for one in own(actor.organisation_id) if {one.left, one.right} != ends]
        new = Judged(given.left, given.right, given.relation, why, given.confidence)
        _keep(actor, [*kept, new])
        detail = {"left": str(new.left), "relation": new.relation, "right": str(new.right)}
        history.write(actor, None, history.Act(JUDGED, why[:500], detail), subject="crosswalk")


def take_back(actor: Actor, left: Reference, right: Reference) -> None:
    """Let what was shipped stand again. Raises Refused, NotVisible."""
    check(actor)
    with write_transaction():
        known = own(actor.organisation_id)
        kept = [one for one in known if {one.left, one.right} != {left, right}]
        if len(kept) == len(known):
            raise NotVisible
        _keep(actor, kept)
        detail = {"left": str(left), "right": str(right)}
        history.write(actor, None, history.Act(TAKEN_BACK, detail=detail), subject="crosswalk")


def _keep(actor: Actor, judged: list[Judged]) -> None:
    """The next revision; the former ones stay, so that it can be told what stood when."""
    row = library.own_crosswalk(actor.organisation_id)
    pairs = [one.data for one in judged]
    Crosswalk.everywhere.create(
        organisation_id=actor.organisation_id, edition="own", revision=row.revision + 1 if row else 1,
        basis="Judged here", confidence_note="", pairs=pairs, checksum=stored.pairs_checksum(pairs),
        brought_at=moment.now(),
    )  # fmt: skip
