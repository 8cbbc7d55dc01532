"""What of a record may leave the house in a file: of a confidential one that it is there, and nothing that names it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from .. import findings, living
from ..binding import Piece
from ..findings import Against
from ..standing import Standing


def named(one: Piece) -> str:
    """A piece of evidence in a file that goes to others."""
    if one.confidential:
        return _("A confidential record")
    if one.answer is not None:
        return f"{one.title}: {living.told(one.answer)}"
    return f"{one.number} {one.title}".strip()


def found(one: Against) -> str:
    """An open finding in such a file, in one phrase."""
    name = _("A confidential finding") if one.confidential else f"{one.number} {one.title}"
    return f"{name} ({findings.grade_of(one.grade).label}, {one.at})"


def confidential(standing: Standing, numbers: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The confidential records behind these requirements, each by kind and number."""
    behind: list[Piece | Against] = []
    for number in numbers:
        covered = standing.coverage.covered[number]
        lent = (each for one in covered.through if one.counts for each in one.evidence)
        behind += [standing.pieces[int(str(each.id))] for each in (*covered.evidence, *lent)]
        behind += standing.open_at(number)
    return frozenset((one.kind, one.number) for one in behind if one.confidential and one.number)
