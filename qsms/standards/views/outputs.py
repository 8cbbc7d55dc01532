"""What leaves the room of standards as files: the statement of compliance, and the way to a trace pack."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.errors import Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm

from .. import addresses, adopting, declaring, library, standing
from ..files import WORKBOOK
from ..models import Adoption, Declaration
from ..outputs import declaration as declarations
from ..outputs import packing
from ..outputs import statement as statements
from ..outputs.statement import Statement

PDF = "application/pdf"


def exportable(request: HttpRequest, number: str) -> tuple[Actor, Adoption]:
    """The adoption, for who may take it away as a file. Raises NotVisible, Refused."""
    actor = answers.actor_of(request)
    stands_in(request, reverse("standards:home"))
    found = services.find(actor, adopting.KIND, number)
    assert isinstance(found, Adoption)
    if not actor.holds(f"{adopting.KIND}.export"):
        raise Refused([_("You may not take coverage away as a file. Ask the quality manager.")])
    return actor, found


def file(content: bytes, media_type: str, name: str) -> HttpResponse:
    """An answer that is a file for this reader alone."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@answers.for_people
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What can be taken away of an adopted standard; POST asks for the trace pack of a clause."""
    actor, adoption = exportable(request, number)
    framework = library.editions(actor.organisation_id, {adoption.key: adoption.revision})[adoption.key].rule
    first = next(iter(framework.by_number))
    clause = forms.CharField(
        label=_("Clause"),
        required=False,
        max_length=60,
        initial=request.GET.get("clause", ""),
        help_text=_("Its number, such as %(number)s, with all that stands under it. Empty: the whole standard.")
        % {"number": first},
    )
    form = DialogForm(request, {"clause": clause})
    if form.is_valid():
        wanted = form.cleaned_data["clause"].strip()
        if not wanted or wanted in framework.by_number:
            job = packing.build_pack.enqueue(adoption.number, wanted)
            return HttpResponseRedirect(reverse("standards:pack", args=[adoption.number, int(job.id)]))
        said = _("There is no requirement “%(number)s” in this standard. Write one of its numbers, such as %(first)s.")
        form.take_errors({"clause": said % {"number": wanted, "first": first}})
    context = {
        "adoption": adoption,
        "record_url": pages.record(adoption),
        "coverage_url": addresses.coverage(adoption.number),
        "statement_url": reverse("standards:statement", args=[adoption.number]),
        "form": form,
    }
    return answers.page(request, "standards/outputs/page.html", context, status=422 if form.errors else 200)


@answers.for_people
@require_GET
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """The statement of compliance as of now: a PDF, or a workbook with `format=xlsx`."""
    actor, adoption = exportable(request, number)
    made = Statement(standing.of(actor, adoption), actor, moment.now())
    name = f"{adoption.number}-statement-{made.made_at:%Y-%m-%d}"
    is_book = request.GET.get("format") == "xlsx"
    content = statements.xlsx(made) if is_book else statements.pdf(made)
    packing.note(actor, adoption, packing.TAKEN, "")
    return file(content, WORKBOOK, f"{name}.xlsx") if is_book else file(content, PDF, f"{name}.pdf")


@answers.for_people
@require_POST
def judge_from(request: HttpRequest, number: str) -> HttpResponse:
    """Say from which adoption of Part 5 a declaration is judged."""
    actor = answers.actor_of(request)
    found = services.find(actor, declaring.KIND, number)
    chosen = services.find(actor, adopting.KIND, request.POST.get("adoption", ""))
    declaring.judge_from(actor, found.pk, chosen.pk)
    said = _("%(number)s is judged from %(adoption)s.") % {"number": number, "adoption": chosen.number}
    return answers.done(request, pages.record(found), said)


@answers.for_people
@require_GET
def declaration(request: HttpRequest, number: str) -> HttpResponse:
    """A declaration of compliance as a PDF, for who sees it."""
    actor = answers.actor_of(request)
    found = services.find(actor, declaring.KIND, number)
    assert isinstance(found, Declaration)
    return file(declarations.pdf(actor, found, moment.now()), PDF, f"{found.number}.pdf")
