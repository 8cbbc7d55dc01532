"""The bow-tie as a figure: where each box, line and word of it stands. Colours and fonts come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.rules.lifecycle import State
from qsms.ui import addresses, marks

from . import rules
from .bowtie import BowTie, Path
from .lifecycles import CONTROL_LIFE
from .queries import ControlLine

# Ends are threats and consequences, boxes are controls, the knot is the top event.
END_WIDE, END_HIGH, BOX_WIDE, BOX_HIGH, STEP, ROW = 152, 66, 126, 80, 136, 104
FIRST_BOX, AIR, KNOT, TOP = 184, 30, 64, 26
LINE = 15
WORDS = {"end": 20, "box": 18, "knot": 17}


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text at its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """A threat or a consequence."""

    x: int
    y: float
    full: str
    words: list[Words]


@dataclass(frozen=True, slots=True)
class Box:
    """A control on its path."""

    x: int
    y: float
    url: str
    said: str
    number: str
    words: list[Words]
    shape: str
    tone: str
    state: str

    @property
    def inner(self) -> int:
        return self.x + 13

    @property
    def number_y(self) -> float:
        return self.y + 17

    @property
    def mark_y(self) -> float:
        return self.y + BOX_HIGH - 21

    @property
    def state_x(self) -> int:
        return self.x + 30

    @property
    def state_y(self) -> float:
        return self.y + BOX_HIGH - 10


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from an end to the knot; open when no control stands on it."""

    path: str
    is_open: bool


@dataclass
class Figure:
    """Everything placed."""

    # How many controls stand beside one another: the more, the wider the figure must at least be drawn.
    columns: int
    width: int
    height: float
    heads: list[Words]
    middle: int
    knot_y: float
    knot: list[Words]
    hazard: list[Words]
    hazard_y: float
    ends: list[End] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    lonely: list[Words] = field(default_factory=list)
    description: str = ""

    @property
    def hazard_label_y(self) -> float:
        return self.hazard_y + 17

    @property
    def hazard_x(self) -> int:
        return self.middle - KNOT

    @property
    def hazard_high(self) -> float:
        return self.knot_y - KNOT - 24 - self.hazard_y


def draw(bow: BowTie, title: str) -> Figure:
    """Place a bow-tie: threats left, consequences right, the top event in the middle."""
    left, right = _longest(bow.threats), _longest(bow.consequences)
    rows = max(len(bow.threats), len(bow.consequences), 1)
    middle = FIRST_BOX + left * STEP + AIR + KNOT
    right_box = middle + KNOT + AIR + STEP - BOX_WIDE
    right_end = right_box + right * STEP + FIRST_BOX - END_WIDE - (STEP - BOX_WIDE)
    named = rules.wrapped(title, WORDS["box"], 3)
    head = 27 + LINE * len(named)
    # The hazard stands over the knot, so a bow-tie with few rows begins lower.
    first = max(TOP + BOX_HIGH / 2, TOP / 2 + head + 24 + KNOT - (rows - 1) * ROW / 2)
    knot_y = first + (rows - 1) * ROW / 2
    hazard_y = knot_y - KNOT - 24 - head
    figure = Figure(
        columns=min(left + right, 8),
        width=right_end + END_WIDE,
        height=max(first + (rows - 1) * ROW + BOX_HIGH / 2, knot_y + KNOT) + 6,
        heads=[
            Words(0, 12, _("Threats")),
            Words(FIRST_BOX, 12, _("Controls that prevent")),
            Words(right_box, 12, _("Controls that limit")),
            Words(right_end, 12, _("Consequences")),
        ],
        middle=middle,
        knot_y=knot_y,
        knot=_centred(rules.wrapped(bow.top_event or _("No top event yet"), WORDS["knot"], 4), middle, knot_y),
        hazard=[Words(middle, hazard_y + 33 + LINE * n, line) for n, line in enumerate(named)],
        hazard_y=hazard_y,
        description=_description(bow),
    )
    _side(figure, bow.threats, rows, first, end_x=0, box_x=FIRST_BOX)
    _side(figure, bow.consequences, rows, first, end_x=right_end, box_x=right_box)
    return figure


