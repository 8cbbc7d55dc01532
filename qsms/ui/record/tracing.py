"""The trace: what happened, what it means, what was done, what changed and what shows it, drawn and as a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import listing, reading, registry, threads, wording
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.records.threads import Thread

from .. import addresses, answers, cells, dates, marks, parts

# Columns by the room a record type lives in.
COLUMNS = {
    "happens": gettext_lazy("Happened"),
    "assure": gettext_lazy("Means"),
    "act": gettext_lazy("Done"),
    "know": gettext_lazy("Changed"),
    "steer": gettext_lazy("Shows"),
}
ROOMS = list(COLUMNS)
STEPS = (1, 2, 4, 8)
WIDE, HIGH, ACROSS, DOWN, TOP = 166, 84, 243, 116, 42
LETTERS = 21
MAIN_LENSES = (Lens.SAFETY, Lens.QUALITY, Lens.ENVIRONMENT)


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
    width: int = ACROSS * (len(ROOMS) - 1) + WIDE + 2


@dataclass(frozen=True)
class LooseEnd:
    """Something that the thread lacks, and the way to it."""

    said: str
    why: str
    url: str
    way: str = ""


@answers.of_record_type("trace")
@require_GET
def show_trace(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The thread through a record, as far as the reader may see."""
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    asked = request.GET.get("steps", "")
    steps = int(asked) if asked.isdecimal() and int(asked) in STEPS else 4
    thread = threads.trace(actor, record, steps=steps)
    now = moment.now()
    ends = loose_ends(actor, thread, now)
    drawing = draw(actor, record, thread, now, missing(actor, thread))
    sheet = registry.get(kind)
    context = {
        "record": record,
        "sheet": sheet,
        "list_url": addresses.listing(kind),
        "record_url": addresses.record(record),
        "drawing": drawing,
        "description": _description(drawing),
        "ends": ends,
        "strands": as_list(record, thread),
        "count": len(thread.records),
        "since": dates.plain_day(min(one.opened_at for one in thread.records).astimezone(actor.tz).date()),
        "cut": thread.cut,
        "steps": [(n, n == steps) for n in STEPS],
    }
    return answers.page(request, "ui/record/trace.html", context)


def _description(drawing: Drawing) -> str:
    told = []
    for column, room in enumerate(ROOMS):
        n = sum(1 for node in drawing.nodes if node.column == column and not node.loose)
        if n:
            told.append(f"{COLUMNS[room]}: {n}")
    return _("Boxes in columns, %(columns)s. The same thread is written as a list below.") % {
        "columns": ", ".join(told)
    }


def _column(kind: str) -> int:
    room = registry.get(kind).room
    return ROOMS.index(room) if room in ROOMS else ROOMS.index("act")


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
    shape, tone = marks.SHAPES[marks.PHASES[int(state.phase)]]
    said = str(state.label)
    if record.due_on is not None and record.is_open:
        due = dates.deadline(record.due_on, now, actor.tz)
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


@dataclass(frozen=True)
class Missing:
    """A record from which nothing was raised though something could be."""

    record: Record
    kind: str
    label: str


def missing(actor: Actor, thread: Thread) -> list[Missing]:
    """Open records without anything raised from them, with what the actor could raise."""
    led = {edge.target_id for edge in thread.edges} | {edge.source_id for edge in thread.edges}
    found = []
    for record in thread.records:
        ways = [one for one in registry.raisings(record.kind) if actor.holds(f"{one.kind}.create")]
        if record.is_open and ways and record.pk not in led:
            found.append(Missing(record, ways[0].kind, str(ways[0].label)))
    return found[:3]


def loose_ends(actor: Actor, thread: Thread, now: datetime) -> list[LooseEnd]:
    """What the thread lacks: late records, lenses nobody judged, records that led to nothing."""
    today = now.astimezone(actor.tz).date()
    found = []
    for one in missing(actor, thread):
        url = addresses.record(one.record, "raise", one.kind)
        said = _("Nothing is raised from %(number)s") % {"number": one.record.number}
        found.append(LooseEnd(said, one.record.title, url, one.label))
    for record in thread.records:
        if not record.is_open:
            continue
        if record.due_on is not None and record.due_on < today:
            late = dates.deadline(record.due_on, now, actor.tz).text
            said = _("%(number)s is %(late)s") % {"number": record.number, "late": late}
            found.append(LooseEnd(said, record.title, addresses.record(record)))
        open_lenses = [str(lens.label) for lens in MAIN_LENSES if not (record.judged | record.disciplines) & lens]
        if registry.get(record.kind).room == "happens" and record.judged and open_lenses:
            said = _("%(number)s is not judged for %(lenses)s") % {
                "number": record.number,
                "lenses": ", ".join(open_lenses),
            }
            found.append(LooseEnd(said, record.title, addresses.record(record)))
    return found


