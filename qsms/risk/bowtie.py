"""The bow-tie of a hazard as a reader sees it: paths from threats to the top event, and from it to consequences."""

from __future__ import annotations

from dataclasses import dataclass, field

from qsms.org.actor import Actor

from . import queries, rules
from .choices import Side
from .models import Hazard
from .queries import ControlLine


@dataclass(frozen=True, slots=True)
class Path:
    """A threat or a consequence, and the controls between it and the top event in the order in which things happen."""

    words: str
    controls: list[ControlLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BowTie:
    """The paths, and the controls that stand on none of them: those the reader sees. A retired one holds nothing."""

    top_event: str
    threats: list[Path]
    consequences: list[Path]
    unplaced: list[ControlLine]

    @classmethod
    def of(cls, actor: Actor, record: Hazard) -> BowTie:
        """The bow-tie of a hazard, from the controls that the page lists anyway."""
        paths = {
            Side.PREVENT: [Path(line) for line in rules.lines(record.threats)],
            Side.LIMIT: [Path(line) for line in rules.lines(record.consequences)],
        }
        unplaced = []
        for one in queries.controls(actor, record):
            if one.state == "retired":
                continue
            at = stands_at(one, {side: [path.words for path in found] for side, found in paths.items()})
            if at is None:
                unplaced.append(one)
            else:
                paths[Side(one.side)][at].controls.append(one)
        for found in paths.values():
            for path in found:
                path.controls.sort(key=lambda one: (one.turn, one.rank, one.number))
        return cls(record.top_event, paths[Side.PREVENT], paths[Side.LIMIT], unplaced)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written that could be drawn."""
        return not (self.threats or self.consequences or self.top_event)


def stands_at(one: ControlLine, lines: dict[Side, list[str]]) -> int | None:
    """Which line of its side a control stands on; None without a place, or when its line is gone."""
    return rules.same_line(one.line, lines[Side(one.side)]) if one.side else None