def _longest(paths: Sequence[Path]) -> int:
    # Room for two, so that a small bow-tie is not drawn larger than a big one.
    return max([2, *(len(path.controls) for path in paths)])


def _side(figure: Figure, paths: Sequence[Path], rows: int, first: float, *, end_x: int, box_x: int) -> None:
    is_left = end_x == 0
    for place, path in enumerate(paths):
        y = first + (place + (rows - len(paths)) / 2) * ROW
        words = rules.wrapped(path.words, WORDS["end"], 3)
        base = y - LINE * (len(words) - 1) / 2 + 4
        lines = [Words(end_x + 11, base + LINE * n, line) for n, line in enumerate(words)]
        figure.ends.append(End(end_x, y - END_HIGH / 2, path.words, lines))
        figure.edges.append(Edge(_edge(figure, y, end_x, is_left=is_left), not path.controls))
        for n, one in enumerate(path.controls):
            figure.boxes.append(_box(one, box_x + n * STEP, y - BOX_HIGH / 2))
        if not path.controls:
            figure.lonely.append(Words(box_x + BOX_WIDE / 2, y - 7, _("No control")))


def _edge(figure: Figure, y: float, end_x: int, *, is_left: bool) -> str:
    """From the end straight past its controls, then in a curve to the edge of the knot."""
    way = 1 if is_left else -1
    start = end_x + END_WIDE if is_left else end_x
    knot_x, turn = figure.middle - way * KNOT, figure.middle - way * (KNOT + AIR - 4)
    if abs(y - figure.knot_y) < 1:
        return f"M{start} {y:g}H{knot_x}"
    # Several paths meet the knot a little apart, each on its own side of the middle.
    there = figure.knot_y + (-8 if y < figure.knot_y else 8)
    bend = turn + way * 18
    return f"M{start} {y:g}H{turn}C{bend} {y:g} {bend} {there:g} {knot_x} {there:g}"


def _box(one: ControlLine, x: int, y: float) -> Box:
    state = condition(one)
    shape, tone = marks.look(state)
    title = rules.wrapped(one.title, WORDS["box"], 2)
    return Box(
        x=x,
        y=y,
        url=addresses.record_at("control", one.number),
        said=f"{one.number} {one.title}: {state.label}",
        number=one.number,
        words=[Words(x + 13, y + 33 + LINE * n, line) for n, line in enumerate(title)],
        shape=shape,
        tone=tone,
        state=str(state.label),
    )


def condition(one: ControlLine) -> State:
    """How a control stands, as its lifecycle says it."""
    return CONTROL_LIFE.state(one.state)


def mark(one: ControlLine) -> str:
    """The condition as a mark with its word."""
    return marks.standing(condition(one))


def _centred(lines: Sequence[str], x: int, y: float) -> list[Words]:
    top = y - LINE * (len(lines) - 1) / 2 + 4
    return [Words(x, top + LINE * n, line) for n, line in enumerate(lines)]


def _description(bow: BowTie) -> str:
    held = sum(len(path.controls) for path in (*bow.threats, *bow.consequences))
    return " ".join(
        [
            ngettext("%(n)d threat leads", "%(n)d threats lead", len(bow.threats)) % {"n": len(bow.threats)},
            _("to the top event “%(event)s”.") % {"event": bow.top_event},
            ngettext("%(n)d consequence can follow.", "%(n)d consequences can follow.", len(bow.consequences))
            % {"n": len(bow.consequences)},
            ngettext("%(n)d control stands on the paths.", "%(n)d controls stand on the paths.", held) % {"n": held},
            _("The same is written as a list below."),
        ]
    )