def draw(actor: Actor, start: Record, thread: Thread, now: datetime, lacking: list[Missing]) -> Drawing:
    """Place every record in its column, near to what it hangs together with, and the arrows between them."""
    nodes = {record.pk: _node(record, start, actor, now) for record in thread.records}
    near: dict[int, list[int]] = {pk: [] for pk in nodes}
    for edge in thread.edges:
        near[edge.source_id].append(edge.target_id)
        near[edge.target_id].append(edge.source_id)
    columns: list[list[Node]] = [[node for node in nodes.values() if node.column == n] for n in range(len(ROOMS))]
    for column in columns:
        for row, node in enumerate(column):
            node.row = row
    for _sweep in range(3):
        for column in columns:
            column.sort(key=lambda node: (_middle(node, near, nodes), node.pk))
            for row, node in enumerate(column):
                node.row = row
    drawing = Drawing(list(nodes.values()))
    drawing.heads = [(n * ACROSS, str(COLUMNS[room])) for n, room in enumerate(ROOMS)]
    for edge in thread.edges:
        drawing.arrows.append(_arrow(nodes[edge.source_id], nodes[edge.target_id], edge.relation))
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
        drawing.arrows.append(_between(nodes[one.record.pk], node, "", loose=True))
    drawing.height = TOP + HIGH + round(max(node.row for node in drawing.nodes) * DOWN) + 12
    return drawing


def _middle(node: Node, near: dict[int, list[int]], nodes: dict[int, Node]) -> float:
    rows = [nodes[pk].row for pk in near[node.pk] if nodes[pk].column != node.column]
    return sum(rows) / len(rows) if rows else node.row


def _arrow(source: Node, target: Node, relation: str) -> Arrow:
    if source.column > target.column:
        # Time runs to the right: the same link, read from its other end.
        return _between(target, source, wording.relation(relation, False))
    return _between(source, target, wording.relation(relation, True))


def _between(source: Node, target: Node, word: str, *, loose: bool = False) -> Arrow:
    if source.column == target.column:
        return _within(source, target, word, loose)
    x1, y1 = source.x + WIDE, source.y + HIGH // 2
    x2, y2 = target.x - 6, target.y + HIGH // 2
    half = (x2 - x1) / 2
    path = f"M{x1} {y1}C{x1 + half:g} {y1} {x2 - half:g} {y2} {x2} {y2}"
    return Arrow(path, word, x1 + min(half, (ACROSS - WIDE) / 2), (y1 + y2) / 2 if x2 - x1 < ACROSS else y1, loose)


def _within(source: Node, target: Node, word: str, loose: bool) -> Arrow:
    above = source.row < target.row
    if abs(source.row - target.row) == 1:
        x = source.x + WIDE // 2
        y1, y2 = (source.y + HIGH, target.y - 6) if above else (source.y, target.y + HIGH + 6)
        return Arrow(f"M{x} {y1}V{y2}", word, x, (y1 + y2) / 2, loose)
    x, y1, y2 = source.x + WIDE, source.y + HIGH // 2, target.y + HIGH // 2
    return Arrow(f"M{x} {y1}C{x + 46} {y1} {x + 46} {y2} {x + 6} {y2}", word, x + 36, (y1 + y2) / 2, loose)


def as_list(start: Record, thread: Thread) -> list[parts.Strand]:
    """The thread nearest first: each record with how it hangs together with one that is nearer."""
    by_pk = {record.pk: record for record in thread.records}
    found = []
    for record in thread.records:
        sheet = registry.get(record.kind)
        if record.pk == start.pk:
            found.append(parts.Strand(sheet.icon, f"{record.number} {record.title}", here=True))
            continue
        relation = ""
        for edge in thread.edges:
            ends = {edge.source_id, edge.target_id}
            other = next(iter(ends - {record.pk}), 0) if record.pk in ends else 0
            if other and thread.steps[other] < thread.steps[record.pk]:
                relation = wording.relation(edge.relation, edge.source_id == other)
                if other != start.pk:
                    relation = f"{by_pk[other].number} {relation}"
                break
        found.append(parts.Strand(sheet.icon, record.title, addresses.record(record), relation, record.number))
    return found
