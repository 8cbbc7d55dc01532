"""What leaves the room of standards as files: the statement of compliance, and the way to a trace pack."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.exchange.taking_out import WORKBOOK, document
from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.errors import Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm

from .. import addresses, adopting, declaring, library, standing
from ..models import Adoption, Declaration
from ..outputs import declaration as declarations
from ..outputs import outside, packing
from ..outputs import statement as statements
from ..outputs.statement import Statement

PDF = "application/pdf"
# What becomes of confidential records in a trace pack.
LEAVE, TAKE = "leave", "take"
SHORTEST_WHY = 10


def exportable(request: HttpRequest, number: str) -> tuple[Actor, Adoption]:
    """The adoption, for who may take it away as a file. Raises NotVisible, Refused."""
    actor = answers.actor_of(request)
    stands_in(request, reverse("standards:home"))
    found = services.find(actor, adopting.KIND, number)
    assert isinstance(found, Adoption)
    if not actor.holds(f"{adopting.KIND}.export"):
        raise Refused([_("You may not take coverage away as a file. Ask the quality manager.")])
    return actor, found


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
    found = standing.of(actor, adoption)
    secret = len(outside.confidential(found, framework.by_number))
    form = DialogForm(request, {"clause": clause, **(_of_confidential(secret) if secret else {})})
    if form.is_valid() and _is_told_why(form):
        wanted = form.cleaned_data["clause"].strip()
        if not wanted or wanted in framework.by_number:
            why = form.cleaned_data.get("reason", "") if form.cleaned_data.get("confidential") == TAKE else ""
            job = packing.build_pack.enqueue(adoption.number, wanted, why)
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


def _of_confidential(n: int) -> dict[str, forms.Field]:
    """What becomes of confidential records in a file that goes to others."""
    behind = ngettext(
        "%(n)d confidential record that you may see stands behind this standard.",
        "%(n)d confidential records that you may see stand behind this standard.",
        n,
    )
    return {
        "confidential": forms.ChoiceField(
            label=_("Confidential records"),
            choices=[
                (LEAVE, _("Leave them out: they count and are not named")),
                (TAKE, _("Take them along, each marked, and note it in the history of each")),
            ],
            initial=LEAVE,
            widget=forms.RadioSelect(),
            help_text=behind % {"n": n},
            error_messages={"required": _("Say what becomes of the confidential records.")},
        ),
        "reason": forms.CharField(
            label=_("Why they go out"),
            required=False,
            max_length=500,
            widget=forms.Textarea({"rows": 2}),
            help_text=_("Only to take them along. It stands in the pack and in the history of each record."),
        ),
    }


def _is_told_why(form: DialogForm) -> bool:
    """Whether nothing confidential goes out, or somebody said why; else the form says so."""
    given = form.cleaned_data
    given["reason"] = given.get("reason", "").strip()
    if given.get("confidential") == TAKE and len(given["reason"]) < SHORTEST_WHY:
        form.take_errors({"reason": _("Say who gets them and why. Whoever the records protect may ask.")})
        return False
    return True


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
    media_type, ending = (WORKBOOK, "xlsx") if is_book else (PDF, "pdf")
    return document(actor, adopting.KIND, content, media_type, f"{name}.{ending}")


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
    return document(actor, declaring.KIND, declarations.pdf(actor, found, moment.now()), PDF, f"{found.number}.pdf")
