"""How far a trace pack is, and its file once it is there. Each is for whoever asked for it."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base import jobs
from qsms.base.models import Job
from qsms.exchange import exports
from qsms.records.errors import NotVisible
from qsms.ui import answers

from .. import adopting
from ..models import Adoption
from ..outputs import packing
from .outputs import exportable


def _pack(request: HttpRequest, number: str, job_id: int) -> tuple[Adoption, Job]:
    actor, adoption = exportable(request, number)
    job = Job.objects.filter(
        pk=job_id,
        organisation_id=actor.organisation_id,
        requested_by_id=actor.person_id,
        task=packing.build_pack.module_path,
    ).first()
    if job is None or job.arguments["args"][0] != adoption.number:
        raise NotVisible
    return adoption, job


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str, job_id: int) -> HttpResponse:
    """The progress of a pack; when it is ready, the way to its file."""
    adoption, job = _pack(request, number, job_id)
    if answers.asks_for_part(request) and job.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    content = packing.open_pack(job.result_file)
    if content is not None:
        content.close()
    context = {
        "adoption": adoption,
        "clause": job.arguments["args"][1],
        "job": job,
        "ready": content is not None,
        "failed": job.error or (_("You stopped it. There is no file.") if job.state == Job.State.STOPPED else ""),
        "days": packing.KEEP.days,
        "again_url": reverse("standards:outputs", args=[number]),
        "stop_url": reverse("standards:pack-stop", args=[number, job.pk]),
        "file_url": reverse("standards:pack-file", args=[number, job.pk]),
    }
    return answers.page(request, "standards/outputs/pack.html", context)


@answers.for_people
@require_POST
def stop(request: HttpRequest, number: str, job_id: int) -> HttpResponse:
    """Stop a pack that is not ready."""
    _adoption, job = _pack(request, number, job_id)
    jobs.ask_to_stop(job.pk)
    return HttpResponseRedirect(reverse("standards:pack", args=[number, job.pk]))


@answers.for_people
@require_GET
def send(request: HttpRequest, number: str, job_id: int) -> HttpResponseBase:
    """The ZIP."""
    adoption, job = _pack(request, number, job_id)
    content = packing.open_pack(job.result_file)
    if content is None:
        raise Http404
    clause = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in job.arguments["args"][1])
    name = "-".join(part for part in (adoption.number, clause.strip("-"), "trace-pack") if part)
    exports.note_file(answers.actor_of(request), f"{name}.zip", kind=adopting.KIND, form="zip", n=job.result)
    answer = FileResponse(content, as_attachment=True, filename=f"{name}.zip", content_type="application/zip")
    answer["Cache-Control"] = "private, no-store"
    return answer
