"""How an organisation itself judges two requirements of different editions.

What was shipped is never edited: a judgement of one's own stands before it, with a reason, once a second person has
confirmed it, and until it is taken back. Who thinks otherwise judges beside it; nothing that was judged goes away.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
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
from .models import Crosswalk, Edition

RIGHT = "framework.judge"
JUDGED, CONFIRMED, TAKEN_BACK = "pair_judged", "pair_confirmed", "pair_taken_back"
CONFIRMED_MANY, TAKEN_BACK_MANY = "pairs_confirmed", "pairs_taken_back"
# A reason is a sentence, and no chapter.
LEAST_SAID, MOST_SAID = 10, 2000


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
        return self.ends == other.ends and self.relation == other.read_from(self.left)

    def read_from(self, end: Reference) -> str:
        """The relation as read from this one of its ends."""
        if end == self.left or self.relation not in tuple(Relation):
            return self.relation
        return BACKWARDS[Relation(self.relation)].value

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


def faults(rows: Mapping[str, Edition], given: Judged) -> dict[str, str]:
    """What is wrong with a judgement by itself, by the field of the editor; `rows` are the newest editions."""
    why, found = given.why.strip(), {}
    for name, end in (("clause", given.left), ("number", given.right)):
        if end.framework not in rows or end.number not in rows[end.framework].rule.by_number:
            said = _("There is no requirement “%(number)s” in this standard. Choose one of its clauses.")
            found[name] = said % {"number": end.number}
    if given.left.framework == given.right.framework:
        found["other"] = _("Choose another standard: a crosswalk is between two of them.")
    if given.relation not in (*Relation, STRANGERS):
        found["relation"] = _("Choose how they relate.")
    if len(why) < LEAST_SAID:
        found["why"] = _("Say why, so that an auditor can follow it.")
    elif len(why) > MOST_SAID:
        found["why"] = _("Say why in at most %(most)s characters.") % {"most": f"{MOST_SAID:,}"}
    return found


def said_by_another(actor: Actor, known: Iterable[Judged], given: Judged) -> str:
    """Why somebody does not judge what another said of the same two before and waits; empty where nobody did."""
    if any(one.waits and one.by != actor.person_id and one.says_the_same(given) for one in known):
        return _("Somebody else judged it so already. Confirm that one under “Our judgements”.")
    return ""


def judge(actor: Actor, given: Judged) -> Judged:
    """Say how two requirements relate. It waits until somebody else confirms it. Raises Refused, Invalid."""
    check(actor)
    errors = faults(library.newest(actor.organisation_id), given)
    if errors:
        raise Invalid(errors)
    with write_transaction():
        known = every(actor.organisation_id)
        said = said_by_another(actor, known, given)
        if said:
            raise Invalid({"relation": said})
        [new], kept = laid_over(actor, known, [given])
        keep(actor, kept)
        _write(actor, JUDGED, new, new.why)
    return new


def laid_over(actor: Actor, known: Iterable[Judged], given: Iterable[Judged]) -> tuple[list[Judged], list[Judged]]:
    """These judgements as of now, and all with them. Of one's own that still waits only the last one is asked about."""
    now = moment.now()
    new = [replace(one, why=one.why.strip(), key=uuid.uuid4().hex, by=actor.person_id, at=now) for one in given]
    ends = {one.ends for one in new}
    kept = [
        replace(one, ended_by=actor.person_id, ended_at=now)
        if one.waits and one.by == actor.person_id and one.ends in ends
        else one
        for one in known
    ]
    return new, [*kept, *new]


def confirm(actor: Actor, key: str) -> None:
    """Let a judgement of somebody else count, in place of one that counted till now. Raises Refused, NotVisible."""
    confirm_all(actor, [key])


def confirm_all(actor: Actor, keys: Sequence[str]) -> int:
    """The same for many in one revision; how many count now. Raises Refused, NotVisible, and then none does."""
    check(actor)
    with write_transaction():
        known = every(actor.organisation_id)
        by_key = {one.key: one for one in known}
        found = [_find(by_key, key) for key in dict.fromkeys(keys)]
        if not found or not all(one.waits for one in found):
            raise NotVisible
        if any(one.by in actor.persons for one in found):
            who = others(actor) or _("somebody else who may judge")
            said = _("You judged this yourself, or stand in for who did. Ask %(who)s to confirm it.")
            raise Refused([said % {"who": who}])
        ends = {one.ends for one in found}
        if len(ends) < len(found):
            raise Refused([_("Two of these judge the same two requirements. Confirm one of them.")])
        now, chosen = moment.now(), {one.key for one in found}
        kept = [
            replace(one, confirmed_by=actor.person_id, confirmed_at=now)
            if one.key in chosen
            else replace(one, ended_by=actor.person_id, ended_at=now)
            if one.counts and one.ends in ends
            else one
            for one in known
        ]
        revision = keep(actor, kept)
        _note(actor, CONFIRMED, CONFIRMED_MANY, found, revision)
    return len(found)


def take_back(actor: Actor, key: str) -> None:
    """Let what was shipped stand again, or turn down what waits. It is kept. Raises Refused, NotVisible."""
    take_back_all(actor, [key])


def take_back_all(actor: Actor, keys: Sequence[str]) -> int:
    """The same for many in one revision; how many it were. Raises Refused, NotVisible."""
    check(actor)
    with write_transaction():
        known = every(actor.organisation_id)
        by_key = {one.key: one for one in known}
        found = [_find(by_key, key) for key in dict.fromkeys(keys)]
        if not found or any(one.ended_at is not None for one in found):
            raise NotVisible
        now, chosen = moment.now(), {one.key for one in found}
        revision = keep(
            actor,
            [replace(one, ended_by=actor.person_id, ended_at=now) if one.key in chosen else one for one in known],
        )
        _note(actor, TAKEN_BACK, TAKEN_BACK_MANY, found, revision)
    return len(found)


def _find(known: Mapping[str, Judged], key: str) -> Judged:
    if key not in known:
        raise NotVisible
    return known[key]


def _write(actor: Actor, verb: str, one: Judged, why: str = "") -> None:
    detail: dict[str, Any] = {"left": str(one.left), "relation": one.relation, "right": str(one.right)}
    history.write(actor, None, history.Act(verb, why[:500], detail), subject="crosswalk")


def _note(actor: Actor, verb: str, of_many: str, found: Sequence[Judged], revision: int) -> None:
    if len(found) == 1:
        _write(actor, verb, found[0])
    else:
        write_many(actor, of_many, {"pairs": len(found), "revision": revision})


def write_many(actor: Actor, verb: str, detail: dict[str, Any]) -> None:
    """One deed for many pairs: which they are stands in the revision, which never changes."""
    history.write(actor, None, history.Act(verb, detail=detail), subject="crosswalk")


def keep(actor: Actor, judged: Iterable[Judged]) -> int:
    """The next revision, by its number; the former ones stay, so that it can be told what stood when."""
    row = library.own_crosswalk(actor.organisation_id)
    pairs = [one.data for one in judged]
    made = Crosswalk.everywhere.create(
        organisation_id=actor.organisation_id, edition="own", revision=row.revision + 1 if row else 1,
        basis="Judged here", confidence_note="", pairs=pairs, checksum=stored.pairs_checksum(pairs),
        brought_at=moment.now(),
    )  # fmt: skip
    return made.revision
