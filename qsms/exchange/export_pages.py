"""The pages of an export: choose columns and format, stream the file, or follow the job that writes a long one."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base import jobs
from qsms.base.models import Job
from qsms.base.storage import NotStored
from qsms.exchange import exports, limits, shelf
from qsms.exchange.exports import FORMS, Export
from qsms.exchange.tasks import export_list
from qsms.org.actor import Actor
from qsms.records import registry, saved_views
from qsms.records.errors import ServiceError
from qsms.records.registry import RecordType

# Names in the address that belong to the export and not to the list.
OWN = ("format", "columns", "after", "newest")
MOST_TICKED = 200


def _sheet(request: HttpRequest, kind: str) -> tuple[Actor, RecordType]:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    try:
        sheet = registry.get(kind)
    except KeyError as error:
        raise Http404 from error
    if actor is None or not actor.holds(f"{kind}.export") or not actor.holds(f"{kind}.view"):
        raise Http404
    return actor, sheet


@login_required
@require_GET
def show_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """With a format the file itself, as the list was filtered; without one the page on which to choose."""
    actor, sheet = _sheet(request, kind)
    form = request.GET.get("format", "")
    problem = ""
    if form:
        try:
            export = exports.prepare(actor, sheet, request.GET, form=form, columns=request.GET.getlist("columns"))
            # Whoever takes a part out is told so first.
            if not export.is_cut or "newest" in request.GET:
                return _send(export, request.GET)
        except ServiceError as error:
            problem = str(error)
    return _choose(request, actor, sheet, problem)


@login_required
@require_POST
def export_chosen(request: HttpRequest, kind: str) -> HttpResponse:
    """From the rows that were ticked in a list to the page on which they are exported, closed ones as well."""
    actor, sheet = _sheet(request, kind)
    query = QueryDict(mutable=True)
    query["phase"] = "all"
    known = exports.offered(sheet)
    query.setlist("columns", [name for name in saved_views.of_list(actor, kind)[1] if name in known])
    query.setlist("row", request.POST.getlist("row")[:MOST_TICKED])
    return HttpResponseRedirect(f"{reverse('exchange:export', args=[kind])}?{query.urlencode()}")


def _choose(request: HttpRequest, actor: Actor, sheet: RecordType, problem: str) -> HttpResponse:
    query = request.GET.copy()
    for name in OWN:
        query.pop(name, None)
    chosen = set(request.GET.getlist("columns"))
    context: dict[str, Any] = {
        "sheet": sheet,
        "problem": problem,
        "columns": [(name, label, not chosen or name in chosen) for name, label in exports.offered(sheet).items()],
        "query": [(name, value) for name in query for value in query.getlist(name)],
        "list_url": reverse("ui:list", args=[sheet.kind]) + ("?" + query.urlencode() if query else ""),
    }
    try:
        export = exports.prepare(actor, sheet, query, form="csv")
        total = exports.count(export, cap=limits.EXPORT_AT_ONCE_ROWS)
        context |= {
            "number": total,
            "total": f"{min(total, limits.EXPORT_AT_ONCE_ROWS):,}",
            "is_long": total > limits.EXPORT_AT_ONCE_ROWS,
            "filters": export.listing.active,
            "text": export.listing.text,
            "phase": export.listing.phase,
            "left_out": export.left_out,
        }
    except ServiceError as error:
        context["problem"] = problem or str(error)
    return render(request, "exchange/export.html", context, status=422 if context["problem"] else 200)


def _send(export: Export, query: QueryDict) -> HttpResponseBase:
    total = exports.count(export, cap=limits.EXPORT_AT_ONCE_ROWS)
    if total > limits.EXPORT_AT_ONCE_ROWS:
        job = export_list.enqueue(export.sheet.kind, query.urlencode(), export.form, export.columns)
        return HttpResponseRedirect(reverse("exchange:export-job", args=[export.sheet.kind, int(job.id)]))
    exports.note(export, total)
    answer: HttpResponseBase
    if export.form == "xlsx":
        draft = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
        exports.write(export, draft)
        draft.seek(0)
        answer = FileResponse(draft, content_type=FORMS["xlsx"][0])
    else:
        answer = StreamingHttpResponse(exports.stream(export), content_type=FORMS[export.form][0])
    answer["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _job(request: HttpRequest, kind: str, job_id: int) -> tuple[Actor, RecordType, Job]:
    actor, sheet = _sheet(request, kind)
    job = Job.objects.filter(
        pk=job_id,
        organisation_id=actor.organisation_id,
        requested_by_id=actor.person_id,
        task=export_list.module_path,
    ).first()
    if job is None or job.arguments["args"][0] != kind:
        raise Http404
    return actor, sheet, job


@login_required
@require_GET
def show_job(request: HttpRequest, kind: str, job_id: int) -> HttpResponse:
    """How far a long export is, and its file once it is there."""
    _actor, sheet, job = _job(request, kind, job_id)
    htmx: Any = getattr(request, "htmx", None)
    if htmx and job.is_over and not htmx.boosted:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    ready = bool(job.result_file) and shelf.shelf().has(job.result_file)
    context = {
        "sheet": sheet,
        "job": job,
        "ready": ready,
        "failed": job.error or (_("You stopped it. There is no file.") if job.state == Job.State.STOPPED else ""),
        "days": limits.KEEP_DAYS,
        "list_url": reverse("ui:list", args=[kind]),
        "stop_url": reverse("exchange:export-stop", args=[kind, job.pk]),
        "file_url": reverse("exchange:export-file", args=[kind, job.pk]),
    }
    return render(request, "exchange/export_job.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, kind: str, job_id: int) -> HttpResponse:
    """Stop a long export."""
    _, _, job = _job(request, kind, job_id)
    jobs.ask_to_stop(job.pk)
    return HttpResponseRedirect(reverse("exchange:export-job", args=[kind, job.pk]))


@login_required
@require_GET
def send_file(request: HttpRequest, kind: str, job_id: int) -> HttpResponseBase:
    """The file of a finished export, for whoever asked for it."""
    _, _, job = _job(request, kind, job_id)
    form = job.arguments["args"][2]
    try:
        stream = shelf.shelf().open(job.result_file)
    except (NotStored, ValueError) as error:
        raise Http404 from error
    answer = FileResponse(stream, as_attachment=True, filename=f"{kind}.{FORMS[form][1]}", content_type=FORMS[form][0])
    answer["Cache-Control"] = "private, no-store"
    return answer
