"""Open a file as a table, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.csv_reader import read_csv
from qsms.exchange.heads import find_head, name_columns
from qsms.exchange.json_reader import read_json
from qsms.exchange.sentences import TableError, shown, shown_name
from qsms.exchange.sniff import sniff
from qsms.exchange.table import RawRow, Table
from qsms.exchange.whole_reader import read_sheets, read_whole


@dataclass(frozen=True)
class _Source:
    rows: Callable[[], Iterator[RawRow]]
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    stated: int | None = None
    notes: tuple[str, ...] = ()


def open_table(
    path: str | Path,
    *,
    name: str,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    head: int | Sequence[int] | None = None,
) -> Table:
    """Open the file at `path`, called `name` by whoever sent it, as a table.

    What is not given is worked out: the sheet (the first visible one that holds anything), encoding, delimiter and the
    rows of the head. `head` is one row number or several, outermost group first; an empty sequence says that the file
    has no names. Raises TableError with a sentence if the file is no table or breaks a limit; what is odd in single
    rows comes with those rows.
    """
    path = Path(path)
    bare = shown_name(name)
    found = sniff(path, name=name, encoding=encoding, delimiter=delimiter)
    if found.kind == "csv":
        if sheet:
            raise TableError(_("“%(name)s” is a text table and has no sheets.") % {"name": bare}, code="sheet")
        source = _Source(partial(read_csv, path, found))
    elif found.kind == "json":
        if sheet:
            raise TableError(_("“%(name)s” is a JSON list and has no sheets.") % {"name": bare}, code="sheet")
        source, head = _Source(partial(read_json, path, found.encoding, bare)), 1
    elif found.kind == "xlsx":
        source = _xlsx(path, sheet, bare)
    else:
        source = _whole(path, sheet, bare)
    rows = list(islice(source.rows(), _needed(head)))
    numbers = find_head(rows[: limits.HEAD_SEARCH_ROWS]) if head is None else _chosen(head)
    by_number = {row.number: row for row in rows}
    missing = [number for number in numbers if number not in by_number]
    if missing:
        sentence = _("Row %(n)s was chosen for the column names, but it is empty or missing. Choose another row.")
        raise TableError(sentence % {"n": missing[0]}, code="head")
    after = numbers[-1] if numbers else 0
    columns = name_columns(
        [by_number[n] for n in numbers], [row for row in rows if row.number > after], loose=found.kind != "csv"
    )
    if not columns.names:
        where = _("The sheet “%(sheet)s”") % {"sheet": shown(source.sheet)} if source.sheet else f"“{bare}”"
        raise TableError(_("%(where)s holds no rows. Choose another one.") % {"where": where}, code="empty")
    notes = [*found.notes, *source.notes, *columns.notes]
    if not numbers and head is None:
        notes.append(_("No row looks like column names, so the columns are numbered. Choose the row if there is one."))
    return Table(
        name=bare,
        kind=found.kind,
        columns=columns,
        head=tuple(numbers),
        above=tuple(row for row in rows if numbers and row.number < numbers[0]),
        source=source.rows,
        sheet=source.sheet,
        sheets=source.sheets,
        encoding=found.encoding,
        confidence=found.confidence,
        delimiter=found.delimiter,
        quote=found.quote,
        total=None if source.stated is None else max(0, source.stated - after),
        notes=tuple(notes),
    )


def _needed(head: int | Sequence[int] | None) -> int:
    """Some rows below the head show how wide the table is."""
    return limits.HEAD_SEARCH_ROWS + (0 if not head else max(_chosen(head)))


def _chosen(head: int | Sequence[int]) -> tuple[int, ...]:
    numbers = (head,) if isinstance(head, int) else tuple(head)
    if any(number < 1 or number > 10_000 for number in numbers) or list(numbers) != sorted(set(numbers)):
        sentence = _("The rows of the column names are numbered from 1, from top to bottom. Choose them again.")
        raise TableError(sentence, code="head")
    return numbers


def _xlsx(path: Path, sheet: str | None, bare: str) -> _Source:
    # Its library is loaded with the first workbook: every start of the program, of every command, would wait for it.
    from qsms.exchange.xlsx_reader import look_over, read_book, read_xlsx

    book = read_book(path, bare)
    chosen = _sheet(
        sheet, book.sheets, book.visible, lambda name: bool(next(read_xlsx(path, name, (), bare), None)), bare
    )
    areas, stated, notes = look_over(path, chosen, bare)
    return _Source(partial(read_xlsx, path, chosen, areas, bare), chosen, book.sheets, stated, notes)


def _whole(path: Path, sheet: str | None, bare: str) -> _Source:
    sheets = {found.name: found for found in read_sheets(path, bare)}
    visible = tuple(name for name, found in sheets.items() if found.visible)
    chosen = _sheet(sheet, tuple(sheets), visible, lambda name: bool(sheets[name].rows), bare)
    return _Source(partial(read_whole, path, chosen, bare), chosen, tuple(sheets), sheets[chosen].rows)


def _sheet(
    wanted: str | None, sheets: tuple[str, ...], visible: tuple[str, ...], filled: Callable[[str], bool], bare: str
) -> str:
    if not sheets:
        raise TableError(_("“%(name)s” has no sheet with cells.") % {"name": bare}, code="sheet")
    if wanted is None:
        candidates = visible or sheets
        return next((name for name in candidates[:20] if filled(name)), candidates[0])
    if wanted not in sheets:
        sentence = _("“%(name)s” has no sheet “%(sheet)s”. It has: %(sheets)s.")
        values = {"name": bare, "sheet": shown(wanted), "sheets": ", ".join(f"“{shown(s)}”" for s in sheets[:20])}
        raise TableError(sentence % values, code="sheet")
    return wanted
