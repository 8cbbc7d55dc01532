"""Rows of a text table, one at a time, with what is wrong in each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.sentences import TableError, shown
from qsms.exchange.sniff import Sniffed
from qsms.exchange.table import Cell, Problem, RawRow

# The csv module has one limit for the whole process (131,072), too small for a long narrative. It is set here once and
# to a constant; a reader that set and reset it would change it under the feet of other threads.
csv.field_size_limit(limits.CELL_CHARACTERS)

_BROKEN = re.compile("[\x00\udc80-\udcff]")


def read_csv(path: Path, found: Sniffed) -> Iterator[RawRow]:
    """Yield every row, blank ones too, numbered from 1 as a spreadsheet program would. Raises TableError where the
    file stops making sense: an endless cell, an unclosed quotation mark, too many rows."""
    wide = found.encoding.startswith(("utf-16", "utf-32"))
    with io.TextIOWrapper(
        path.open("rb"), found.encoding, "replace" if wide else "surrogateescape", newline=""
    ) as file:
        lines = _Lines(file, "[\x00\ufffd]" if wide else _BROKEN)
        for _hint in range(found.skip):
            next(lines, "")
        reader = csv.reader(lines, delimiter=found.delimiter, quotechar=found.quote)
        number, total = found.skip, 0
        while True:
            lines.broken = lines.apostrophe = False
            lines.complete = True
            began = lines.count + 1
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable(number, error) from error
            if not lines.complete:
                sentence = _(
                    "The quotation mark opened in row %(n)s (line %(line)s) is never closed, so everything below it "
                    "would become one cell. Close it there, or double it if it belongs to the text."
                )
                raise TableError(sentence % {"n": number, "line": began}, code="quote")
            total += len(cells)
            if number > limits.ROWS or total > limits.CELLS:
                raise too_long()
            row = RawRow(number, cast(list[Cell], cells), line=began, odd=lines.apostrophe)
            if lines.broken:
                _mend(row, wide=wide)
            yield row


def too_long() -> TableError:
    """The refusal of a table with more rows or cells than the kit reads."""
    sentence = _("The table has more than %(rows)s rows or %(cells)s cells. Split it into several files.")
    return TableError(sentence % {"rows": f"{limits.ROWS:,}", "cells": f"{limits.CELLS:,}"}, code="too-long")


class _Lines:
    """The lines of the file, watched: the csv module asks for another line only while a row is unfinished, so being
    asked at the end of the file with a row begun means an unclosed quotation mark."""

    def __init__(self, file: TextIO, broken: str | re.Pattern[str]) -> None:
        self._file = file
        self._broken = re.compile(broken)
        self._row_began_at = 0
        self.count = 0
        self.broken = False
        self.apostrophe = False
        self._complete = True

    @property
    def complete(self) -> bool:
        return self._complete

    @complete.setter
    def complete(self, value: bool) -> None:
        self._complete = value
        self._row_began_at = self.count

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(limits.LINE_CHARACTERS)
        if not line:
            self._complete = self.count == self._row_began_at
            raise StopIteration
        if len(line) == limits.LINE_CHARACTERS:
            sentence = _(
                "Line %(line)s is longer than %(most)s characters, too long for a row of a table. Check that this is "
                "a text table with line breaks, or save it as .xlsx."
            )
            raise TableError(
                sentence % {"line": self.count + 1, "most": f"{limits.LINE_CHARACTERS:,}"}, code="long-line"
            )
        self.count += 1
        if "'" in line:
            self.apostrophe = True
        # Plain ASCII is known to the string itself, so the search costs nothing for most lines.
        if (not line.isascii() or "\x00" in line) and self._broken.search(line):
            self.broken = True
        return line


def _unreadable(number: int, error: csv.Error) -> TableError:
    if "field larger" in str(error):
        sentence = _(
            "A cell in row %(n)s is longer than %(most)s characters. Most often a quotation mark was not closed "
            "there. Close it, or shorten the cell."
        )
        return TableError(sentence % {"n": number, "most": f"{limits.CELL_CHARACTERS:,}"}, code="long-cell")
    sentence = _("Row %(n)s cannot be read (%(why)s). Save the table as CSV UTF-8 or .xlsx and try again.")
    return TableError(sentence % {"n": number, "why": shown(error)}, code="damaged")


def _mend(row: RawRow, *, wide: bool) -> None:
    """Put the replacement character where bytes made no sense, and say so once for each cell."""
    for at, cell in enumerate(row.cells):
        text = str(cell)
        found = _BROKEN.search(text)
        if found is None and not (wide and "\ufffd" in text):
            continue
        mended = _BROKEN.sub("\ufffd", text)
        row.cells[at] = mended
        values = {"n": row.number, "column": at + 1, "text": shown(mended, 40)}
        if found is not None and found[0] != "\x00":
            byte = f"{ord(found[0]) - 0xDC00:02X}"
            sentence = _(
                "Row %(n)s, cell %(column)s holds a byte (%(byte)s) that is no character: “%(text)s”. Correct the cell."
            )
            row.problems.append(Problem("bytes", sentence % {**values, "byte": byte}))
        elif "\x00" in text:
            sentence = _("Row %(n)s, cell %(column)s holds a zero byte: “%(text)s”. Correct the cell.")
            row.problems.append(Problem("control", sentence % values))
        else:
            sentence = _("Row %(n)s, cell %(column)s holds bytes that are no character: “%(text)s”. Correct the cell.")
            row.problems.append(Problem("bytes", sentence % values))
