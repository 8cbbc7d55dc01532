"""The trace as a figure: boxes in the columns that their record types name, and arrows between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.org.actor import Actor
from qsms.records import listing, registry, wording
from qsms.records.models import Record
from qsms.records.threads import Thread

from .. import addresses, cells, dates, marks

# What a sheet's `trace` says, in the order of the columns.
COLUMNS = {
    "happened": gettext_lazy("Happened"),
    "means": gettext_lazy("Means"),
    "done": gettext_lazy("Done"),
    "changed": gettext_lazy("Changed"),
    "shows": gettext_lazy("Shows"),
}
CODES = registry.TRACE
WIDE, HIGH, ACROSS, DOWN, TOP = 160, 84, 248, 120, 42
LETTERS = 20
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

    @property
    def x(self) -> int:
        return self.column * ACROSS

    @property
    def y(self) -> int:
        return TOP + round(self.row * DOWN)

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


@dataclass
class Drawing:
    """The figure with everything placed."""

    nodes: list[Node] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    height: int = 0
    width: int = ACROSS * (len(CODES) - 1) + WIDE + 2


@dataclass(frozen=True)
class Missing:
    """A record from which nothing was raised though something could be."""

    record: Record
    kind: str
    label: str


def _column(kind: str) -> int:
    return CODES.index(registry.get(kind).trace)


def wrapped(text: str, lines: int = 2) -> tuple[str, ...]:
    """The text in at most `lines` lines of a box, with an ellipsis where it is cut."""
    found: list[str] = [""]
    for word in text.split():
        if len(found[-1]) + len(word) + bool(found[-1]) <= LETTERS:
            found[-1] = f"{found[-1]} {word}".strip()
        elif len(found) < lines and found[-1]:
            found.append(word[:LETTERS])
        else:
            found[-1] = f"{found[-1][: LETTERS - 1].rstrip()} …" if found[-1] else f"{word[: LETTERS - 1]}…"
            break
    return tuple(found)


def _node(record: Record, start: Record, actor: Actor, now: datetime) -> Node:
    sheet = registry.get(record.kind)
    state = sheet.state(record)
    shape, tone = marks.look(state)
    said = str(state.label)
    if record.deadline is not None and record.is_open:
        due = dates.deadline(record.deadline, now, actor.tz)
        if due.tone == "bad":
            said, tone, shape = due.text, "bad", "bad"
    elif record.risk_class and record.is_open:
        said = f"{record.risk_cell} {listing.RISK_TONES[record.risk_class]}".strip()
        shape = cells.TONES[record.risk_class]
        tone = {"intol": "bad", "toler": "warn", "accep": "good"}[shape]
    return Node(
        column=_column(record.kind),
        title=wrapped(record.title),
        url=addresses.record(record),
        icon=sheet.icon,
        number=record.number,
        said=said[:24],
        tone=tone,
        mark=shape,
        here=record.pk == start.pk,
        pk=record.pk,
    )


def draw(actor: Actor, start: Record, thread: Thread, now: datetime, lacking: list[Missing]) -> Drawing:
    """Place every record in its column, near to what it hangs together with, and the arrows between them."""
    nodes = {record.pk: _node(record, start, actor, now) for record in thread.records}
    near: dict[int, list[int]] = {pk: [] for pk in nodes}
    for edge in thread.edges:
        near[edge.source_id].append(edge.target_id)
        near[edge.target_id].append(edge.source_id)
    columns: list[list[Node]] = [[node for node in nodes.values() if node.column == n] for n in range(len(CODES))]
    for column in columns:
        for row, node in enumerate(column):
            node.row = row
    for _sweep in range(3):
        for column in columns:
            column.sort(key=lambda node: (_middle(node, near, nodes), node.pk))
            for row, node in enumerate(column):
                node.row = row
    drawing = Drawing(list(nodes.values()))
    drawing.heads = [(n * ACROSS, str(COLUMNS[code])) for n, code in enumerate(CODES)]
    lines = [_line(nodes[edge.source_id], nodes[edge.target_id], edge.relation) for edge in thread.edges]
    for one in lacking:
        column_n = _column(one.kind)
        node = Node(
            column=column_n,
            title=(*wrapped(_("Nothing raised yet")), *wrapped(one.label, 1)),
            url=addresses.record(one.record, "raise", one.kind),
            icon=registry.get(one.kind).icon,
            loose=True,
            row=len([other for other in drawing.nodes if other.column == column_n]),
        )
        drawing.nodes.append(node)
        lines.append(Line(nodes[one.record.pk], node, "", loose=True))
    drawing.arrows = _arrows(lines)
    # With the strip under the last row, through which long lines run.
    drawing.height = TOP + round((max(node.row for node in drawing.nodes) + 1) * DOWN)
    return drawing


def _middle(node: Node, near: dict[int, list[int]], nodes: dict[int, Node]) -> float:
    rows = [nodes[pk].row for pk in near[node.pk] if nodes[pk].column != node.column]
    return sum(rows) / len(rows) if rows else node.row


@dataclass(eq=False)
class Line:
    """A link on its way to be drawn, from the left box to the right one; equal columns are drawn up or down."""

    left: Node
    right: Node
    word: str
    loose: bool = False


def _line(source: Node, target: Node, relation: str) -> Line:
    if source.column > target.column:
        # Time runs to the right: the same link, read from its other end.
        return Line(target, source, wording.relation(relation, False))
    return Line(source, target, wording.relation(relation, True))


def _arrows(lines: list[Line]) -> list[Arrow]:
    """Curves between columns, each from a place of its own on the box's edge, so that they do not lie on each other."""
    across = [line for line in lines if line.left.column != line.right.column]
    _say_once(across)
    leaves, enters = _places(across, outward=True), _places(across, outward=False)
    found = [_within(line) for line in lines if line.left.column == line.right.column]
    return found + [_between(line, leaves[id(line)], enters[id(line)]) for line in across]


