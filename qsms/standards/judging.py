"""How an organisation itself judges two requirements of different editions.

What was shipped is never edited: a judgement of one's own stands before it, with a reason, once a second person has
confirmed it, and until it is taken back. Who thinks otherwise judges beside it; nothing that was judged goes away.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.crosswalk import BACKWARDS, Pair, Relation, Source
from qsms.rules.frameworks import Confidence, Reference

from . import library, stored
from .choices import STRANGERS
from .models import Crosswalk

RIGHT = "framework.judge"
JUDGED, CONFIRMED, TAKEN_BACK = "pair_judged", "pair_confirmed", "pair_taken_back"


@dataclass(frozen=True)
class Judged:
    """One judgement: the ends, the relation by its code or STRANGERS, and why; who judged, confirmed and ended it."""

    left: Reference
    right: Reference
    relation: str
    why: str
    confidence: Confidence
    key: str = ""
    by: int | None = None
    at: datetime | None = None
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    ended_by: int | None = None
    ended_at: datetime | None = None

    @property
    def ends(self) -> frozenset[Reference]:
        """The two requirements, whichever stands first."""
        return frozenset((self.left, self.right))

    @property
    def counts(self) -> bool:
        """Whether it stands before what was shipped."""
        return self.confirmed_at is not None and self.ended_at is None

    @property
    def waits(self) -> bool:
        """Whether a second person is to confirm it."""
        return self.confirmed_at is None and self.ended_at is None

    def says_the_same(self, other: Judged) -> bool:
        """Whether both say the same of the same two, from whichever end."""
        if self.ends != other.ends:
            return False
        if self.left == other.left or other.relation not in tuple(Relation):
            return self.relation == other.relation
        return self.relation == BACKWARDS[Relation(other.relation)]

    @property
    def data(self) -> list[Any]:
        """As it is stored."""
        pair = Pair(self.left, self.right, Relation.OVERLAP, self.why, self.confidence, source=Source.OWN)
        data = stored.pair_data(pair)
        data[stored.RELATION] = self.relation
        told = {"key": self.key, "by": self.by, "confirmed_by": self.confirmed_by, "ended_by": self.ended_by}
        moments = {"at": self.at, "confirmed_at": self.confirmed_at, "ended_at": self.ended_at}
        return [*data, {**told, **{name: value and value.isoformat() for name, value in moments.items()}}]


def every(organisation_id: int) -> list[Judged]:
    """Every judgement that was ever made in an organisation, by its ends, the oldest first."""
    row = library.own_crosswalk(organisation_id)
    return sorted((_judged(one) for one in row.pairs), key=lambda one: (sorted(one.ends), one.at)) if row else []


def own(organisation_id: int) -> list[Judged]:
    """Those that count or wait for a second person."""
    return [one for one in every(organisation_id) if one.ended_at is None]


def _judged(row: list[Any]) -> Judged:
    told = stored.told_of(row)
    here, number, there, other, relation, why, confidence = row[:7]
    moments = {
        name: told[name] and datetime.fromisoformat(told[name]) for name in ("at", "confirmed_at", "ended_at")
    }  # fmt: skip
    return Judged(
        Reference(here, number), Reference(there, other), relation, why, Confidence(confidence), told["key"],
        told["by"], confirmed_by=told["confirmed_by"], ended_by=told["ended_by"], **moments,
    )  # fmt: skip


def check(actor: Actor) -> None:
    """Raises Refused for who may not judge how requirements relate."""
    if not actor.holds(RIGHT):
        raise Refused([_("You may not judge how requirements relate. Ask the quality manager.")])


def others(actor: Actor) -> str:
    """Who else may judge, and so confirm: their names, empty where there is nobody."""
    return moves.holders(actor.organisation_id, (RIGHT,), but=actor.person_id)[RIGHT]


def judge(actor: Actor, given: Judged) -> Judged:
    """Say how two requirements relate. It waits until somebody else confirms it. Raises Refused, Invalid."""
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
        known = every(actor.organisation_id)
        if any(one.waits and one.by != actor.person_id and one.says_the_same(given) for one in known):
            said = _("Somebody else judged it so already. Confirm that one under “Our judgements”.")
            raise Invalid({"relation": said})
        now = moment.now()
        new = replace(given, why=why, key=uuid.uuid4().hex, by=actor.person_id, at=now)
        # Of one's own that still waits only the last one is asked about.
        ended = [
            replace(one, ended_by=actor.person_id, ended_at=now)
            if one.waits and one.by == actor.person_id and one.ends == new.ends
            else one
            for one in known
        ]
        _keep(actor, [*ended, new])
        _write(actor, JUDGED, new, why)
    return new


def confirm(actor: Actor, key: str) -> None:
    """Let a judgement of somebody else count, in place of one that counted till now. Raises Refused, NotVisible."""
    check(actor)
    with write_transaction():
        known = every(actor.organisation_id)
        found = _find(known, key)
        if not found.waits:
            raise NotVisible
        if found.by in actor.persons:
            who = others(actor) or _("somebody else who may judge")
            said = _("You judged this yourself, or stand in for who did. Ask %(who)s to confirm it.")
            raise Refused([said % {"who": who}])
        now = moment.now()
        kept = [
            replace(one, confirmed_by=actor.person_id, confirmed_at=now)
            if one.key == key
            else replace(one, ended_by=actor.person_id, ended_at=now)
            if one.counts and one.ends == found.ends
            else one
            for one in known
        ]
        _keep(actor, kept)
        _write(actor, CONFIRMED, found)


def take_back(actor: Actor, key: str) -> None:
    """Let what was shipped stand again, or turn down what waits. It is kept. Raises Refused, NotVisible."""
    check(actor)
    with write_transaction():
        known = every(actor.organisation_id)
        found = _find(known, key)
        if found.ended_at is not None:
            raise NotVisible
        ended = replace(found, ended_by=actor.person_id, ended_at=moment.now())
        _keep(actor, [ended if one.key == key else one for one in known])
        _write(actor, TAKEN_BACK, found)


def _find(known: list[Judged], key: str) -> Judged:
    found = next((one for one in known if one.key == key), None)
    if found is None:
        raise NotVisible
    return found


def _write(actor: Actor, verb: str, one: Judged, why: str = "") -> None:
    detail: dict[str, Any] = {"left": str(one.left), "relation": one.relation, "right": str(one.right)}
    history.write(actor, None, history.Act(verb, why[:500], detail), subject="crosswalk")


def _keep(actor: Actor, judged: list[Judged]) -> None:
    """The next revision; the former ones stay, so that it can be told what stood when."""
    row = library.own_crosswalk(actor.organisation_id)
    pairs = [one.data for one in judged]
    Crosswalk.everywhere.create(
        organisation_id=actor.organisation_id, edition="own", revision=row.revision + 1 if row else 1,
        basis="Judged here", confidence_note="", pairs=pairs, checksum=stored.pairs_checksum(pairs),
        brought_at=moment.now(),
    )  # fmt: skip
