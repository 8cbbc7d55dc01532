"""Two snapshots of a gap assessment side by side: what moved, and which way.

What does not apply has no place on the way from a gap to met; a requirement that came to apply, or ceased to, is told
by itself and makes nothing better or worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What an assessor answers for a requirement."""

    MET = "met"
    PARTLY = "partly"
    GAP = "gap"
    NOT_APPLICABLE = "not_applicable"


class Way(StrEnum):
    """Which way a requirement moved between two snapshots."""

    BETTER = "better"
    WORSE = "worse"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    SCOPE = "scope"


_RANK = {Answer.GAP: 0, Answer.PARTLY: 1, Answer.MET: 2}


@dataclass(frozen=True)
class Moved:
    """One requirement that stands otherwise than before; None where it had no answer."""

    number: str
    before: Answer | None
    after: Answer | None
    way: Way


def way(before: Answer | None, after: Answer | None) -> Way | None:
    """Which way one requirement moved; None when it stands as before."""
    if before is after:
        return None
    if before is None:
        return Way.ANSWERED
    if after is None:
        return Way.WITHDRAWN
    if Answer.NOT_APPLICABLE in (before, after):
        return Way.SCOPE
    return Way.BETTER if _RANK[after] > _RANK[before] else Way.WORSE


def compare(order: Iterable[str], before: Mapping[str, Answer], after: Mapping[str, Answer]) -> tuple[Moved, ...]:
    """What moved, in reading order; numbers that neither edition's order names come last, by themselves."""
    numbers = dict.fromkeys([*order, *sorted({*before, *after})])
    found = []
    for number in numbers:
        was, now = before.get(number), after.get(number)
        moved = way(was, now)
        if moved is not None:
            found.append(Moved(number, was, now, moved))
    return tuple(found)


def tally(numbers: Iterable[str], answers: Mapping[str, Answer]) -> dict[Answer | None, int]:
    """How many of these numbers have each answer; None for those without one."""
    found: dict[Answer | None, int] = dict.fromkeys([*Answer, None], 0)
    for number in numbers:
        found[answers.get(number)] += 1
    return found
