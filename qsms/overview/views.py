"""The managers' overview, and each of its tables as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.exchange.writers import csv_chunks
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import keys
from qsms.standards import doors as standards
from qsms.ui import answers, dates
from qsms.ui.sheets import lens_of

from . import drawing
from .counting import Counting
from .figures import Figures, Number, sites_offered


def _figures(request: HttpRequest) -> Figures:
    actor = answers.actor_of(request)
    known = names.places("site", actor.organisation_id)
    given = {pk for one in request.GET.getlist("site") if (pk := keys.whole(one))}
    return Figures(Counting(actor, tuple(sorted(given & set(known))), lens_of(request)))


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One page that tells how things stand. `site` in the address narrows it; the lens is the reader's own."""
    figures = _figures(request)
    counting = figures.counting
    actor = counting.actor
    heat = figures.heat()
    late = drawing.shown(figures.late_table())
    months = drawing.shown(figures.month_table()) if "report" in figures.kinds else None
    sites = sites_offered(counting)
    chosen = [name for pk, name in sites if pk in counting.sites]
    context = {
        "organisation": actor.organisation_name,
        "where": ", ".join(chosen),
        "as_of": dates.exact(moment.now(), actor.tz),
        "sees_all": counting.sees_all,
        "sites": drawing.options(sites, counting.sites),
        "facts": figures.facts(),
        "missing": [*figures.missing(), *_evidence_to_renew(actor)],
        "opened": drawing.shown(figures.open_table()),
        "late": late,
        "late_drawn": drawing.ages(late.table) if late.table.rows else "",
        "owners": drawing.shown(figures.owner_table()),
        "months": months,
        "months_drawn": drawing.months(months.table) if months is not None else "",
        "clocks": drawing.shown(figures.clock_table()) if "report" in figures.kinds else None,
        "heat": heat,
        "heat_drawn": drawing.heat(heat) if heat is not None else "",
        "query": request.GET.urlencode(),
    }
    return answers.page(request, "overview/page.html", context)


def _evidence_to_renew(actor: Actor) -> list[Number]:
    n = standards.records_ageing(actor)
    if not n:
        return []
    said = ngettext(
        "%(n)d piece of evidence for a standard is to be renewed",
        "%(n)d pieces of evidence for standards are to be renewed",
        n,
    )
    return [Number(n, reverse("standards:ageing") + "?of=records", said % {"n": n})]


@answers.for_people
@require_GET
def download(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """One table of the page as CSV, narrowed like the page."""
    table = _figures(request).table(code)
    if table is None:
        raise Http404
    head, *lines = table.plain()
    response = StreamingHttpResponse(csv_chunks([str(one) for one in head], lines), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="overview-{code}.csv"'
    return response
