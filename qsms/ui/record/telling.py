"""The history of one record: deeds in words, page by page, and as a file to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.org.actor import Actor
from qsms.records import history, keys, reading, scope
from qsms.records.deed_words import said
from qsms.records.history import Entry
from qsms.records.models import Record

from .. import addresses, answers, parts
from . import deeds, page

PAGE = 30
HEAD = ("at", "by", "for", "what", "signed as", "reason", "version", "field", "before", "after", "request")
# A spreadsheet takes a text that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@page.tab("history")
def draw_history(sight: page.Sight, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The tab with the deeds, newest first."""
    before = sight.request.GET.get("before", "")
    at = keys.whole(before)
    entries = history.entries(sight.record, reader=sight.actor, before=at, limit=PAGE + 1)
    shown = entries[:PAGE]
    here = addresses.tab(sight.record, "history")
    more = f"{here}?before={shown[-1].id}" if len(entries) > PAGE else ""
    pages = parts.Pages(
        _("%(n)d of %(total)d deeds on this page") % {"n": len(shown), "total": sight.opened.deeds},
        next_url=more,
        previous_url=here if at is not None else "",
    )
    return "ui/record/history.html", {
        "deeds": deeds.lines(sight.actor, sight.opened.sheet, shown, sight.now),
        "pages": pages,
        "many": bool(more or at is not None),
        "csv_url": addresses.record(sight.record, "history-file", "csv"),
        "json_url": addresses.record(sight.record, "history-file", "json"),
    }


@answers.of_record_type("history")
@require_GET
def export_history(request: HttpRequest, kind: str, key: str, form: str) -> HttpResponse:
    """Every deed of one record as CSV or JSON, the oldest first."""
    actor = answers.actor_of(request)
    opened = reading.opened(actor, kind, key)
    entries = list(_all(actor, opened.record))
    others = {int(entry.detail["other"]) for entry in entries if "other" in entry.detail}
    seen = scope.seen_of(actor, others)
    rows = [_row(entry, said(opened.sheet, entry, seen)) for entry in entries]
    name = f"{opened.record.number}-history.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "json":
        return JsonResponse({"number": opened.record.number, "deeds": rows}, headers=headers)
    if form != "csv":
        raise Http404
    text = io.StringIO()
    # A spreadsheet reads UTF-8 only when it is told so.
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for entry, row in zip(entries, rows, strict=True):
        at = entry.at.isoformat(timespec="seconds").replace("+00:00", "Z")
        head = [at, row["by"], row["for"], row["what"], row["signed_as"], row["reason"], row["version"]]
        for change in row["changes"] or [{"field": "", "before": "", "after": ""}]:
            line = [*head, change["field"], change["before"], change["after"], row["request"]]
            writer.writerow([_harmless(cell) for cell in line])
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _all(actor: Actor, record: Record) -> Iterator[Entry]:
    found: list[Entry] = []
    before: int | None = None
    while chunk := history.entries(record, reader=actor, before=before, limit=500):
        found += chunk
        before = chunk[-1].id
    return reversed(found)


def _row(entry: Entry, said: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "by": entry.actor,
        "for": entry.for_person,
        "verb": entry.verb,
        "what": said,
        "signed_as": entry.meaning,
        "reason": entry.reason,
        "version": entry.version,
        "changes": [{"field": one.field, "before": one.old, "after": one.new} for one in entry.changes],
        "request": entry.request,
    }


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
