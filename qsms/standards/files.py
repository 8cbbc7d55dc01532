"""A table of this room as a file: CSV that streams, or a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from qsms.exchange.writers import csv_chunks, write_xlsx

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """What is written: the name of the file without its ending, the title of the sheet, its head and its lines."""

    name: str
    title: str
    head: Sequence[str]
    lines: Iterable[Sequence[Any]]


def as_file(sheet: Sheet, form: str) -> HttpResponseBase:
    """The table as the answer to a request: a workbook for “xlsx”, else CSV."""
    if form == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, sheet.head, sheet.lines, sheet=sheet.title)
        response: HttpResponseBase = HttpResponse(book.getvalue(), content_type=WORKBOOK)
        response["Content-Disposition"] = f'attachment; filename="{sheet.name}.xlsx"'
        return response
    response = StreamingHttpResponse(csv_chunks(sheet.head, sheet.lines), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{sheet.name}.csv"'
    return response
