"""The hierarchy of controls, and the caution when severity is lowered by controls that cannot lower it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

if TYPE_CHECKING:
    from qsms.rules.risk_matrix import Matrix, Rating


@dataclass(frozen=True)
class HierarchyLevel:
    """One kind of control; rank 1 is the most effective."""

    rank: int
    code: str
    label: str
    meaning: str
    may_lower_severity: bool


@dataclass(frozen=True)
class Hierarchy:
    """The levels of one edition, most effective first."""

    edition: str
    basis: str
    confidence: str
    levels: tuple[HierarchyLevel, ...]

    def level(self, code: str) -> HierarchyLevel:
        """The level of that code; raises `KeyError` for one that is not in this edition."""
        for level in self.levels:
            if level.code == code:
                return level
        raise KeyError(code)


def load_hierarchy(source: Path | str) -> Hierarchy:
    """The hierarchy of a YAML file or text; raises `DataError` that names the level and how to mend it."""
    name, data = read_mapping(source)
    wrong = [
        _("“%(key)s” is missing. Write it as text.", key=key)
        for key in ("edition", "basis", "confidence")
        if not str(data.get(key) or "").strip()
    ]
    rows = data.get("levels")
    if not isinstance(rows, list) or not rows:
        raise DataError(name, [*wrong, _("“levels” is missing. List the levels, the most effective first.")])
    levels: list[HierarchyLevel] = []
    for rank, row in enumerate(rows, start=1):
        complete = isinstance(row, dict) and all(
            str(row.get(key) or "").strip() for key in ("code", "label", "meaning")
        )
        if not complete or not isinstance(row.get("may_lower_severity"), bool):
            wrong.append(
                _(
                    "Level %(rank)s needs code, label, meaning, and may_lower_severity as true or false.",
                    rank=rank,
                )
            )
            continue
        if str(row["code"]) in {level.code for level in levels}:
            wrong.append(_("The code “%(code)s” is used twice. Change one of them.", code=row["code"]))
        levels.append(_level(rank, row))
    if wrong:
        raise DataError(name, wrong)
    return Hierarchy(str(data["edition"]), str(data["basis"]), str(data["confidence"]), tuple(levels))


def _level(rank: int, row: dict[str, Any]) -> HierarchyLevel:
    return HierarchyLevel(rank, str(row["code"]), str(row["label"]), str(row["meaning"]), row["may_lower_severity"])


def severity_caution(
    matrix: Matrix, before: Rating, after: Rating, controls: Iterable[str], hierarchy: Hierarchy
) -> Sentence | None:
    """What to ask a reason for when severity is lowered without a control that can do that; None when all is well.

    `controls` are the hierarchy codes of the controls counted in the later rating but not in the earlier one.
    """
    axis = matrix.axis_of("severity")
    if axis is None or not (matrix.same_scale(before) and matrix.same_scale(after)):
        return None
    old = axis.level(dict(before.levels)[axis.code])
    new = axis.level(dict(after.levels)[axis.code])
    if new.order >= old.order:
        return None
    used = [hierarchy.level(code) for code in dict.fromkeys(controls)]
    if any(level.may_lower_severity for level in used):
        return None
    able = ", ".join(level.label.lower() for level in hierarchy.levels if level.may_lower_severity)
    if not used:
        return _(
            "Severity goes from %(old)s to %(new)s without a new control. Only %(able)s lowers severity. "
            "Write why it is lower.",
            old=old.label,
            new=new.label,
            able=able,
        )
    return _(
        "Severity goes from %(old)s to %(new)s, but the new controls are only %(used)s, which normally lower "
        "likelihood. Write why severity is lower, or keep it at %(old)s.",
        old=old.label,
        new=new.label,
        used=", ".join(sorted({level.label.lower() for level in used})),
    )
