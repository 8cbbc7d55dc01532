"""Who has read which revision of a document, and when, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.base.files.headers import content_disposition
from qsms.exchange import exports
from qsms.exchange.writers import csv_chunks
from qsms.org.actor import Actor
from qsms.records import keys, moves, scope
from qsms.records.errors import Refused
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, marks, times
from qsms.ui.context import stands_in

from .. import addresses, reading, readings
from ..models import Document, Receipt


def _find(request: HttpRequest, number: str) -> tuple[Actor, Document]:
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    if not readings.may_see(actor, document):
        who = moves.who_may(document, "distribute")
        raise Refused([_("Who has read it is for who gives it out, and for auditors. Ask %(who)s.") % {"who": who}])
    return actor, document


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """A page of it; `revision` narrows it to one."""
    actor, document = _find(request, number)
    stands_in(request, pages.record(document))
    label = request.GET.get("revision", "")
    rows, after = readings.page(document, label, after=keys.whole(request.GET.get("after", "")) or 0)
    only = {"revision": label} if label else {}
    here = reverse("documents:readings-export", args=[document.number])
    context = {
        "document": document,
        "document_url": pages.record(document),
        "readers_url": addresses.readers(document.number) if actor.holds("document.distribute") else "",
        "labels": readings.labels(document),
        "label": label,
        "rows": [_line(actor, row) for row in rows],
        "next": f"?{urlencode({**only, 'after': str(after)})}" if after else "",
        "export_url": (f"{here}?{urlencode(only)}" if only else here) if _may_export(actor, document) else "",
    }
    return answers.page(request, "documents/readings.html", context)


def _line(actor: Actor, row: Receipt) -> Mapping[str, Any]:
    now = moment.now()
    if row.acknowledged_at is not None:
        mark: Any = marks.status(_("Acknowledged"), "good", "circle-check")
    elif row.ended_at is not None:
        mark = marks.status(_("No longer asked for"), "mute")
    elif not row.acknowledge:
        mark = marks.status(_("For information"), "mute", "info-circle")
    else:
        mark = marks.status(_("Not yet"), "warn", "clock")
    return {
        "person": row.person.name,
        "site": row.person.site.name if row.person.site is not None else "",
        "why": row.why,
        "revision": row.revision.label,
        "mark": mark,
        "at": times.moment(row.acknowledged_at, now, actor.tz) if row.acknowledged_at else None,
        "given": dates.plain_day(row.given_at.astimezone(actor.tz).date()),
    }


@answers.for_people
@require_GET
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """The same as CSV, with moments in UTC."""
    actor, document = _find(request, number)
    if not _may_export(actor, document):
        who = moves.who_may(document, "export")
        raise Refused([_("You may not export who has read it. Ask %(who)s.") % {"who": who}])
    label = request.GET.get("revision", "")
    head = [
        _("Document"), _("Revision"), _("Person"), _("Site"), _("Given as"), _("Given at"), _("Opened at"),
        _("Acknowledged at"), _("Ended at"),
    ]  # fmt: skip
    narrowed = {str(_("Document")): document.code or document.number, **({str(_("Revision")): label} if label else {})}
    n = readings.count(document, label)
    exports.note_file(actor, "acknowledgements", kind="document", form="csv", n=n, columns=head, narrowed=narrowed)
    answer = StreamingHttpResponse(csv_chunks(head, _lines(document, label)), content_type="text/csv")
    answer["Content-Disposition"] = content_disposition(f"{document.code or document.number} readers.csv")
    return answer


def _may_export(actor: Actor, document: Document) -> bool:
    return scope.may(actor, "export", document)


def _lines(document: Document, label: str) -> Iterator[list[Any]]:
    for row in readings.everything(document, label):
        site = row.person.site.name if row.person.site is not None else ""
        moments = (row.given_at, row.opened_at, row.acknowledged_at, row.ended_at)
        yield [document.code, row.revision.label, row.person.name, site, row.why, *moments]
