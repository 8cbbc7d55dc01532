"""The scale of the first look: how bad an event seems through each lens. Data, not code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import say as _

DATA = Path(__file__).parent / "data" / "first_look.yaml"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a lens's scale; `tone` is the colour word of the page."""

    code: str
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Scale:
    """What a lens is asked at a first look, gravest level first."""

    question: str
    levels: tuple[Level, ...]

    def level(self, code: str) -> Level | None:
        """The level of this letter, or None."""
        return next((level for level in self.levels if level.code == code), None)


def load(source: Path | str) -> dict[str, Scale]:
    """The scales of a YAML file by lens. Raises DataError that says what to mend."""
    name, data = read_mapping(source)
    lenses = data.get("lenses")
    if not isinstance(lenses, dict) or not lenses:
        raise DataError(name, [_("“lenses” is missing. Name each lens with its question and levels.")])
    wrong = [
        _("“%(key)s” is missing. Write it as text.", key=key)
        for key in ("edition", "basis", "confidence")
        if not data.get(key)
    ]
    found: dict[str, Scale] = {}
    for lens, scale in lenses.items():
        try:
            levels = tuple(Level(str(row["code"]), str(row["label"]), str(row["tone"])) for row in scale["levels"])
            found[lens] = Scale(str(scale["question"]), levels)
        except (KeyError, TypeError):
            wrong.append(_("The lens “%(lens)s” needs a question, and levels with code, label and tone.", lens=lens))
            continue
        if len({level.code for level in levels}) != len(levels):
            wrong.append(_("The lens “%(lens)s” has a code twice. Give each level its own.", lens=lens))
    if wrong:
        raise DataError(name, wrong)
    return found


@lru_cache(maxsize=1)
def scales() -> dict[str, Scale]:
    """The scales that come with the product, by lens."""
    return load(DATA)
