"""The rows of a coverage as every page and file writes them, so that all of them add up to the same figures.

A row counts or it is a heading: that is for `qsms.rules.coverage` to say, and nobody else decides it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from qsms.records import wording
from qsms.rules.coverage import Covered
from qsms.rules.coverage_words import why
from qsms.rules.frameworks import Requirement

from .choices import STATES
from .standing import Standing


def every(found: Standing) -> Iterator[tuple[Requirement, Covered]]:
    """Every row in reading order, headings included."""
    return ((one, found.coverage.covered[one.number]) for one in found.framework.requirements)


def counted(found: Standing) -> Iterator[tuple[Requirement, Covered]]:
    """The rows that count: as many in each state as the tally says."""
    return ((one, covered) for one, covered in every(found) if covered.counts)


def state(covered: Covered) -> str:
    """The state in a word; empty for a heading with nothing to assess."""
    return str(STATES[covered.state][0]) if covered.is_told else ""


def kind(covered: Covered) -> str:
    """Whether the row counts, for who adds a column up."""
    return _("Requirement") if covered.counts else _("Heading")


def reasons(found: Standing, covered: Covered) -> list[str]:
    """Why it is in its state, each reason as a sentence, and at how many of the sites where at some alone."""
    said = [wording.sentence(words) for words in why(covered)]
    return [*said, *filter(None, [found.shown_at(covered.number)])]


def with_all_below(covered: Covered) -> str:
    """How it stands with what is under it, where that is another state than its own; empty otherwise."""
    if covered.together is covered.state:
        return ""
    return _("With what stands under it: %(state)s.") % {"state": STATES[covered.together][0]}
