"""The trace as a figure: boxes in the columns that their record types name, and arrows between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.org.actor import Actor
from qsms.records import listing, registry
from qsms.records.models import Record
from qsms.records.threads import Thread

from .. import addresses, cells, dates, marks
from . import trace_lines
from .trace_lines import ACROSS, TOP, WIDE, Arrow, Line, Node

# What a sheet's `trace` says, in the order of the columns.
COLUMNS = {
    "happened": gettext_lazy("Happened"),
    "means": gettext_lazy("Means"),
    "done": gettext_lazy("Done"),
    "changed": gettext_lazy("Changed"),
    "shows": gettext_lazy("Shows"),
}
CODES = registry.TRACE
LETTERS, HINT_LETTERS, HINT_LINES = 20, 26, 5


@dataclass
class Drawing:
    """The figure with everything placed."""

    nodes: list[Node] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    # What would stand in a column that is empty: the place and the words of each line.
    hints: list[tuple[int, int, str]] = field(default_factory=list)
    height: int = 0
    # The room before the first column.
    margin: int = 0

    @property
    def width(self) -> int:
        return ACROSS * (len(CODES) - 1) + WIDE + 2 + self.margin


@dataclass(frozen=True)
class Missing:
    """A record from which nothing was raised though something could be."""

    record: Record
    kind: str
    label: str


def _column(kind: str) -> int:
    return CODES.index(registry.get(kind).trace)


def wrapped(text: str, lines: int = 2, letters: int = LETTERS) -> tuple[str, ...]:
    """The text in at most `lines` lines of a box, with an ellipsis where it is cut."""
    found: list[str] = [""]
    for word in text.split():
        if len(found[-1]) + len(word) + bool(found[-1]) <= letters:
            found[-1] = f"{found[-1]} {word}".strip()
        elif len(found) < lines and found[-1]:
            found.append(word[:letters])
        else:
            found[-1] = f"{found[-1][: letters - 1].rstrip()} …" if found[-1] else f"{word[: letters - 1]}…"
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
    lines = [trace_lines.line(nodes[edge.source_id], nodes[edge.target_id], edge.relation) for edge in thread.edges]
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
    # With the strip under the last row, through which long lines run.
    drawing.height = TOP + round(trace_lines.set_rows(drawing.nodes, lines))
    drawing.arrows = trace_lines.arrows(lines)
    drawing.margin = trace_lines.margin(lines)
    full = {node.column for node in drawing.nodes}
    drawing.hints = [line for n in range(len(CODES)) if n not in full for line in _hint(actor, n)]
    return drawing


def _hint(actor: Actor, column: int) -> list[tuple[int, int, str]]:
    """What would stand in an empty column, as lines of text in it."""
    kinds = [one for one in registry.all_types() if one.trace == CODES[column] and actor.holds(f"{one.kind}.view")]
    if not kinds:
        return []
    names = ", ".join(str(one.label_plural).lower() for one in kinds)
    said = _("Nothing yet. Here would stand: %(kinds)s.") % {"kinds": names}
    lines = wrapped(said, HINT_LINES, HINT_LETTERS)
    return [(column * ACROSS, TOP + 14 + 16 * n, one) for n, one in enumerate(lines)]


def _middle(node: Node, near: dict[int, list[int]], nodes: dict[int, Node]) -> float:
    rows = [nodes[pk].row for pk in near[node.pk] if nodes[pk].column != node.column]
    return sum(rows) / len(rows) if rows else node.row


def description(drawing: Drawing) -> str:
    told = []
    for column, code in enumerate(CODES):
        n = sum(1 for node in drawing.nodes if node.column == column and not node.loose)
        if n:
            told.append(f"{COLUMNS[code]}: {n}")
    return _("Boxes in columns, %(columns)s. The same thread is written as a list below.") % {
        "columns": ", ".join(told)
    }
