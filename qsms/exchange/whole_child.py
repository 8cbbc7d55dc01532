"""Run as a process of its own by `whole_reader.py`: reads an .xls or .ods workbook and prints it as lines of JSON.

Both formats are read whole, by compiled code, and a file of one kilobyte can claim a hundred million cells. In a
process with limits it is this process that ends, not the server. It imports nothing of the product, to start quickly.

Arguments: memory limit in bytes, seconds, the file, and the name of a sheet (none: list the sheets).
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys

import python_calamine


def packed(value: object) -> object:
    """A cell as JSON holds it; what JSON does not know as a pair of its kind and its ISO form or seconds."""
    if isinstance(value, dt.datetime):
        return ["moment", value.isoformat()]
    if isinstance(value, dt.date):
        return ["day", value.isoformat()]
    if isinstance(value, dt.time):
        return ["time", value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["seconds", value.total_seconds()]
    return value


def main(memory: str, seconds: str, path: str, *sheet: str) -> int:
    """Print the sheets, or the merged areas and the rows of one sheet. Returns the exit code; 3 means a password."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    except (ValueError, OSError):
        # Some systems (macOS) do not know this limit; the one on time and the separate process still hold.
        sys.stderr.write("no memory limit on this system\n")
    write = sys.stdout.write
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        if not sheet:
            for about in book.sheets_metadata:
                if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    end = book.get_sheet_by_name(about.name).end
                    visible = about.visible == python_calamine.SheetVisibleEnum.Visible
                    write(json.dumps([about.name, visible, end[0] + 1 if end else 0]) + "\n")
            return 0
        page = book.get_sheet_by_name(sheet[0])
        write(json.dumps(page.merged_cell_ranges or []) + "\n")
        for row in page.iter_rows():
            write(json.dumps([packed(value) for value in row]) + "\n")
    except python_calamine.PasswordError:
        return 3
    except (python_calamine.CalamineError, ValueError, IndexError, OSError, MemoryError):
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
