"""The file that goes back to whoever sent a table with errors: the failing rows as they were, and what to mend in each.

Once mended, the same file can be imported: the column names are the original ones, and the two added columns feed no
field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Literal

from django.utils.translation import gettext as _

from qsms.exchange.table import Cell, Table
from qsms.exchange.writers import write_csv, write_xlsx


def write_error_file(
    target: IO[bytes],
    table: Table,
    errors: Mapping[int, Sequence[str]],
    *,
    form: Literal["csv", "xlsx"] = "csv",
) -> int:
    """Write the rows of `table` whose number is in `errors`, with the columns "Row" and "What to mend" before them.

    Returns how many rows were written. The table is read once more, row by row.
    """
    header = [_free(_("Row"), table), _free(_("What to mend"), table), *table.columns.names]
    rows = _failing(table, errors)
    count = 0

    def counted() -> Iterator[list[Cell]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    if form == "csv":
        write_csv(target, header, counted())
    else:
        write_xlsx(target, header, counted(), sheet=_("To mend"))
    return count


def _failing(table: Table, errors: Mapping[int, Sequence[str]]) -> Iterator[list[Cell]]:
    left = len(errors)
    for row in table.rows():
        if not left:
            return
        sentences = errors.get(row.number)
        if sentences is None:
            continue
        left -= 1
        yield [row.number, " ".join(sentences), *row.cells]


def _free(name: str, table: Table) -> str:
    taken = set(table.columns.names)
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found
