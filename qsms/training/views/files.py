"""A table of this room as a file: CSV, or a workbook with `format=xlsx`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from qsms.exchange.writers import csv_chunks, write_xlsx

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(
    request: HttpRequest, name: str, title: str, head: Sequence[str], lines: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """The file, called `name`; `title` is that of its sheet."""
    if request.GET.get("format") == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, head, lines, sheet=title)
        answer: HttpResponseBase = HttpResponse(book.getvalue(), content_type=WORKBOOK)
        kind = "xlsx"
    else:
        answer, kind = StreamingHttpResponse(csv_chunks(head, lines), content_type="text/csv"), "csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
