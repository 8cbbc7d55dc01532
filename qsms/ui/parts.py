"""What the parts of a page are told: one small class for each, drawn by the template of the same name in ui/parts/.

Text given here is plain text unless it is a SafeString; templates escape it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Step:
    """One stage of the stage bar; `when` is "done", "now" or "next", `note` the moment, deadline or meaning."""

    label: str
    when: str
    note: str = ""


def stages(labels: Sequence[str], now: int, notes: Sequence[str] = ()) -> tuple[Step, ...]:
    """Steps from their labels and the number of the present one (0 is the first); past the last, all are done."""
    told = [*notes, *[""] * len(labels)]
    return tuple(
        Step(label, "done" if place < now else "now" if place == now else "next", told[place])
        for place, label in enumerate(labels)
    )


@dataclass(frozen=True)
class Move:
    """A way on from here. `dialog`: it needs a reason or a signature and opens over the page.

    Without script the address is a page of its own. `post` sends at once. `tone` "bad" is for refuse, void and stop.
    """

    label: str
    url: str
    note: str = ""
    icon: str = "arrow-right"
    key: str = ""
    dialog: bool = False
    post: bool = False
    tone: str = ""


@dataclass(frozen=True)
class ShutMove:
    """A move that is shut: why, and the way out if there is one."""

    label: str
    reason: str
    way: str = ""
    way_url: str = ""


@dataclass(frozen=True)
class NextStep:
    """The strip under the stage bar. The primary is never shut: if the next move is, `primary` is what opens it."""

    title: str
    why: str = ""
    primary: Move | None = None
    seconds: tuple[Move, ...] = ()
    open: tuple[Move, ...] = ()
    shut: tuple[ShutMove, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many rows there are: exact, or more than the cap."""

    n: int
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.capped else f"{self.n:,}"


@dataclass(frozen=True)
class Tab:
    """A tab or a saved view: an address with a count."""

    label: str
    url: str
    count: int | str | None = None
    current: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter that is on: "Site: Larkfield" and the address without it."""

    name: str
    value: str
    off_url: str = ""


@dataclass(frozen=True)
class Clock:
    """A running deadline: `left` and `tone` come from `dates.deadline`, `used` is per cent of the time gone by."""

    label: str
    left: str
    tone: str = "mute"
    used: int | None = None
    note: str = ""

    @property
    def icon(self) -> str:
        return {"bad": "bad", "warn": "alert-triangle", "good": "circle-check"}.get(self.tone, "clock")

    @property
    def look(self) -> str:
        return self.tone or "mute"


@dataclass(frozen=True)
class Strand:
    """One record in the thread: how it hangs together with this one, and where it is."""

    icon: str
    title: str
    url: str = ""
    relation: str = ""
    number: str = ""
    here: bool = False


@dataclass(frozen=True)
class PersonLine:
    """A person of the record and their part in it; a sealed one has no name to show."""

    name: str
    part: str
    sealed: bool = False


@dataclass(frozen=True)
class Fact:
    """A label and what it says; `extra` stands faint behind it, such as the moment in UTC."""

    label: str
    value: str
    extra: str = ""
    # The value is a piece of a page: a text with its tables and pictures.
    is_drawn: bool = False


@dataclass(frozen=True)
class Option:
    """One further thing a note or an empty state lets you do."""

    label: str
    url: str
    main: bool = False


@dataclass(frozen=True)
class Note:
    """A sentence with a shape: one bold clause, then the rest."""

    bold: str
    rest: str = ""
    tone: str = "info"
    options: tuple[Option, ...] = ()

    @property
    def icon(self) -> str:
        return {"bad": "bad", "warn": "alert-triangle", "good": "circle-check"}.get(self.tone, "info-circle")


@dataclass(frozen=True)
class Empty:
    """Nothing to show: what would be here, why it may be empty, one thing to do."""

    title: str
    why: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class FileLine:
    """A file with its size and where it came from."""

    name: str
    url: str
    about: str = ""
    when: str = ""
    icon: str = "file-text"
    # Where a small picture of it is.
    small: str = ""


@dataclass(frozen=True)
class Difference:
    """One field before and after; either may be empty."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Deed:
    """One line of the history: when, who, what, and which fields."""

    when: str
    who: str
    did: str
    changes: tuple[Difference, ...] = ()
    reason: str = ""
    exact: str = ""


@dataclass(frozen=True)
class Progress:
    """Long work: real counts, what happens if it stops."""

    done: int
    total: int
    unit: str
    note: str = ""
    stop_url: str = ""
    stop_label: str = ""

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    @property
    def said(self) -> str:
        return _("%(done)s of %(total)s %(unit)s") % {
            "done": f"{self.done:,}",
            "total": f"{self.total:,}",
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Pages:
    """Where a list goes on. Lists page by key, so there is no page number; `shown` and `total` say how far one is."""

    shown: str
    next_url: str = ""
    previous_url: str = ""


@dataclass(frozen=True)
class Level:
    """A row or a column of a matrix."""

    code: str
    label: str


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix; `marks` are assessments that stand in it: initial, predicted, actual."""

    code: str
    label: str
    tone: str
    said: str
    marks: tuple[str, ...] = ()
    chosen: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a matrix with its cells from left to right."""

    level: Level
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """A risk matrix as data: drawn as a group of radio buttons named `name`, or only shown when `name` is empty."""

    legend: str
    columns: tuple[Level, ...]
    rows: tuple[Row, ...]
    axes: str = ""
    name: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    tones: tuple[tuple[str, str], ...] = field(default=())

    @property
    def chosen(self) -> str:
        return next((cell.said for row in self.rows for cell in row.cells if cell.chosen), "")


def cell_sentence(cell: str, row: str, column: str, label: str, marks: Sequence[str] = ()) -> str:
    """What a cell says to somebody who cannot see it: “3B: Remote, Hazardous. Tolerable. Marked actual.”"""
    told = _("%(cell)s: %(row)s, %(column)s. %(label)s.") % {"cell": cell, "row": row, "column": column, "label": label}
    names = {"initial": _("initial"), "predicted": _("predicted"), "actual": _("actual")}
    if not marks:
        return told
    return told + " " + _("Marked %(marks)s.") % {"marks": ", ".join(names[mark] for mark in marks)}
