"""What leaves this room as a file, each with a deed that says who took what: a table, or a document."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from qsms.exchange import exports
from qsms.exchange.writers import csv_chunks, write_xlsx
from qsms.org.actor import Actor

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """What is written: the name of the file without its ending, the title of the sheet, its head and its lines."""

    name: str
    title: str
    head: Sequence[str]
    lines: Iterable[Sequence[Any]]


def as_file(actor: Actor, kind: str, sheet: Sheet, form: str) -> HttpResponseBase:
    """The table as the answer to a request: a workbook for “xlsx”, else CSV; noted before it goes out."""
    lines, form = list(sheet.lines), "xlsx" if form == "xlsx" else "csv"
    exports.note_file(actor, sheet.name, kind=kind, form=form, n=len(lines))
    if form == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, sheet.head, lines, sheet=sheet.title)
        response: HttpResponseBase = HttpResponse(book.getvalue(), content_type=WORKBOOK)
        response["Content-Disposition"] = f'attachment; filename="{sheet.name}.xlsx"'
        return response
    response = StreamingHttpResponse(csv_chunks(sheet.head, lines), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{sheet.name}.csv"'
    return response


def document(actor: Actor, kind: str, content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file for this reader alone; noted before it goes out."""
    exports.note_file(actor, name, kind=kind, form=name.rpartition(".")[2])
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
