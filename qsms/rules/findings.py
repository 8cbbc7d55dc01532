"""Open findings as values: how grave one is for a requirement, and where else what was found is surely found too.

A finding is the opposite of evidence, and crosses pairs the other way round. A demand that is not met belongs to every
requirement that contains the one it was found against; whether it belongs to one that is contained in it, or overlaps
it, nobody knows. It crosses one pair and never two, as evidence does.

A new edition closes no finding, nor do two of them: what follows a requirement, over however many changes of edition,
has its findings until they are closed, in full where it asks for the same all along, and as something that is not
wholly met where the text is another one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from qsms.rules.crosswalk import Crosswalk, Pair, Reading, Relation, Source
from qsms.rules.frameworks import Framework, Reference


class Weight(IntEnum):
    """What a finding says of a requirement; ordered, so that the gravest is the maximum."""

    NOTES = 0  # something to look at: an observation, an opportunity, a strength
    LAPSES = 1  # it is not wholly met
    FAILS = 2  # it is not met


class OpenFinding(NamedTuple):
    """A finding that is not closed, against one requirement."""

    id: Hashable
    at: Reference
    weight: Weight


@dataclass(frozen=True)
class Struck:
    """A finding that reaches a requirement over a pair, as seen from where it was found, and what it says here."""

    reading: Reading
    finding: OpenFinding
    weight: Weight


def counts_against(reading: Reading, weight: Weight) -> Weight:
    """What a finding of this weight surely says of the other end of a pair; NOTES where it only touches it."""
    if reading.relation is Relation.EQUAL:
        return weight
    if reading.pair.source is Source.FOLLOWS:
        # Of the old text about the new one. What is found against the new one may be what the old one did not ask for.
        return min(weight, Weight.LAPSES) if reading.is_backwards else Weight.NOTES
    if reading.relation is Relation.SUBSET and not reading.pair.jointly:
        return min(weight, Weight.LAPSES)
    # Of several on the larger side it is open which of them holds the demand.
    return Weight.NOTES


def struck(
    findings: Iterable[OpenFinding], frameworks: Mapping[str, Framework], crosswalk: Crosswalk
) -> dict[Reference, list[Struck]]:
    """Where else each finding is found, by requirement: the gravest way for each, and none where it stands itself.

    What is found against a number is found against all that it stands under, and may cross from there as a part.
    """
    every = list(findings)
    direct = {(one.id, one.at) for one in every}
    best: dict[tuple[Hashable, Reference], Struck] = {}
    for one in every:
        framework = frameworks.get(one.at.framework)
        if not one.weight or framework is None or one.at.number not in framework.by_number:
            continue
        for found in _reached(one, framework, crosswalk):
            key = (one.id, found.reading.there)
            if key not in direct and (key not in best or best[key].weight < found.weight):
                best[key] = found
    reached: dict[Reference, list[Struck]] = {}
    for (_id, there), found in best.items():
        reached.setdefault(there, []).append(found)
    return reached


def _reached(one: OpenFinding, framework: Framework, crosswalk: Crosswalk) -> Iterator[Struck]:
    for number in (one.at.number, *framework.ancestors(one.at.number)):
        for reading in crosswalk.readings(Reference(framework.key, number)):
            found = None if reading.pair.source is Source.FOLLOWS else _crossing(one, number, reading)
            if found is not None:
                yield found
    for reading in along(one.at, crosswalk):
        yield Struck(reading, one, counts_against(reading, one.weight))


def along(here: Reference, crosswalk: Crosswalk) -> Iterator[Reading]:
    """Where a requirement stands along its line of editions, each place as one reading from here.

    Later ones over any number of changes; earlier ones as far back as they ask for the same, and the one before.
    """
    for onward in (True, False):
        ways, seen = [(here, Relation.EQUAL)], {(here, Relation.EQUAL)}
        for place, so_far in ways:
            for step in crosswalk.readings(place):
                # A pair of a line is judged from its later end.
                if step.pair.source is not Source.FOLLOWS or step.is_backwards is not onward:
                    continue
                relation = step.relation if so_far is Relation.EQUAL else Relation.OVERLAP
                if (step.there, relation) in seen:
                    continue
                seen.add((step.there, relation))
                yield step if place == here else _over_many(here, step, relation, onward)
                if onward or relation is Relation.EQUAL:
                    ways.append((step.there, relation))


def _over_many(here: Reference, last: Reading, relation: Relation, onward: bool) -> Reading:
    """Several steps along a line as one reading; of what lies between only its ends are told."""
    ends = (last.there, here) if onward else (here, last.there)
    pair = Pair(*ends, relation, confidence=last.pair.confidence, source=Source.FOLLOWS)
    return Reading(here, last.there, relation, pair)


def _crossing(one: OpenFinding, number: str, reading: Reading) -> Struck | None:
    if number == one.at.number:
        return Struck(reading, one, counts_against(reading, one.weight))
    if reading.pair.source is Source.CONTAINED:
        # A supplement contains the text of the clause itself; the points below it have pairs of their own.
        return None
    weight = counts_against(reading, min(one.weight, Weight.LAPSES))
    return Struck(reading, one, weight) if weight else None
