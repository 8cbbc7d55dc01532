"""The pages of an import: file, columns, check, progress, result. Each works without script."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base.storage import NotStored, TooLarge
from qsms.exchange import columns_page, kinds, limits, run_page, runs, shelf
from qsms.exchange.exports import FORMS
from qsms.exchange.models import ImportRun
from qsms.exchange.readers import open_table
from qsms.exchange.sentences import ExchangeError
from qsms.exchange.targets import fillable, reads_as
from qsms.exchange.writers import csv_chunks, write_xlsx
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.errors import NotVisible, Refused
from qsms.records.registry import RecordType

State = ImportRun.State
MOST_FILES = 50


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise Http404
    return actor


def sheet_for(actor: Actor, kind: str) -> RecordType:
    """The sheet of a kind that this person may import; for others there is no such page."""
    try:
        sheet = registry.get(kind)
    except KeyError as error:
        raise Http404 from error
    if not runs.may_import(actor, kind):
        raise Http404
    return sheet


def _found(request: HttpRequest, kind: str, run_id: int) -> tuple[Actor, RecordType, ImportRun]:
    actor = actor_of(request)
    sheet = sheet_for(actor, kind)
    try:
        return actor, sheet, runs.find(actor, kind, run_id)
    except NotVisible as error:
        raise Http404 from error


def page_context(actor: Actor, sheet: RecordType, step: int) -> dict[str, Any]:
    """What the head of every page of an import shows."""
    return {
        "sheet": sheet,
        "zone": actor.zone,
        "list_url": reverse("ui:list", args=[sheet.kind]) if actor.holds(f"{sheet.kind}.view") else "",
        "steps": run_page.steps(step),
        "may_view": actor.holds(f"{sheet.kind}.view"),
    }


@login_required
def show_start(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose the file. What comes is opened at once, so that a file that is no table is told before anything else."""
    actor = actor_of(request)
    sheet = sheet_for(actor, kind)
    problem = ""
    if request.method == "POST":
        files = request.FILES.getlist("file")
        try:
            run = _begin(actor, kind, files)
            return HttpResponseRedirect(reverse("exchange:import-columns", args=[kind, run.pk]))
        except (ExchangeError, TooLarge) as error:
            problem = str(error)
    context = page_context(actor, sheet, 0) | {
        "problem": problem,
        "at_once": f"{limits.AT_ONCE_ROWS:,}",
        "step": limits.STEP_ROWS,
        "layouts": [mapping.label for mapping in kinds.shipped(kind).values()],
        "fields": [(target, reads_as(target)) for target in fillable(sheet)],
        "earlier": [run_page.told(run) for run in runs.earlier(actor, kind)],
    }
    return render(request, "exchange/start.html", context, status=422 if problem else 200)


def _begin(actor: Actor, kind: str, files: list[UploadedFile]) -> ImportRun:
    if not files:
        raise ExchangeError(_("No file was chosen. Choose the table that holds the rows."), code="no-file")
    if len(files) > MOST_FILES:
        sentence = _("%(n)d files are more than %(most)d. Send them in several imports.")
        raise ExchangeError(sentence % {"n": len(files), "most": MOST_FILES}, code="many-files")
    return runs.begin(actor, kind, [(file.name or "", file.file) for file in files])


