"""Which character separates the cells of a text table, and which one quotes them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

from qsms.exchange import limits

CANDIDATES = (",", ";", "\t", "|")
_HINT = re.compile(r"sep=(.)\r?\n?$")
_RECORDS = 200


@dataclass(frozen=True)
class Marks:
    """`hinted` says that the first line is `sep=X`, a message to spreadsheet programs and not part of the table."""

    delimiter: str
    quote: str
    hinted: bool = False


def find_marks(lines: list[str], delimiter: str | None = None) -> Marks:
    """The delimiter that cuts the sample into rows of the most even width, and the quotation mark in use.

    `lines` is the beginning of the file with its line ends. A one-column file gets a comma.
    """
    hint = _HINT.match(lines[0].lstrip("\ufeff")) if lines else None
    if hint:
        return Marks(delimiter or hint[1], '"', hinted=True)
    found = delimiter or max(CANDIDATES, key=lambda mark: _evenness(lines, mark))
    return Marks(found, _quote(lines, found))


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    widths = Counter[int]()
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter)):
            if cells:
                widths[len(cells)] += 1
            if number >= _RECORDS:
                break
    except csv.Error:
        return (0.0, 0)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return (0.0, 0)
    width = max(wide, key=lambda w: (wide[w], w))
    # Rows one cell short or long still speak for the delimiter; titles above the table do not speak against it much.
    near = sum(count for w, count in wide.items() if abs(w - width) <= 1)
    share = (wide[width] + 0.5 * (near - wide[width])) / widths.total()
    return (round(share, 3), min(width, limits.COLUMNS))


def _quote(lines: list[str], delimiter: str) -> str:
    """An apostrophe only where it clearly does a quotation mark's work: around cells that hold the delimiter."""
    text = "".join(lines)
    if '"' in text or "'" not in text:
        return '"'
    mark = re.escape(delimiter)
    quoted = len(re.findall(rf"(?:^|{mark})'[^'\n]*{mark}[^'\n]*'(?={mark}|\r?$)", text, re.MULTILINE))
    return "'" if quoted and quoted * 4 >= text.count("'") // 2 else '"'
