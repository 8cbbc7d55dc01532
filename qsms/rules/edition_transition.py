"""From one edition to the next: what is carried over, what moved, what is new, and what must be judged again.

A number alone carries nothing: 10.1 of the old edition may ask for something else than 10.1 of the new one. Links to
the old edition stay as they are; what is worked out here are proposals for the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qsms.rules.evidence import Evidence
from qsms.rules.frameworks import Change, Framework, FrameworkMisuse, Reference
from qsms.rules.sentences import say as _


class Outcome(StrEnum):
    """What becomes of a requirement."""

    CARRIED = "carried"
    REJUDGE = "rejudge"
    MOVED = "moved"
    NEW = "new"


OUTCOMES: Final = {
    Change.SAME: Outcome.CARRIED,
    Change.CHANGED: Outcome.REJUDGE,
    Change.EXTENDED: Outcome.REJUDGE,
    Change.RENUMBERED: Outcome.MOVED,
    Change.NEW: Outcome.NEW,
}


@dataclass(frozen=True)
class Step:
    """One requirement of the new edition, where it stood in the old one, and whether it is assessed at all."""

    number: str
    title: str
    outcome: Outcome
    was: tuple[str, ...]
    assessable: bool


@dataclass(frozen=True)
class Proposal:
    """A link of the old edition that may serve in the new one; somebody confirms it when it must be judged again."""

    evidence: Evidence
    at: Reference
    outcome: Outcome

    @property
    def needs_judgement(self) -> bool:
        """Whether a person must look before it counts."""
        return self.outcome is not Outcome.CARRIED


@dataclass(frozen=True)
class Transition:
    """The way from the old edition to the new one; `dropped` are the old numbers that lead nowhere."""

    old: str
    new: str
    steps: tuple[Step, ...]
    dropped: tuple[str, ...]

    def numbers(self, *outcomes: Outcome) -> tuple[str, ...]:
        """The numbers of the new edition with one of these outcomes, in reading order."""
        return tuple(each.number for each in self.steps if each.outcome in outcomes)


def transition(old: Framework, new: Framework) -> Transition:
    """The way between two editions; raises `FrameworkMisuse` when the new one does not say how it follows the old."""
    if new.base is None or new.base.framework != old.key:
        raise FrameworkMisuse(
            _("%(new)s does not say how it follows %(old)s. Load an edition that does.", new=new.key, old=old.key)
        )
    steps = tuple(
        Step(each.number, each.title, OUTCOMES[each.change], each.was, each.assessable) for each in new.requirements
    )
    led_on = {was for step in steps for was in step.was}
    return Transition(
        old.key, new.key, steps, tuple(each.number for each in old.requirements if each.number not in led_on)
    )


def proposals(way: Transition, evidence: Iterable[Evidence]) -> tuple[Proposal, ...]:
    """For each piece of evidence of the old edition, where it may serve in the new one; nothing is changed."""
    leads: dict[str, list[Step]] = {}
    for step in way.steps:
        for was in step.was:
            leads.setdefault(was, []).append(step)
    return tuple(
        Proposal(piece, Reference(way.new, step.number), step.outcome)
        for piece in evidence
        if piece.at.framework == way.old
        for step in leads.get(piece.at.number, ())
    )


def counted(way: Transition) -> Mapping[Outcome, int]:
    """How many assessable requirements have each outcome."""
    return {outcome: sum(step.assessable and step.outcome is outcome for step in way.steps) for outcome in Outcome}
