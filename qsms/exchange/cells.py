"""Cells of spreadsheet formats brought to one shape, and the error values and areas that need a word."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.sentences import TableError, shown
from qsms.exchange.table import Cell, Problem, RawRow

ERRORS = frozenset(
    {
        "#N/A",
        "#DIV/0!",
        "#REF!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#VALUE!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
    }
)
# The workbook format writes characters that XML cannot hold as _x000D_.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

Area = tuple[int, int, int, int]


def plain(value: object) -> Cell:
    """A cell's value as the kit passes it on: whole numbers whole, dates without a meaningless midnight, "" for
    nothing."""
    if value is None:
        return ""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() and value.tzinfo is None else value
    if isinstance(value, str | int | bool | dt.date | dt.time | dt.timedelta):
        return value
    return str(value)


def unescaped(text: str) -> str:
    """`text` with the workbook format's escapes (_x000D_) turned back into the characters they stand for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def take(number: int, values: Iterable[object], *, is_error: Iterable[bool] | None = None) -> RawRow:
    """A row of a workbook: trailing blanks dropped, error values emptied with a word about each."""
    cells = [plain(value) for value in values]
    while cells and cells[-1] == "":
        cells.pop()
    row = RawRow(number, cells)
    errors = list(is_error) if is_error is not None else None
    for at, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        if cell[:1] == "#" and (errors[at] if errors is not None else cell in ERRORS):
            sentence = _(
                "Row %(n)s, cell %(column)s holds the error %(error)s instead of a value. It is read as empty."
            )
            values_ = {"n": number, "column": at + 1, "error": shown(cell)}
            row.problems.append(Problem("error", sentence % values_))
            cells[at] = ""
        elif cell[:1] == "'":
            row.odd = True
        if len(cell) > limits.CELL_CHARACTERS or _UNWANTED.search(cell):
            cells[at] = _UNWANTED.sub("\ufffd", cell)[: limits.CELL_CHARACTERS]
            sentence = _(
                "Row %(n)s, cell %(column)s holds characters that cannot be stored: “%(text)s”. Correct the cell."
            )
            values_ = {"n": number, "column": at + 1, "text": shown(cells[at], 40)}
            row.problems.append(Problem("control", sentence % values_))
    return row


def too_wide(row: RawRow) -> TableError:
    """The refusal of a row that reaches further to the right than the kit reads."""
    sentence = _(
        "Row %(n)s reaches to column %(found)s; the most that can be read is %(most)s columns. Delete what stands far "
        "to the right."
    )
    values = {"n": row.number, "found": len(row.cells), "most": limits.COLUMNS}
    return TableError(sentence % values, code="too-wide")


class Merges:
    """The merged areas of a sheet, asked row by row from the top: which cells does an area repeat its value into?"""

    def __init__(self, areas: Iterable[Area]) -> None:
        """`areas` as first row, first column, last row, last column; rows from 1, columns from 0."""
        self._waiting = sorted(areas, reverse=True)
        self._open: list[tuple[Area, Cell]] = []

    def fill(self, row: RawRow) -> None:
        """Note in `row.merged` the values that areas repeat there. A blank top left repeats nothing."""
        while self._waiting and self._waiting[-1][0] <= row.number:
            area = self._waiting.pop()
            value = row.cells[area[1]] if area[0] == row.number and area[1] < len(row.cells) else ""
            if value != "":
                self._open.append((area, value))
        if not self._open:
            return
        self._open = [(area, value) for area, value in self._open if area[2] >= row.number]
        for (top, left, _bottom, right), value in self._open:
            for at in range(left, min(right, limits.COLUMNS) + 1):
                if (row.number, at) != (top, left):
                    row.merged[at] = value
