"""Risk matrices as values: levels, classes, cells and the rating that an assessment stores.

A grid is a look-up table, never a product: on the ICAO matrix 4E is tolerable and 2D, with the same product, is
acceptable. A scored matrix (risk priority number, environmental significance) multiplies sums of levels and cuts the
result at thresholds. A cell belongs to its matrix and edition: 4E of one matrix is not 4E of another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _
from qsms.rules.sentences import say_many as ngettext

TONES: Final = ("accep", "toler", "intol")
ROLES: Final = ("severity", "likelihood", "detection", "factor")
KINDS: Final = ("grid", "product")
STATUSES: Final = ("draft", "current", "superseded")


class MatrixMisuse(ValueError):
    """A level, cell or class that this matrix does not have; the sentence says which ones it has."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Level:
    """One step of an axis; `order` 1 is the mildest, and the score in a scored matrix."""

    code: str
    label: str
    meaning: str
    order: int


@dataclass(frozen=True)
class Axis:
    """One question of the assessment, with its levels in the order in which they are drawn."""

    code: str
    label: str
    role: str
    levels: tuple[Level, ...]

    def level(self, code: str) -> Level:
        """The level of that code; raises `MatrixMisuse` naming the codes there are."""
        for level in self.levels:
            if level.code == code:
                return level
        raise MatrixMisuse(
            _(
                "“%(code)s” is not a level of %(axis)s. Choose one of %(levels)s.",
                code=code,
                axis=self.label,
                levels=", ".join(level.code for level in self.levels),
            )
        )


@dataclass(frozen=True)
class Authority:
    """Somebody who may accept risk; a higher rank may accept what a lower one may."""

    code: str
    label: str
    rank: int


@dataclass(frozen=True)
class RiskClass:
    """What a cell means: how to behave, how soon to act, who may accept (`authority` "" = nobody)."""

    code: str
    label: str
    tone: str
    order: int
    meaning: str
    behaviour: str
    days_to_act: int | None = None
    authority: str = ""
    max_months: int | None = None
    stop_activity: bool = False
    at_least: int | None = None


@dataclass(frozen=True)
class Override:
    """A fact that sets a class whatever the look-up says, such as a permit limit; `when` narrows it to levels."""

    code: str
    label: str
    class_code: str
    when: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cell:
    """One cell of one matrix in one edition."""

    matrix: str
    edition: str
    code: str
    class_code: str
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rating:
    """What an assessment stores: the levels chosen and the class they led to, on this matrix and edition."""

    matrix: str
    edition: str
    levels: tuple[tuple[str, str], ...]
    index: str
    class_code: str
    tone: str
    score: int | None = None
    looked_up_class: str = ""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Movement:
    """From one rating to another: steps per axis and in class (positive = worse), and the sentence that says it."""

    steps: tuple[tuple[str, int], ...]
    class_steps: int
    sentence: Sentence


