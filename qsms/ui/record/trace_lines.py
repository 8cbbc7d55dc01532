"""The lines of the trace: where boxes stand, and a way for each link on which the eye can follow it.

Every line runs on: to the right between columns, down within one. A line past the boxes of other columns has a lane of
its own in the strip under the row that it starts from, and the row gives it the room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qsms.records import wording

WIDE, HIGH, ACROSS, DOWN, TOP = 160, 84, 248, 120, 42
GAP = ACROSS - WIDE
# A lane, and the air above the first and under the last.
LANE, AIR = 12, 12
# Where on a lane its word stands, by turns, so that words of neighbours do not lie on each other.
TURNS = (42, 118)
# How far lines within a column swing out to its left, and the room that takes before the first column.
SWING, STEP, MARGIN = 26, 10, 44
# From how many alike on a word is written once.
BUNDLE = 3


@dataclass
class Node:
    """A box: a record, or a loose end with what to do about it."""

    column: int
    title: tuple[str, ...]
    url: str
    icon: str
    number: str = ""
    said: str = ""
    tone: str = "mute"
    mark: str = ""
    here: bool = False
    loose: bool = False
    pk: int = 0
    row: float = 0.0
    # How far down its row begins, once the rows have their heights.
    top: float = 0.0

    @property
    def x(self) -> int:
        return self.column * ACROSS

    @property
    def y(self) -> int:
        return TOP + round(self.top)

    # Where the template puts what stands inside the box.
    @property
    def inner_x(self) -> int:
        return self.x + 11

    @property
    def lines(self) -> list[tuple[int, str]]:
        return [(self.y + (40 if not self.loose else 38) + 15 * n, line) for n, line in enumerate(self.title)]

    @property
    def icon_y(self) -> int:
        return self.y + 9

    @property
    def number_y(self) -> int:
        return self.y + 21

    @property
    def mark_y(self) -> int:
        return self.y + 62

    @property
    def said_y(self) -> int:
        return self.y + 73


@dataclass(frozen=True)
class Arrow:
    """A line from box to box with the relation on it."""

    path: str
    word: str
    x: float
    y: float
    loose: bool = False

    @property
    def width(self) -> float:
        return round(len(self.word) * 5.8 + 8, 1)

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - 8, 1)

    @property
    def base(self) -> float:
        return round(self.y + 3.5, 1)


@dataclass(eq=False)
class Line:
    """A link on its way to be drawn, from the left box to the right one; in one column from the upper to the lower."""

    left: Node
    right: Node
    word: str
    loose: bool = False

    @property
    def is_within(self) -> bool:
        """Whether both ends stand in one column."""
        return self.left.column == self.right.column

    @property
    def is_long(self) -> bool:
        """Whether it passes the boxes of a column between."""
        return self.right.column - self.left.column > 1


def line(source: Node, target: Node, relation: str) -> Line:
    """The line of a link. Time runs to the right and down: what does not is read from its other end."""
    if (source.column, source.row) > (target.column, target.row):
        return Line(target, source, wording.relation(relation, False))
    return Line(source, target, wording.relation(relation, True))


def lanes(lines: Sequence[Line]) -> dict[int, list[Line]]:
    """Of each row the long lines that start from it, each in a lane of its own, the upper one first.

    Those of later columns run above: they begin where the others have long come down.
    """
    found: dict[int, list[Line]] = {}
    for one in sorted(lines, key=lambda one: (-one.left.column, one.right.row, one.right.column)):
        if one.is_long:
            found.setdefault(int(one.left.row), []).append(one)
    return found


def set_rows(nodes: Sequence[Node], lines: Sequence[Line]) -> float:
    """Give every row its height, which grows with its lanes; how high all are together."""
    needed = lanes(lines)
    below = 0.0
    for row in range(int(max(node.row for node in nodes)) + 1):
        for node in nodes:
            if int(node.row) == row:
                node.top = below
        below += max(DOWN, HIGH + 2 * AIR + LANE * len(needed.get(row, ())))
    return below


def arrows(lines: Sequence[Line]) -> list[Arrow]:
    """The ways of all lines, each from a place of its own on its box's edge; the rows are set."""
    across = [one for one in lines if not one.is_within]
    _say_once(across)
    leaves, enters = _places(across, outward=True), _places(across, outward=False)
    found = _within([one for one in lines if one.is_within])
    lane_of = {id(one): n for strip in lanes(lines).values() for n, one in enumerate(strip)}
    for one in across:
        y1, y2 = leaves[id(one)], enters[id(one)]
        found.append(_past(one, y1, y2, lane_of[id(one)]) if one.is_long else _between(one, y1, y2))
    return found


