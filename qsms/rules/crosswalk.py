"""Crosswalks as values: how requirements of different editions relate, read in both directions.

A relation is read from the left to the right: a superset demands more than what it is compared with, a subset is
contained in it. What two pairs say about a third is worked out by `compose`; it is a suggestion, and nobody counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from qsms.rules.frameworks import BaseKind, Change, Confidence, Framework, Reference


class Relation(StrEnum):
    """How what one requirement asks stands to what another asks."""

    EQUAL = "equal"
    SUBSET = "subset"
    SUPERSET = "superset"
    OVERLAP = "overlap"


class Source(StrEnum):
    """Where a pair comes from: shipped as judged, one edition containing or following the other, or judged by an
    organisation."""

    JUDGED = "judged"
    CONTAINED = "contained"
    FOLLOWS = "follows"
    OWN = "own"


BACKWARDS: Final = {
    Relation.EQUAL: Relation.EQUAL,
    Relation.SUBSET: Relation.SUPERSET,
    Relation.SUPERSET: Relation.SUBSET,
    Relation.OVERLAP: Relation.OVERLAP,
}

# What surely holds of the ends of a chain; a chain that is not listed may join strangers. A superset of something that
# is in turn contained in a third shares it with the third, so the two overlap at least.
_COMPOSED: Final = {
    (Relation.SUBSET, Relation.SUBSET): Relation.SUBSET,
    (Relation.SUPERSET, Relation.SUPERSET): Relation.SUPERSET,
    (Relation.SUPERSET, Relation.SUBSET): Relation.OVERLAP,
    (Relation.SUPERSET, Relation.OVERLAP): Relation.OVERLAP,
    (Relation.OVERLAP, Relation.SUBSET): Relation.OVERLAP,
}


@dataclass(frozen=True)
class Pair:
    """One judgement. `jointly` names the other requirements on the larger side that are needed for the whole of it."""

    left: Reference
    right: Reference
    relation: Relation
    rationale: str = ""
    confidence: Confidence = Confidence.BACKGROUND
    row: int = 0
    jointly: tuple[str, ...] = ()
    source: Source = Source.JUDGED


@dataclass(frozen=True)
class Reading:
    """A pair as seen from one of its ends: from here, to there, with the relation in that direction."""

    here: Reference
    there: Reference
    relation: Relation
    pair: Pair

    @property
    def is_backwards(self) -> bool:
        """Whether the pair was judged from the other end."""
        return self.here != self.pair.left


@dataclass(frozen=True)
class Suggestion:
    """What a chain of two pairs suggests; `relation` is None when the chain does not say what holds."""

    here: Reference
    there: Reference
    relation: Relation | None
    first: Reading
    second: Reading


@dataclass(frozen=True)
class Crosswalk:
    """Pairs with an index over both ends."""

    pairs: tuple[Pair, ...]
    _readings: Mapping[Reference, tuple[Reading, ...]] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        found: dict[Reference, list[Reading]] = {}
        for pair in self.pairs:
            found.setdefault(pair.left, []).append(Reading(pair.left, pair.right, pair.relation, pair))
            found.setdefault(pair.right, []).append(Reading(pair.right, pair.left, BACKWARDS[pair.relation], pair))
        object.__setattr__(self, "_readings", {end: tuple(readings) for end, readings in found.items()})

    def readings(self, here: Reference, framework: str = "") -> tuple[Reading, ...]:
        """Every pair as seen from here; only those to one framework when it is named."""
        found = self._readings.get(here, ())
        return tuple(each for each in found if each.there.framework == framework) if framework else found

    def readings_into(self, framework: str) -> Iterator[Reading]:
        """Every pair that ends in this framework, seen from the other end."""
        for here, readings in self._readings.items():
            if here.framework != framework:
                yield from (each for each in readings if each.there.framework == framework)

    def suggestions(self, here: Reference, framework: str) -> tuple[Suggestion, ...]:
        """What chains of two pairs suggest in a framework, beyond what is judged; the surest chain to each end."""
        known = {each.there for each in self.readings(here, framework)} | {here}
        best: dict[Reference, Suggestion] = {}
        for first in self.readings(here):
            for second in self.readings(first.there, framework):
                if second.there in known:
                    continue
                found = Suggestion(here, second.there, compose(first.relation, second.relation), first, second)
                before = best.get(second.there)
                if before is None or _sureness(found.relation) < _sureness(before.relation):
                    best[second.there] = found
        return tuple(sorted(best.values(), key=lambda each: (_sureness(each.relation), each.there)))


def compose(first: Relation, second: Relation) -> Relation | None:
    """What surely holds from the beginning of a chain to its end; None when the two may have nothing in common."""
    if first is Relation.EQUAL:
        return second
    if second is Relation.EQUAL:
        return first
    return _COMPOSED.get((first, second))


def contained(framework: Framework) -> Iterator[Pair]:
    """The pairs of a supplement with its base: what it adds to demands more, what it leaves alone is equal.

    A revision contains nothing: what it kept is judged anew when the organisation moves to it.
    """
    if framework.base is None or framework.base.kind is not BaseKind.SUPPLEMENTS:
        return
    for each in framework.requirements:
        if not each.assessable or each.change not in (Change.SAME, Change.EXTENDED):
            continue
        relation = Relation.EQUAL if each.change is Change.SAME else Relation.SUPERSET
        for was in each.was:
            yield Pair(
                Reference(framework.key, each.number),
                Reference(framework.base.framework, was),
                relation,
                rationale=each.addition,
                confidence=each.confidence or framework.confidence,
                source=Source.CONTAINED,
            )


# How a requirement stands to what it follows. What moved or was worded anew is the same only in part, for all we know.
_FOLLOWS: Final = {
    Change.SAME: Relation.EQUAL,
    Change.EXTENDED: Relation.SUPERSET,
    Change.CHANGED: Relation.OVERLAP,
    Change.RENUMBERED: Relation.OVERLAP,
}


def followed(framework: Framework) -> Iterator[Pair]:
    """The pairs of a revision with the edition that it follows, headings included.

    No evidence crosses them, because a person moves it on; what was found against the old text stays found.
    """
    if not framework.follows:
        return
    for each in framework.requirements:
        for was in each.was if each.change in _FOLLOWS else ():
            yield Pair(
                Reference(framework.key, each.number),
                Reference(framework.follows, was),
                _FOLLOWS[each.change],
                rationale=each.addition or each.note,
                confidence=each.confidence or framework.confidence,
                source=Source.FOLLOWS,
            )


def joined(pairs: Iterable[Pair]) -> Crosswalk:
    """A crosswalk without doubles: of two pairs with the same ends the first is kept, so give the surer ones first."""
    kept: dict[frozenset[Reference], Pair] = {}
    for pair in pairs:
        kept.setdefault(frozenset((pair.left, pair.right)), pair)
    return Crosswalk(tuple(kept.values()))


def overruled(crosswalk: Crosswalk, own: Iterable[Pair], denied: Iterable[frozenset[Reference]]) -> Crosswalk:
    """A crosswalk as an organisation judges it: its own pairs first, and none between ends that it calls strangers."""
    strangers = set(denied)
    pairs = [*own, *crosswalk.pairs]
    return joined(pair for pair in pairs if frozenset((pair.left, pair.right)) not in strangers)


_ORDER: Final = (Relation.EQUAL, Relation.SUPERSET, Relation.SUBSET, Relation.OVERLAP)


def _sureness(relation: Relation | None) -> int:
    return len(_ORDER) if relation is None else _ORDER.index(relation)
