"""Rows of .xls and .ods workbooks. These formats cannot be streamed, so a process with limits reads them
(whole_child.py)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.cells import Merges, take, too_wide
from qsms.exchange.csv_reader import too_long
from qsms.exchange.sentences import TableError
from qsms.exchange.table import RawRow

_CHILD = Path(__file__).with_name("whole_child.py")
_PASSWORD = 3
_KINDS: dict[str, Callable[..., object]] = {
    "moment": dt.datetime.fromisoformat,
    "day": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "seconds": lambda seconds: dt.timedelta(seconds=seconds),
}


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; `rows` is the number of its last filled row."""

    name: str
    visible: bool
    rows: int


def read_sheets(path: Path, bare: str) -> list[Sheet]:
    """The sheets of the workbook at `path`."""
    return [Sheet(*json.loads(line)) for line in _lines(bare, path)]


def read_whole(path: Path, sheet: str, bare: str) -> Iterator[RawRow]:
    """Yield every row of `sheet` that holds anything, with its number in the sheet."""
    lines = _lines(bare, path, sheet)
    areas = json.loads(next(lines, "[]"))[: limits.MERGED_AREAS]
    merges = Merges((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in areas)
    total = 0
    for number, line in enumerate(lines, 1):
        row = take(number, (_KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in json.loads(line)))
        total += len(row.cells)
        if total > limits.CELLS:
            raise too_long()
        if len(row.cells) > limits.COLUMNS:
            raise too_wide(row)
        if row.cells or row.problems:
            merges.fill(row)
            yield row


def _lines(bare: str, path: Path, *sheet: str) -> Iterator[str]:
    """What the reading process prints. Raises TableError when it ends badly; ends it when nobody listens any more."""
    command = [
        sys.executable,
        "-I",
        str(_CHILD),
        str(limits.WHOLE_MEMORY_BYTES),
        str(limits.WHOLE_SECONDS),
        str(path.resolve()),
        *sheet,
    ]
    # The file's path and a sheet's name are arguments of their own, never words of a shell.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, encoding="ascii"
    ) as process:
        assert process.stdout is not None
        try:
            yield from process.stdout
            code = process.wait()
        finally:
            process.kill()
    if code == _PASSWORD:
        sentence = _("“%(name)s” is locked with a password. Take the password off, save it and try again.")
        raise TableError(sentence % {"name": bare}, code="password")
    if code:
        sentence = _(
            "“%(name)s” cannot be read: it is damaged, or it holds far more cells than fit in memory. Open it in a "
            "spreadsheet program, save it as .xlsx and try again."
        )
        raise TableError(sentence % {"name": bare}, code="damaged")
