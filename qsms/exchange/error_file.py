"""The file that goes back to whoever sent a table with errors: the failing rows as they were, and what to mend in each.

Once mended, the same file can be imported: the column names are the original ones, and the added columns feed no
field.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _

from qsms.exchange.table import Row, Table
from qsms.exchange.writers import csv_text


class ErrorFile:
    """Takes failing rows one by one and writes them as CSV, with "Row" and "What to mend" before their columns.

    With several tables the columns of all of them stand side by side, and a first column names the file.
    """

    def __init__(self, target: IO[bytes], tables: Sequence[Table]) -> None:
        self.count = 0
        self._columns = list(dict.fromkeys(name for table in tables for name in table.columns.names))
        self._several = len(tables) > 1
        self._text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        added = [_("File")] if self._several else []
        added += [_("Row"), _("What to mend")]
        self._writer.writerow([csv_text(name) for name in (*map(self._free, added), *self._columns)])

    def add(self, table: Table, row: Row, sentences: Sequence[str]) -> None:
        """Write a row with what is wrong in it."""
        self.count += 1
        told = [table.name] if self._several else []
        cells = row.as_dict()
        self._writer.writerow(
            [csv_text(value) for value in (*told, row.number, " ".join(sentences))]
            + [csv_text(cells.get(name, "")) for name in self._columns]
        )

    def close(self) -> None:
        """Hand the target back, written to its end."""
        self._text.flush()
        self._text.detach()

    def _free(self, name: str) -> str:
        found, number = name, 2
        while found in self._columns:
            found, number = f"{name} ({number})", number + 1
        return found