@dataclass(frozen=True)
class Matrix:
    """A risk matrix of one edition. Made by `qsms.rules.risk_matrix_data`, which checks it first."""

    code: str
    edition: str
    title: str
    disciplines: tuple[str, ...]
    status: str
    basis: str
    confidence: str
    kind: str
    axes: tuple[Axis, ...]
    classes: tuple[RiskClass, ...]
    authorities: tuple[Authority, ...]
    notation: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict, hash=False)
    score: tuple[tuple[str, ...], ...] = ()
    overrides: tuple[Override, ...] = ()
    # What it is in the style of without having been compared with it; empty for all others.
    unchecked: str = ""

    def axis(self, code: str) -> Axis:
        """The axis of that code."""
        for axis in self.axes:
            if axis.code == code:
                return axis
        raise MatrixMisuse(
            _(
                "“%(code)s” is not an axis of %(matrix)s. It has %(axes)s.",
                code=code,
                matrix=self.title,
                axes=", ".join(axis.code for axis in self.axes),
            )
        )

    def axis_of(self, role: str) -> Axis | None:
        """The axis that plays a role, such as severity, or None."""
        return next((axis for axis in self.axes if axis.role == role), None)

    def risk_class(self, code: str) -> RiskClass:
        """The class of that code."""
        for each in self.classes:
            if each.code == code:
                return each
        raise MatrixMisuse(
            _(
                "“%(code)s” is not a class of %(matrix)s. It has %(classes)s.",
                code=code,
                matrix=self.title,
                classes=", ".join(each.code for each in self.classes),
            )
        )

    def authority(self, code: str) -> Authority | None:
        """The authority of that code, or None where this matrix does not know it."""
        return next((each for each in self.authorities if each.code == code), None)

    def cell(self, code: str) -> Cell:
        """The cell written `code` in this matrix's own notation."""
        for cell in self.all_cells():
            if cell.code == code:
                return cell
        axes = [self.axis(each) for each in self.notation]
        written = " + ".join(axis.label for axis in axes)
        raise MatrixMisuse(
            _(
                "“%(code)s” is not a cell of %(matrix)s, edition %(edition)s. "
                "Cells are written %(written)s, such as %(example)s.",
                code=code,
                matrix=self.title,
                edition=self.edition,
                written=written or _("as levels"),
                example=next(iter(self.cells), "-"),
            )
        )

    def all_cells(self) -> tuple[Cell, ...]:
        """Every cell of a grid, row by row as drawn; empty for a scored matrix."""
        return tuple(cell for _level, row in self.rows() for cell in row)

    def rows(self) -> tuple[tuple[Level, tuple[Cell, ...]], ...]:
        """A grid as drawn: the first axis down, the second across; empty for a scored matrix."""
        if self.kind != "grid":
            return ()
        down, across = self.axes
        return tuple(
            (row, tuple(self._cell({down.code: row.code, across.code: column.code}) for column in across.levels))
            for row in down.levels
        )

    def _cell(self, levels: Mapping[str, str]) -> Cell:
        code = "".join(levels[each] for each in self.notation)
        ordered = tuple((axis.code, levels[axis.code]) for axis in self.axes)
        return Cell(self.code, self.edition, code, self.cells[code], ordered)

    def rate(self, levels: Mapping[str, str], facts: Collection[str] = ()) -> Rating:
        """The rating of one level per axis; `facts` are codes of overrides that are true of this case.

        An override can only make a class worse. The class that the look-up alone gave is kept beside it.
        """
        unknown = set(levels) - {axis.code for axis in self.axes}
        if unknown:
            self.axis(min(unknown))
        missing = [axis.label for axis in self.axes if axis.code not in levels]
        if missing:
            raise MatrixMisuse(_("No level is chosen for %(axes)s. Choose one.", axes=", ".join(missing)))
        chosen = {axis.code: axis.level(levels[axis.code]) for axis in self.axes}
        score: int | None = None
        if self.kind == "grid":
            index = self._cell(levels).code
            looked_up = self.risk_class(self.cells[index])
        else:
            score = prod(sum(chosen[each].order for each in group) for group in self.score)
            index = str(score)
            looked_up = self.class_of_score(score)
        final, applied = looked_up, []
        for override in self.overrides:
            if override.code not in facts:
                continue
            if any(levels[axis] != code for axis, code in override.when):
                continue
            raised = self.risk_class(override.class_code)
            if raised.order > looked_up.order:
                applied.append(override.code)
                final = max(final, raised, key=lambda each: each.order)
        return Rating(
            matrix=self.code,
            edition=self.edition,
            levels=tuple((axis.code, levels[axis.code]) for axis in self.axes),
            index=index,
            class_code=final.code,
            tone=final.tone,
            score=score,
            looked_up_class=looked_up.code,
            overrides=tuple(applied),
        )

    def rate_cell(self, code: str, facts: Collection[str] = ()) -> Rating:
        """The rating of a cell written in this matrix's own notation."""
        return self.rate(dict(self.cell(code).levels), facts)

    def class_of_score(self, score: int) -> RiskClass:
        """The worst class whose threshold the score reaches (at least, so 30 reaches a threshold of 30)."""
        reached = [each for each in self.classes if each.at_least is not None and score >= each.at_least]
        if not reached:
            raise MatrixMisuse(
                _("No class of %(matrix)s begins at or below %(score)s.", matrix=self.title, score=score)
            )
        return max(reached, key=lambda each: each.order)

    def same_scale(self, rating: Rating) -> bool:
        """Whether a rating was made on this very matrix and edition."""
        return (rating.matrix, rating.edition) == (self.code, self.edition)

    def movement(self, before: Rating, after: Rating) -> Movement:
        """How a risk moved; refuses ratings made on another matrix or edition."""
        for rating in (before, after):
            if not self.same_scale(rating):
                raise MatrixMisuse(
                    _(
                        "%(index)s was rated on %(other)s, edition %(other_edition)s, and cannot be compared on "
                        "%(matrix)s, edition %(edition)s. Rate it again on one matrix.",
                        index=rating.index,
                        other=rating.matrix,
                        other_edition=rating.edition,
                        matrix=self.code,
                        edition=self.edition,
                    )
                )
        old, new = dict(before.levels), dict(after.levels)
        steps = tuple(
            (axis.code, axis.level(new[axis.code]).order - axis.level(old[axis.code]).order) for axis in self.axes
        )
        class_steps = self.risk_class(after.class_code).order - self.risk_class(before.class_code).order
        worse = sum(step for _axis, step in steps if step > 0)
        better = -sum(step for _axis, step in steps if step < 0)
        return Movement(steps, class_steps, _moved(worse, better, before.index))


def _moved(worse: int, better: int, index: str) -> Sentence:
    if not worse and not better:
        return _("The same as before (%(index)s).", index=index)
    if not better:
        return ngettext(
            "%(count)s step worse than before (%(index)s).",
            "%(count)s steps worse than before (%(index)s).",
            worse,
            index=index,
        )
    if not worse:
        return ngettext(
            "%(count)s step better than before (%(index)s).",
            "%(count)s steps better than before (%(index)s).",
            better,
            index=index,
        )
    return _("Worse in one way and better in another than before (%(index)s).", index=index)


def tone_rank(tone: str) -> int:
    """3 for intolerable, 2 for tolerable, 1 for acceptable, 0 for a record without a rating."""
    return TONES.index(tone) + 1 if tone in TONES else 0
