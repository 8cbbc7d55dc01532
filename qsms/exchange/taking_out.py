"""Files that a room makes beside its lists: tables as CSV or workbooks, documents. That one leaves is noted first."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from qsms.org.actor import Actor

from .exports import FORMS, note_file
from .writers import csv_chunks, json_chunks, write_xlsx

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """What is written: the name of the file without its ending, the title of the sheet, its head and its lines."""

    name: str
    title: str
    head: Sequence[str]
    lines: Iterable[Sequence[Any]]
    # What the lines are narrowed to: label and value, as people read them.
    narrowed: Mapping[str, str] = field(default_factory=dict)
    # What programs call the columns, in JSON; without them it is the head.
    codes: Sequence[str] = ()
    # The zone in which a workbook, which knows none, shows moments.
    zone: dt.tzinfo = dt.UTC


def as_file(actor: Actor, kind: str, sheet: Sheet, form: str) -> HttpResponseBase:
    """The table as the answer to a request: a workbook for “xlsx”, JSON for “json”, else CSV. `kind` is that of the
    records in it."""
    # All of them at once, because the deed says how many they are.
    lines, form = list(sheet.lines), form if form in FORMS else "csv"
    note_file(
        actor, sheet.name, kind=kind, form=form, n=len(lines), columns=sheet.head, narrowed=sheet.narrowed
    )  # fmt: skip
    if form == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, sheet.head, lines, sheet=sheet.title, zone=sheet.zone)
        answer: HttpResponseBase = HttpResponse(book.getvalue(), content_type=WORKBOOK)
    elif form == "json":
        answer = StreamingHttpResponse(json_chunks(sheet.codes or sheet.head, lines), content_type="application/json")
    else:
        answer = StreamingHttpResponse(csv_chunks(sheet.head, lines), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{sheet.name}.{form}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def document(actor: Actor, kind: str, content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file for this reader alone."""
    note_file(actor, name, kind=kind, form=name.rpartition(".")[2])
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
