"""Write rows as CSV, XLSX or JSON. Rows are taken one by one from any iterable, so size does not matter.

Text that a spreadsheet program could run is guarded (see `guard.py`); numbers and dates keep their type. Characters
that a format cannot hold are replaced by the replacement character, for all to see, and never left out silently.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.guard import guarded
from qsms.exchange.sentences import TableError
from qsms.exchange.sheet_names import safe_sheet_name

_NOT_IN_TEXT = re.compile("[\x00\ud800-\udfff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CHUNK_ROWS = 200

# A workbook's cell holds a double: beyond 15 digits it would show another number.
_EXACT = Decimal(10) ** 15


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool = True) -> Iterator[bytes]:
    """The table as CSV in pieces for a streaming answer: UTF-8, comma, CRLF. `bom` makes Excel see the UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    if bom:
        buffer.write("\ufeff")
    writer.writerow([csv_text(name) for name in header])
    for number, row in enumerate(rows, 1):
        writer.writerow([csv_text(value) for value in row])
        if number % _CHUNK_ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_csv(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool = True) -> None:
    """Write the table to `target` as CSV."""
    for chunk in csv_chunks(header, rows, bom=bom):
        target.write(chunk)


def json_chunks(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table as a JSON array of objects, one a line, in pieces. Nothing is guarded: JSON runs no formulas.

    `header` must not repeat a name. Exact numbers stay exact, as text.
    """
    if len(set(header)) != len(header):
        raise ValueError("JSON needs a different name for each column.")
    names = [_NOT_IN_TEXT.sub("\ufffd", name) for name in header]
    yield b"["
    pieces: list[str] = []
    before = "\n"
    for number, row in enumerate(rows, 1):
        item = dict(zip(names, (_json(value) for value in row), strict=True))
        pieces.append(before + json.dumps(item, ensure_ascii=False, allow_nan=False))
        before = ",\n"
        if number % _CHUNK_ROWS == 0:
            yield "".join(pieces).encode()
            pieces.clear()
    yield ("".join(pieces) + "\n]\n").encode()


def write_json(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the table to `target` as JSON."""
    for chunk in json_chunks(header, rows):
        target.write(chunk)


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(
    target: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    sheet: str = "Table",
    zone: dt.tzinfo = dt.UTC,
) -> None:
    """Write the table to `target` as a workbook with one sheet."""
    write_book(target, [Page(sheet, header, rows)], zone=zone)


def write_book(target: IO[bytes], pages: Iterable[Page], *, zone: dt.tzinfo = dt.UTC) -> None:
    """Write these tables to `target` as the sheets of one workbook, their heads frozen and bold.

    Moments with a zone are written as the clock time in `zone`, for workbooks know no zones.
    """
    # Loaded with the first workbook: every start of the program, of every command, would wait for it.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for one in pages:
        _fill(book.create_sheet(safe_sheet_name(one.name)), one, zone)
    book.save(target)


def _fill(page: Any, table: Page, zone: dt.tzinfo) -> None:
    from openpyxl.styles import Font

    page.freeze_panes = "A2"
    bold = Font(bold=True)
    heads = []
    for name in table.header:
        head = _text_cell(page, name)
        head.font = bold
        heads.append(head)
    page.append(heads)
    try:
        for number, row in enumerate(table.rows, 2):
            if number > limits.ROWS:
                sentence = _("A sheet holds %(most)s rows and this table has more. Choose CSV.")
                raise TableError(sentence % {"most": f"{limits.ROWS:,}"}, code="too-long")
            page.append([_xlsx(page, value, zone) for value in row])
    except BaseException:
        # The sheet grows in a temporary file, which would stay behind.
        page.close()
        page._writer.cleanup()
        raise


def csv_text(value: object) -> str:
    """One cell of a CSV file."""
    if isinstance(value, str):
        return guarded(_NOT_IN_TEXT.sub("\ufffd", value))
    return _plain(value)


def _plain(value: object) -> str:
    """A value that is not text, as text that reads back as the same value; the guard is not for these."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        # With its zone it is an instant in one form everywhere; without, the clock time that spreadsheets know.
        return _instant(value) if value.tzinfo else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple | set | frozenset):
        return csv_text("; ".join(str(part) for part in value))
    # Translatable labels and other objects are text to a reader, so the guard applies.
    return csv_text(str(value))


def _instant(value: dt.datetime) -> str:
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def _json(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _NOT_IN_TEXT.sub("\ufffd", value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _json(part) for key, part in value.items()}
    return _NOT_IN_TEXT.sub("\ufffd", str(value))


def _xlsx(page: Any, value: object, zone: dt.tzinfo) -> object:
    if value is None or (isinstance(value, bool | int) and abs(value) < 10**15):
        return value
    if isinstance(value, float) and value - value == 0:
        return value
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < _EXACT and len(value.as_tuple().digits) <= 15:
        return value
    if isinstance(value, dt.datetime):
        local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
        return local if local.year >= 1900 else _text_cell(page, _plain(value))
    if isinstance(value, dt.date):
        # The day count of workbooks begins in 1900 and has a day too many in that February.
        return value if value >= dt.date(1900, 3, 1) else _text_cell(page, value.isoformat())
    if isinstance(value, dt.time):
        return value
    if isinstance(value, str):
        return _text_cell(page, value) if value else None
    return _text_cell(page, _plain(value), guard=not isinstance(value, int | float | Decimal))


def _text_cell(page: Any, text: str, *, guard: bool = True) -> Any:
    """A cell typed as text: openpyxl would make a formula of "=1" and an error of "#N/A"."""
    from openpyxl.cell import WriteOnlyCell

    if guard:
        text = guarded(text)
    text = _cut(_NOT_IN_XML.sub("\ufffd", text))
    # Workbooks write a carriage return as _x000D_ (XML would turn it into a line feed), so what looks like such an
    # escape has to be escaped itself.
    escaped = _LOOKS_ESCAPED.sub("_x005F_", text).replace("\r", "_x000D_")
    cell = WriteOnlyCell(page)
    cell._value = escaped
    cell.data_type = "s"
    return cell


def _cut(text: str) -> str:
    """`text` within what a cell can hold. Workbooks count as UTF-16 does: rare characters twice."""
    units = len(text.encode("utf-16-le")) // 2 if len(text) * 2 > limits.XLSX_CELL_CHARACTERS else len(text)
    if units <= limits.XLSX_CELL_CHARACTERS:
        return text
    note = _(" … [cut: %(count)s characters; CSV and JSON hold all of them]") % {"count": f"{len(text):,}"}
    room = limits.XLSX_CELL_CHARACTERS - len(note)
    kept = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")
    return kept + note
