"""The door of this kit: a record as a PDF."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import reading, registry
from qsms.records.errors import NotVisible

from .record import record_pdf


@login_required
@require_GET
def send_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The record as a PDF, for who sees its page."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None or not registry.is_known(kind):
        raise Http404
    opened = reading.opened(actor, kind, key)
    if opened.sheet.elsewhere(actor, opened.record):
        # Its page is not for this reader, who is shown another one in its place.
        raise NotVisible
    answer = HttpResponse(record_pdf(actor, opened.sheet, opened.record, moment.now()), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{opened.record.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
