"""What evidence for one requirement shows of another, over a pair of the crosswalk: counted, or only suggested.

Only what surely follows is counted, and only between what is really bound. A pair that names a heading says nothing of
any one clause under it; and what was written down for the environment is no proof of flight safety by itself. Both are
worth a look, so they are suggested, with the reason, until somebody binds the record or judges the pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qsms.rules.crosswalk import Pair, Reading, Relation, Source
from qsms.rules.evidence import Evidence, Level
from qsms.rules.frameworks import Framework, Subject


class Doubt(StrEnum):
    """Why something that came over a pair is only suggested."""

    # The pair names a heading, and the evidence stands under it.
    FROM_UNDER_A_HEADING = "from_under_a_heading"
    # The pair names the heading above this requirement.
    TO_THE_HEADING_ABOVE = "to_the_heading_above"
    OTHER_SUBJECT = "other_subject"


@dataclass(frozen=True)
class Through:
    """What came over one pair: as seen from its source, how much of the source is shown, and what it counts for.

    With doubts it is a suggestion and counts for nothing.
    """

    reading: Reading
    shown: Level
    counts: Level
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...] = ()


# Whose evidence counts for flight safety without anybody saying so.
_FOR_AVIATION_SAFETY: Final = frozenset({Subject.AVIATION_SAFETY, Subject.QUALITY})


def counts_for(relation: Relation, shown: Level) -> Level:
    """What evidence that shows so much of one requirement surely shows of another, by the relation to it."""
    if relation is Relation.EQUAL:
        return shown
    if relation is Relation.SUPERSET:
        return Level.WHOLE if shown is Level.WHOLE else Level.NOTHING
    if relation is Relation.SUBSET:
        return min(shown, Level.PART)
    return Level.PART if shown is Level.WHOLE else Level.NOTHING


def may_lend(source: Framework, target: Framework, pair: Pair) -> bool:
    """Whether the subject of the one speaks for the other; for flight safety another one must be named by a person."""
    if target.subject is not Subject.AVIATION_SAFETY or source.subject in _FOR_AVIATION_SAFETY:
        return True
    return pair.source is Source.OWN


def surely(reading: Reading, shown: Level, source: Framework, target: Framework) -> Level:
    """What evidence at one end of a pair counts for at the other by itself: nothing where it is only suggested, or is
    moved on to a new edition by a person's hand alone."""
    if reading.pair.source is Source.FOLLOWS or not may_lend(source, target, reading.pair):
        return Level.NOTHING
    return counts_for(reading.relation, shown)