@login_required
@require_GET
def send_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty table with the columns that need no matching."""
    actor = actor_of(request)
    sheet = sheet_for(actor, kind)
    labels = [target.label for target in fillable(sheet)]
    answer = StreamingHttpResponse(csv_chunks(labels, []), content_type=FORMS["csv"][0])
    answer["Content-Disposition"] = f'attachment; filename="{kind}-import.csv"'
    return answer


@login_required
def show_columns(request: HttpRequest, kind: str, run_id: int) -> HttpResponse:
    """Match the columns with fields, and say how the file is read."""
    actor, sheet, run = _found(request, kind, run_id)
    here = reverse("exchange:import-run", args=[kind, run.pk])
    if run.is_busy or run.position or run.state == State.DONE:
        return HttpResponseRedirect(here)
    problem = ""
    # The page asks how changed choices fit; nothing is kept of that.
    if request.method == "POST" and request.POST.get("do") != "fit":
        try:
            if columns_page.act(actor, sheet, run, request.POST):
                return HttpResponseRedirect(here)
            return HttpResponseRedirect(reverse("exchange:import-columns", args=[kind, run.pk]))
        except ExchangeError as error:
            problem = str(error)
    try:
        drawn = columns_page.draw(actor, sheet, run, request.POST or request.GET)
    except (ExchangeError, NotStored) as error:
        drawn, problem = {}, str(error)
    context = page_context(actor, sheet, 1) | {"run": run, "problem": problem, **drawn}
    return render(request, "exchange/columns.html", context, status=422 if problem else 200)


@login_required
@require_GET
def show_run(request: HttpRequest, kind: str, run_id: int) -> HttpResponse:
    """Where an import stands: being checked, checked, being carried out, or over."""
    actor, sheet, run = _found(request, kind, run_id)
    if run.state == State.MAPPING:
        return HttpResponseRedirect(reverse("exchange:import-columns", args=[kind, run.pk]))
    htmx: Any = getattr(request, "htmx", None)
    if htmx and not run.is_busy and not htmx.boosted:
        # The page polls while there is work; when that is over, the whole page is another one.
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    template, step, context = run_page.draw(actor, sheet, run, request.GET)
    return render(request, template, page_context(actor, sheet, step) | context)


@login_required
@require_POST
def start(request: HttpRequest, kind: str, run_id: int) -> HttpResponse:
    """Carry the import out, once, however often the button is pressed."""
    actor, sheet, run = _found(request, kind, run_id)
    try:
        runs.start_run(actor, run, skip_bad=bool(request.POST.get("skip_bad")))
    except Refused as refused:
        template, step, context = run_page.draw(actor, sheet, run, request.GET)
        context |= page_context(actor, sheet, step) | {"problem": str(refused)}
        return render(request, template, context, status=422)
    return HttpResponseRedirect(reverse("exchange:import-run", args=[kind, run.pk]))


@login_required
@require_POST
def check_again(request: HttpRequest, kind: str, run_id: int) -> HttpResponse:
    """Check the rows once more, for instance after a site has been added."""
    actor, _sheet, run = _found(request, kind, run_id)
    runs.start_check(actor, run)
    return HttpResponseRedirect(reverse("exchange:import-run", args=[kind, run.pk]))


@login_required
@require_POST
def stop(request: HttpRequest, kind: str, run_id: int) -> HttpResponse:
    """Ask the work to stop at its next step."""
    _actor, _sheet, run = _found(request, kind, run_id)
    runs.stop(run)
    return HttpResponseRedirect(reverse("exchange:import-run", args=[kind, run.pk]))


@login_required
@require_GET
def send_errors(request: HttpRequest, kind: str, run_id: int, form: str) -> HttpResponseBase:
    """The rows with errors and what to mend, as CSV or as a workbook; mended, it can be sent as it is."""
    _actor, _sheet, run = _found(request, kind, run_id)
    if form not in ("csv", "xlsx") or not run.error_hash:
        raise Http404
    try:
        if form == "csv":
            return FileResponse(
                shelf.shelf().open(run.error_hash),
                as_attachment=True,
                filename="rows-to-mend.csv",
                content_type=FORMS["csv"][0],
            )
        return _as_workbook(run)
    except NotStored as error:
        raise Http404 from error


def _as_workbook(run: ImportRun) -> FileResponse:
    draft = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
    with shelf.lying_at(run.error_hash) as path:
        table = open_table(path, name="rows-to-mend.csv", encoding="utf-8", delimiter=",", head=1)
        write_xlsx(draft, table.columns.names, (row.cells for row in table.rows()), sheet=_("To mend"))
    draft.seek(0)
    return FileResponse(draft, as_attachment=True, filename="rows-to-mend.xlsx", content_type=FORMS["xlsx"][0])
