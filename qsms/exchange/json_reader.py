"""Rows of a JSON list of objects, as our own export writes it. The names of the members are the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.csv_reader import too_long
from qsms.exchange.sentences import TableError, shown
from qsms.exchange.table import Cell, RawRow


def read_json(path: Path, encoding: str, bare: str) -> Iterator[RawRow]:
    """Yield the names of all members as row 1, then one row an object. Raises TableError where it is no such list."""
    names: dict[str, None] = {}
    for item in _items(path, encoding, bare):
        names.update(dict.fromkeys(item))
        if len(names) > limits.COLUMNS:
            sentence = _("“%(name)s” has more than %(most)s different names. Leave out those not needed.")
            raise TableError(sentence % {"name": bare, "most": limits.COLUMNS}, code="too-wide")
    yield RawRow(1, list(names))
    for number, item in enumerate(_items(path, encoding, bare), 2):
        if number > limits.ROWS or number * len(names) > limits.CELLS:
            raise too_long()
        yield RawRow(number, [_cell(item.get(name)) for name in names])


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str | bool | int | float):
        # Text cannot hold half of a surrogate pair, which JSON can spell.
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    if isinstance(value, list):
        return "; ".join(str(_cell(part)) for part in value)
    return json.dumps(value, ensure_ascii=True)


def _items(path: Path, encoding: str, bare: str) -> Iterator[dict[str, Any]]:
    with io.TextIOWrapper(path.open("rb"), encoding) as file:
        try:
            yield from _by_line(file) if _one_a_line(file) else _whole(file, path, bare)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            if isinstance(error, TableError):
                raise
            sentence = _("“%(name)s” cannot be read as JSON (%(why)s). Export it again.")
            raise TableError(sentence % {"name": bare, "why": shown(error)}, code="damaged") from error


def _one_a_line(file: io.TextIOWrapper) -> bool:
    """Whether every object stands on a line of its own, so that the file need not be held in memory."""
    head = [file.readline(limits.LINE_CHARACTERS).strip() for _line in range(2)]
    file.seek(0)
    if head[0].lstrip("\ufeff") != "[":
        return False
    try:
        return isinstance(json.loads(head[1].rstrip(",")), dict)
    except ValueError:
        return False


def _by_line(file: io.TextIOWrapper) -> Iterator[dict[str, Any]]:
    while line := file.readline(limits.LINE_CHARACTERS):
        text = line.strip().lstrip("\ufeff").rstrip(",")
        if text not in ("", "[", "]"):
            yield _object(json.loads(text))


def _whole(file: io.TextIOWrapper, path: Path, bare: str) -> Iterator[dict[str, Any]]:
    if path.stat().st_size > limits.WHOLE_FILE_BYTES:
        sentence = _("“%(name)s” is larger than %(most)s MB. Write one object a line, or save the table as CSV.")
        raise TableError(sentence % {"name": bare, "most": limits.WHOLE_FILE_BYTES >> 20}, code="too-large")
    for item in json.load(file):
        yield _object(item)


def _object(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise TableError(_("The list holds “%(item)s”, which is no object.") % {"item": shown(item)}, code="json")
    return item
