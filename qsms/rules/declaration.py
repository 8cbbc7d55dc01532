"""How complete the evidence behind a declaration of compliance is, section by section, and how long there is left.

A declaration says that all of it is in place, so a section is complete only when everything in it that applies is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qsms.rules.applicability import Applicability, Certificate, DueDuty, duties, not_applicable
from qsms.rules.coverage import Coverage, Tally
from qsms.rules.frameworks import Framework


@dataclass(frozen=True)
class Section:
    """One section with its tally; `away` are the numbers of it that do not apply, each with what says so."""

    number: str
    title: str
    tally: Tally
    away: tuple[tuple[str, str], ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether anything in it applies."""
        return self.tally.applicable > 0

    @property
    def is_complete(self) -> bool:
        """Whether all that applies is met."""
        return self.is_asked and self.tally.met == self.tally.applicable


@dataclass(frozen=True)
class Completeness:
    """All sections, and the declaration that is due, if one is. `not_allowed` was left out although it applies."""

    sections: tuple[Section, ...]
    tally: Tally
    declaration: DueDuty | None
    days_left: int | None
    not_allowed: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[Section, ...]:
        """The sections of which anything applies."""
        return tuple(each for each in self.sections if each.is_asked)

    @property
    def open_sections(self) -> tuple[Section, ...]:
        """The sections that stand between the organisation and its signature."""
        return tuple(each for each in self.sections if each.is_asked and not each.is_complete)


def sections(framework: Framework) -> tuple[str, ...]:
    """The numbers of the sections: those right under the subparts, which are the roots of the tree."""
    return tuple(number for root in framework.children() for number in framework.children(root))


def completeness(
    framework: Framework,
    coverage: Coverage,
    rules: Applicability,
    certificates: Iterable[Certificate],
    left_out: Iterable[str] = (),
) -> Completeness:
    """Where the declaration for these certificates stands on the day of the coverage.

    The coverage is to be judged for the same certificates. `left_out` are numbers that somebody chose to leave out;
    those that the rules do not take away stand in the way of a declaration.
    """
    held = tuple(certificates)
    away = not_applicable(rules, framework, held)
    found = tuple(
        Section(
            number, framework.by_number[number].title, coverage.covered[number].tally, _away(framework, number, away)
        )
        for number in sections(framework)
    )
    declaration = next((each for each in duties(rules, held) if each.duty.is_declaration), None)
    left = declaration.days_left(coverage.today) if declaration else None
    wrong = tuple(number for number in left_out if not any(one in away for one in _lineage(framework, number)))
    return Completeness(found, coverage.tally, declaration, left, wrong)


def _away(framework: Framework, section: str, away: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of a section does not apply: itself, or the uppermost numbers below it, each with what says so."""
    above = next((one for one in _lineage(framework, section) if one in away), None)
    if above is not None:
        return ((section, away[above]),)
    below = (one for one in framework.subtree(section) if one in away)
    return tuple((one, away[one]) for one in below if not any(each in away for each in framework.ancestors(one)))


def _lineage(framework: Framework, number: str) -> tuple[str, ...]:
    """A number and all above it; nothing of one that the edition does not have."""
    return (number, *framework.ancestors(number)) if number in framework.by_number else ()
