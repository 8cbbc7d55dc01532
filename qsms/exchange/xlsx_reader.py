"""Rows of an .xlsx workbook, streamed. Formulas are never worked out: the result stored beside them counts."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from qsms.exchange import limits
from qsms.exchange.cells import Area, Merges, take, too_wide, unescaped
from qsms.exchange.csv_reader import too_long
from qsms.exchange.sentences import TableError
from qsms.exchange.table import RawRow

# What openpyxl raises for workbooks that are not as they should be. It checks little, so the list is long.
_DAMAGED = (
    KeyError, IndexError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, EOFError, OSError,
    RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, struct.error, ParseError, InvalidFileException,
)  # fmt: skip

# Searched in the sheet's bytes, since reading row by row never shows merged areas: they stand below the rows.
_MERGED = rb'<(?:\w+:)?mergeCell\s[^>]{0,80}?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"'
_NO_RESULT = (
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f/>|<(?:\w+:)?f\s[^>]{0,120}/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SEARCH = re.compile(rb"(?:" + _MERGED + rb")|(" + _NO_RESULT + rb")")
_OVERLAP = 512


@dataclass(frozen=True)
class Book:
    """The sheets of a workbook, and those of them that are not hidden."""

    sheets: tuple[str, ...]
    visible: tuple[str, ...]


def read_book(path: Path, bare: str) -> Book:
    """The sheets of the workbook at `path`, charts left out."""
    with _opened(path, bare) as book:
        sheets = book.worksheets
        return Book(
            tuple(sheet.title for sheet in sheets),
            tuple(sheet.title for sheet in sheets if sheet.sheet_state == "visible"),
        )


def look_over(path: Path, sheet: str, bare: str) -> tuple[tuple[Area, ...], int | None, tuple[str, ...]]:
    """The merged areas of a sheet, the number of rows it states, and notes, among them on formulas without a result."""
    with _opened(path, bare) as book:
        worksheet = book[sheet]
        stated = worksheet.max_row
        areas: list[Area] = []
        missing = 0
        with worksheet._get_source() as source:
            kept = b""
            while chunk := source.read(1 << 20):
                text = kept + chunk
                end = 0
                for found in _SEARCH.finditer(text):
                    end = found.end()
                    if found[1] is None:
                        missing += 1
                    elif len(areas) < limits.MERGED_AREAS:
                        left, top, right, bottom = range_boundaries(found[1].decode())
                        areas.append((top, left - 1, bottom, right - 1))
                kept = text[max(end, len(text) - _OVERLAP) :]
    notes = []
    if missing:
        sentence = _(
            "%(count)s cells hold a formula without a stored result and are read as empty. Open the file in a "
            "spreadsheet program, save it, and choose it again."
        )
        notes.append(sentence % {"count": missing})
    if len(areas) >= limits.MERGED_AREAS:
        sentence = _("The sheet has more than %(most)s merged areas; the rest are read as they stand.")
        notes.append(sentence % {"most": f"{limits.MERGED_AREAS:,}"})
    return tuple(areas), stated, tuple(notes)


def read_xlsx(path: Path, sheet: str, areas: tuple[Area, ...], bare: str) -> Iterator[RawRow]:
    """Yield every row of `sheet` that holds anything, with its number in the sheet."""
    with _opened(path, bare) as book:
        worksheet = book[sheet]
        # The size a sheet states is often wrong, and openpyxl would cut the rows to it.
        worksheet.reset_dimensions()
        merges = Merges(areas)
        total = 0
        rows = worksheet.iter_rows()
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except _DAMAGED as error:
                raise _unreadable(error, bare, number) from error
            total += len(cells)
            if number > limits.ROWS or total > limits.CELLS:
                raise too_long()
            row = take(
                number,
                (unescaped(cell.value) if cell.data_type == "s" and cell.value else cell.value for cell in cells),
                is_error=(cell.data_type == "e" for cell in cells),
            )
            if len(row.cells) > limits.COLUMNS:
                raise too_wide(row)
            if row.cells or row.problems:
                merges.fill(row)
                yield row


@contextmanager
def _opened(path: Path, bare: str) -> Iterator[Any]:
    # openpyxl warns about parts it leaves out (validation lists, extensions). They do not concern reading of values.
    warnings.filterwarnings("ignore", module=r"openpyxl\..*")
    # Opened here and not by openpyxl, which leaves the file open when it fails.
    with path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _DAMAGED as error:
            raise _unreadable(error, bare) from error
        try:
            yield book
        finally:
            book.close()


def _unreadable(error: BaseException, bare: str, number: int = 0) -> TableError:
    """The sentence for what openpyxl raised. It wraps the refusal of entities in errors of its own."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DefusedXmlException):
            sentence = _(
                "“%(name)s” holds instructions (XML entities) that no spreadsheet program writes, so nothing of it "
                "was read. Open it in a spreadsheet program and save it anew, or use another file."
            )
            return TableError(sentence % {"name": bare}, code="entities")
        cause = cause.__cause__ or cause.__context__
    if number:
        sentence = _(
            "“%(name)s” is damaged at row %(n)s. Open it in a spreadsheet program, save it anew and try again."
        )
    else:
        sentence = _("“%(name)s” is damaged. Open it in a spreadsheet program, save it anew and try again.")
    return TableError(sentence % {"name": bare, "n": number}, code="damaged")