def _say_once(lines: list[Line]) -> None:
    """Where a box sends or gets a bundle of lines that all say the same, the middle one says it for all."""
    for outward in (True, False):
        bundles: dict[tuple[int, str], list[Line]] = {}
        for line in lines:
            bundles.setdefault((id(line.left if outward else line.right), line.word), []).append(line)
        for bundle in bundles.values():
            if len(bundle) >= BUNDLE:
                bundle.sort(key=lambda line: (line.right if outward else line.left).row)
                middle = bundle[len(bundle) // 2]
                for line in bundle:
                    line.word = line.word if line is middle else ""


def _places(lines: list[Line], *, outward: bool) -> dict[int, float]:
    """Where each line meets the edge of its box: spread over its height, in the order of the other ends."""
    by_box: dict[int, list[Line]] = {}
    for line in lines:
        by_box.setdefault(id(line.left if outward else line.right), []).append(line)
    found = {}
    for group in by_box.values():
        group.sort(key=lambda line: (line.right if outward else line.left).row)
        for place, line in enumerate(group, 1):
            box = line.left if outward else line.right
            found[id(line)] = box.y + HIGH * place / (len(group) + 1)
    return found


def _between(line: Line, y1: float, y2: float) -> Arrow:
    x1, x2, gap = line.left.x + WIDE, line.right.x - 6, ACROSS - WIDE
    if line.right.column - line.left.column == 1:
        half = (x2 - x1) / 2
        path = f"M{x1} {y1:g}C{x1 + half:g} {y1:g} {x2 - half:g} {y2:g} {x2} {y2:g}"
        return Arrow(path, line.word, x1 + half, (y1 + y2) / 2, line.loose)
    # Past the boxes of the columns between: through the free strip under the row it starts from.
    strip = line.left.y + HIGH + (DOWN - HIGH) / 2
    here, there = x1 + gap, line.right.x - gap
    path = (
        f"M{x1} {y1:g}C{x1 + gap / 2:g} {y1:g} {here - gap / 2:g} {strip:g} {here} {strip:g}H{there}"
        f"C{there + gap / 2:g} {strip:g} {x2 - gap / 2:g} {y2:g} {x2} {y2:g}"
    )
    return Arrow(path, line.word, x1 + gap / 2, (y1 + strip) / 2, line.loose)


def _within(line: Line) -> Arrow:
    source, target = line.left, line.right
    above = source.row < target.row
    if abs(source.row - target.row) == 1:
        x = source.x + WIDE // 2
        y1, y2 = (source.y + HIGH, target.y - 6) if above else (source.y, target.y + HIGH + 6)
        return Arrow(f"M{x} {y1}V{y2}", line.word, x, (y1 + y2) / 2, line.loose)
    x, y1, y2 = source.x + WIDE, source.y + HIGH // 2, target.y + HIGH // 2
    path = f"M{x} {y1}C{x + 46} {y1} {x + 46} {y2} {x + 6} {y2}"
    return Arrow(path, line.word, x + 36, (y1 + y2) / 2, line.loose)


def description(drawing: Drawing) -> str:
    told = []
    for column, code in enumerate(CODES):
        n = sum(1 for node in drawing.nodes if node.column == column and not node.loose)
        if n:
            told.append(f"{COLUMNS[code]}: {n}")
    return _("Boxes in columns, %(columns)s. The same thread is written as a list below.") % {
        "columns": ", ".join(told)
    }
