"""Names of sheets that every spreadsheet program takes. Names of files come from `qsms.base.files.names.clean_name`."""

from __future__ import annotations

import re
from collections.abc import Collection

from qsms.exchange import limits

_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def safe_sheet_name(name: str, taken: Collection[str] = ()) -> str:
    """`name` as a sheet name of a workbook, different from those in `taken` (which count without case)."""
    bare = " ".join(_NOT_IN_SHEETS.sub(" ", name).split()).strip("' ")[: limits.XLSX_SHEET_NAME].strip("' ")
    # Excel keeps this name for itself.
    if not bare or bare.casefold() == "history":
        bare = "Sheet" if not bare else "History of records"
    used = {other.casefold() for other in taken}
    found, number = bare, 2
    while found.casefold() in used:
        tail = f" ({number})"
        found = bare[: limits.XLSX_SHEET_NAME - len(tail)] + tail
        number += 1
    return found
