"""A table of this room as a file: CSV, or a workbook with `format=xlsx`. That it left is told before it goes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from qsms.exchange import exports
from qsms.exchange.writers import csv_chunks, write_xlsx
from qsms.ui import answers, parts

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(
    request: HttpRequest, name: str, title: str, head: Sequence[str], lines: Iterable[Sequence[Any]],
    narrowed: Iterable[parts.Chip] = (),
) -> HttpResponseBase:  # fmt: skip
    """The file, called `name`; `title` is that of its sheet, `narrowed` what it is narrowed to."""
    form = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    rows = list(lines)
    filters = {str(one.name): str(one.value) for one in narrowed}
    actor = answers.actor_of(request)
    exports.note_table(actor, name.replace("-", " "), len(rows), form=form, columns=head, filters=filters)
    if form == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, head, rows, sheet=title)
        answer: HttpResponseBase = HttpResponse(book.getvalue(), content_type=WORKBOOK)
    else:
        answer = StreamingHttpResponse(csv_chunks(head, rows), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
