"""The triage queue as a file: what waits to be judged, the nearest deadline first."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.records import scope
from qsms.records.errors import Refused
from qsms.ui.answers import actor_of, for_people

from .. import forms, queries
from ..choices import LENSES

MOST = 5_000


@for_people
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Every report of the queue that the reader may export, whatever the desk shows of it."""
    actor = actor_of(request)
    if not (actor.holds("report.triage") and actor.holds("report.export")):
        raise Refused([_("You may not export the triage queue. Ask a manager of your organisation.")])
    queue = queries.triage_queue(actor, limit=MOST)
    titles = forms.titles(actor.organisation_id)
    sites = names.places("site", actor.organisation_id)
    lines = []
    for one in queue.waiting:
        report = one.report
        if not scope.may(actor, "export", report):
            continue
        judged = [lens for lens, bit in LENSES.items() if report.judged & bit]
        lines.append([
            report.number, report.title, titles.get(report.form, ""), sites.get(report.site_id or 0, ""),
            report.opened_at.astimezone(actor.tz).replace(microsecond=0),
            one.due_at.astimezone(actor.tz).replace(microsecond=0) if one.due_at else None, "; ".join(judged),
        ])  # fmt: skip
    if queue.after:
        said = _("There is still more: only the first %(n)s are here.") % {"n": f"{MOST:,}"}
        lines.append(["", said, "", "", None, None, ""])
    head = [_("Number"), _("Title"), _("Form"), _("Site"), _("Reported"), _("To be judged by"), _("Judged for")]
    codes = ["number", "title", "form", "site", "opened_at", "due_at", "judged"]
    sheet = Sheet("triage-queue", _("Triage queue"), head, lines, {}, codes, actor.tz)
    return as_file(actor, "report", sheet, request.GET.get("format", ""))
