"""The table that every reader hands out: its columns, its rows one by one, and what was odd about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.exchange.guard import unguarded
from qsms.exchange.sentences import shown

# An empty cell is "" whatever the format. Numbers and dates keep their type where the format has one.
Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | dt.time | dt.timedelta
Oddity = Literal["short", "long", "bytes", "control", "error", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd in one row. `damaged` means that content was lost or changed, so that importing the row as it
    stands would store something else than the file holds."""

    code: Oddity
    sentence: str
    column: str = ""

    @property
    def damaged(self) -> bool:
        return self.code in {"long", "bytes", "control"}


@dataclass(frozen=True)
class Columns:
    """The names of the columns, each unique, and where each stands. `notes` says which names had to be made up."""

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", {name: at for at, name in enumerate(self.names)})


@dataclass(slots=True)
class Row:
    """One row. `number` is what a spreadsheet program shows beside it; `line` is the line of a text file it begins
    on."""

    number: int
    cells: list[Cell]
    columns: Columns
    problems: tuple[Problem, ...] = ()
    line: int = 0

    def __getitem__(self, column: str) -> Cell:
        return self.cells[self.columns.positions[column]]

    def get(self, column: str, default: Cell = "") -> Cell:
        """The cell under `column`, or `default` where the table has no such column."""
        at = self.columns.positions.get(column)
        return default if at is None else self.cells[at]

    def as_dict(self) -> dict[str, Cell]:
        return dict(zip(self.columns.names, self.cells, strict=True))


@dataclass(slots=True)
class RawRow:
    """A row as a format reader yields it, before the head is known. `merged` holds what merged areas repeat here."""

    number: int
    cells: list[Cell]
    problems: list[Problem] = field(default_factory=list)
    line: int = 0
    merged: dict[int, Cell] = field(default_factory=dict)
    odd: bool = False


@dataclass(frozen=True)
class Table:
    """A file opened as a table. Nothing is kept open: each call of `rows()` reads the file anew, row by row.

    `head` are the row numbers the column names come from (none: the file has no names); `above` are the rows over
    them, for showing; `total` is the number of rows below the head where the format states it, which need not be exact.
    """

    name: str
    kind: str
    columns: Columns
    head: tuple[int, ...]
    above: tuple[RawRow, ...]
    source: Callable[[], Iterator[RawRow]] = field(repr=False)
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    confidence: float = 1.0
    delimiter: str = ""
    quote: str = ""
    total: int | None = None
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Every row below the head that holds anything. May raise TableError midway, when the file proves unreadable
        from some row on: whoever stores rows must be ready to store none."""
        after = self.head[-1] if self.head else 0
        width = len(self.columns.names)
        gap = began = notes = False
        count = filled = 0
        for raw in self.source():
            if raw.number <= after:
                continue
            cells = raw.cells
            # The first test is quick and nearly always enough; the second tells 0 and False from nothing. A row whose
            # cells all come from merged areas above is no row of its own.
            if not any(cells) and not any(cell != "" for cell in cells):
                gap = began
                continue
            row = self._row(raw, width)
            has = len(cells) - cells.count("")
            # A lone cell under an empty row, or under rows that were nearly full, starts the notes below a table.
            alone = width > 2 and has == 1 and (gap or filled > 0.7 * width * count)
            notes = began and (alone or (notes and has * 3 <= width))
            if notes:
                sentence = _("Row %(n)s is nearly empty. It looks like a note under the table, not like a row of it.")
                row.problems = (*row.problems, Problem("note", sentence % {"n": raw.number}))
            else:
                count += 1
                filled += has
            began, gap = True, gap and notes
            yield row

    def first(self, count: int) -> list[Row]:
        """The first `count` rows, for a preview."""
        rows = self.rows()
        found = [row for row, _at in zip(rows, range(count), strict=False)]
        close = getattr(rows, "close", None)
        if close:
            close()
        return found

    def _row(self, raw: RawRow, width: int) -> Row:
        cells = raw.cells
        problems = raw.problems
        if raw.merged:
            cells = cells + [""] * (width - len(cells))
            for at, value in raw.merged.items():
                if at < width and cells[at] == "":
                    cells[at] = value
        if len(cells) != width:
            problems = [*problems, *_fit(raw.number, cells, width, self.kind)]
            cells = cells[:width] + [""] * (width - len(cells))
        if raw.odd:
            cells = [unguarded(cell) if isinstance(cell, str) else cell for cell in cells]
        return Row(raw.number, cells, self.columns, tuple(problems), raw.line)


def _fit(number: int, cells: list[Cell], width: int, kind: str) -> list[Problem]:
    # A spreadsheet leaves out the empty cells at the end of a row; only in a text file does their lack mean something.
    if len(cells) < width:
        if kind != "csv":
            return []
        sentence = ngettext(
            "Row %(n)s has one cell where the table has %(width)s columns. The missing ones are read as empty.",
            "Row %(n)s has %(found)s cells where the table has %(width)s columns. The missing ones are read as empty.",
            len(cells),
        )
        return [Problem("short", sentence % {"n": number, "found": len(cells), "width": width})]
    extra = [shown(cell, 30) for cell in cells[width:] if cell != ""]
    if not extra:
        return []
    sentence = ngettext(
        "Row %(n)s has %(found)s cells where the table has one column. “%(extra)s” belongs to no column.",
        "Row %(n)s has %(found)s cells where the table has %(width)s columns. “%(extra)s” belongs to no column.",
        width,
    )
    values = {"n": number, "found": len(cells), "width": width, "extra": shown(", ".join(extra))}
    if kind == "csv":
        way = _("Put quotation marks around cells that hold the separator.")
    else:
        way = _("Give its column a name, or delete it.")
    return [Problem("long", f"{sentence % values} {way}")]
