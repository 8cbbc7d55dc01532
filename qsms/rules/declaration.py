"""How complete the evidence behind a declaration of compliance is, section by section, and how long there is left.

A declaration says that all of it is in place, so a section is complete only when everything in it that applies is met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qsms.rules.applicability import Applicability, Certificate, DueDuty, duties
from qsms.rules.coverage import Coverage, Tally
from qsms.rules.frameworks import Framework


@dataclass(frozen=True)
class Section:
    """One section with its tally."""

    number: str
    title: str
    tally: Tally

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
    """All sections, and the declaration that is due, if one is."""

    sections: tuple[Section, ...]
    tally: Tally
    declaration: DueDuty | None
    days_left: int | None

    @property
    def open_sections(self) -> tuple[Section, ...]:
        """The sections that stand between the organisation and its signature."""
        return tuple(each for each in self.sections if each.is_asked and not each.is_complete)

    @property
    def may_declare(self) -> bool:
        """Whether everything that applies is met."""
        return not self.open_sections and any(each.is_complete for each in self.sections)


def sections(framework: Framework) -> tuple[str, ...]:
    """The numbers of the sections: those right under the subparts, which are the roots of the tree."""
    return tuple(number for root in framework.children() for number in framework.children(root))


def completeness(
    framework: Framework, coverage: Coverage, rules: Applicability, certificates: Iterable[Certificate]
) -> Completeness:
    """Where the declaration stands on the day of the coverage."""
    found = tuple(
        Section(number, framework.by_number[number].title, coverage.covered[number].tally)
        for number in sections(framework)
    )
    declaration = next((each for each in duties(rules, certificates) if each.duty.is_declaration), None)
    left = declaration.days_left(coverage.today) if declaration else None
    return Completeness(found, coverage.tally, declaration, left)