def margin(lines: Sequence[Line]) -> int:
    """The room before the first column that lines swinging out to its left take."""
    return MARGIN if any(one.is_within and one.left.column == 0 and not _touch(one) for one in lines) else 0


def _say_once(lines: Sequence[Line]) -> None:
    """Where a box sends or gets a bundle of lines that all say the same, the middle one says it for all."""
    for outward in (True, False):
        bundles: dict[tuple[int, str], list[Line]] = {}
        for one in lines:
            bundles.setdefault((id(one.left if outward else one.right), one.word), []).append(one)
        for bundle in bundles.values():
            if len(bundle) >= BUNDLE:
                bundle.sort(key=lambda one: (one.right if outward else one.left).row)
                middle = bundle[len(bundle) // 2]
                for one in bundle:
                    one.word = one.word if one is middle else ""


def _places(lines: Sequence[Line], *, outward: bool) -> dict[int, float]:
    """Where each line meets the edge of its box: spread over its height, in the order of the other ends."""
    by_box: dict[int, list[Line]] = {}
    for one in lines:
        by_box.setdefault(id(one.left if outward else one.right), []).append(one)
    found = {}
    for group in by_box.values():
        group.sort(key=lambda one: (one.right if outward else one.left).row)
        for place, one in enumerate(group, 1):
            box = one.left if outward else one.right
            found[id(one)] = box.y + HIGH * place / (len(group) + 1)
    return found


def _between(one: Line, y1: float, y2: float) -> Arrow:
    """From one column to the next."""
    x1, x2 = one.left.x + WIDE, one.right.x - 6
    half = (x2 - x1) / 2
    path = f"M{x1} {y1:g}C{x1 + half:g} {y1:g} {x2 - half:g} {y2:g} {x2} {y2:g}"
    return Arrow(path, one.word, x1 + half, (y1 + y2) / 2, one.loose)


def _past(one: Line, y1: float, y2: float, lane: int) -> Arrow:
    """Past the boxes of the columns between, on its lane."""
    x1, x2 = one.left.x + WIDE, one.right.x - 6
    here, there = x1 + GAP, one.right.x - GAP
    y = lane_at(one, lane)
    path = (
        f"M{x1} {y1:g}C{x1 + GAP / 2:g} {y1:g} {here - GAP / 2:g} {y:g} {here} {y:g}H{there}"
        f"C{there + GAP / 2:g} {y:g} {x2 - GAP / 2:g} {y2:g} {x2} {y2:g}"
    )
    return Arrow(path, one.word, here + TURNS[lane % len(TURNS)], y, one.loose)


def lane_at(one: Line, lane: int) -> float:
    """How far down a lane of the strip under a line's row lies."""
    return one.left.y + HIGH + AIR + LANE * (lane + 0.5)


def _touch(one: Line) -> bool:
    return int(one.right.row) - int(one.left.row) == 1


def _within(lines: Sequence[Line]) -> list[Arrow]:
    """Down a column: straight to the next box, or out to the left past those between, each a step further out."""
    found = []
    taken: dict[int, int] = {}
    for one in lines:
        if _touch(one):
            x = one.left.x + WIDE // 2
            y1, y2 = one.left.y + HIGH, one.right.y - 6
            found.append(Arrow(f"M{x} {y1}V{y2}", one.word, x, (y1 + y2) / 2, one.loose))
            continue
        n = taken.get(one.left.column, 0)
        taken[one.left.column] = n + 1
        x, out = one.left.x, one.left.x - SWING - STEP * (n % 2)
        y1, y2 = one.left.y + HIGH - 12 - STEP * (n % 6), one.right.y + 12 + STEP * (n % 6)
        path = f"M{x} {y1}C{out} {y1} {out} {y1} {out} {y1 + 20}V{y2 - 20}C{out} {y2} {out} {y2} {x - 6} {y2}"
        found.append(Arrow(path, one.word, out, (y1 + y2) / 2, one.loose))
    return found
