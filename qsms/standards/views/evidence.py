"""The dialogs in which a record is counted as evidence, and no longer."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import keys, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record import pickers
from qsms.ui.record.fields import DayField, NumberField
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import addresses, binding, elsewhere, library, living, offering
from ..choices import Strength
from ..models import Adoption, Evidence


@answers.for_people
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """Count a record as evidence; `record`, `standard` and `clause` in the address fill the form in."""
    actor = answers.actor_of(request)
    adoptions = {one.key: one for one in reversed(binding.open_to(actor))}
    if not adoptions:
        raise Refused([_("There is no adopted standard for which you may say what counts as evidence.")])
    record = _record(actor, request.GET.get("record", ""))
    standard, clause = request.GET.get("standard", ""), request.GET.get("clause", "")
    form = DialogForm(request, _fields(actor, adoptions, record, standard, clause))
    back = addresses.clause(standard, clause) if standard and clause else reverse("standards:home")
    told = {
        "title": _("Add a record as evidence"),
        "meaning": _("It counts in this standard, and in every adopted one as far as the crosswalk is certain."),
        "verb": _("Add as evidence"),
        "back_url": pages.tab(record, "evidence") if record is not None else back,
    }
    if form.is_valid():
        given = form.cleaned_data
        reference = Reference(given["standard"], given["clause"].strip())
        said = binding.Given(
            given["strength"], given["as_of"], given["fresh_months"], given["expires_on"], given["note"],
            given["owner"], given.get("for_all_sites", False),
        )  # fmt: skip
        try:
            if _asks(request, actor, form, said):
                return dialog(request, form, told)
            row = binding.bind(actor, given["record"], reference, said)
        except (Invalid, NotVisible) as error:
            missing = {"record": _("There is no such record that you may see. Choose one from the list.")}
            form.take_errors(error.errors if isinstance(error, Invalid) else missing)
        else:
            to_clause = bool(clause) and not request.GET.get("record")
            url = addresses.clause(row.framework, row.number)
            if row.record is not None and not to_clause:
                url = pages.tab(row.record, "evidence")
            return answers.done(request, url, _("It counts as evidence for %(number)s.") % {"number": row.number})
    return dialog(request, form, told)


def _asks(request: HttpRequest, actor: Actor, form: DialogForm, given: binding.Given) -> bool:
    """Whether something is asked first; then the form has a box that answers it."""
    record = scope.seen_of(actor, [form.cleaned_data["record"]]).get(form.cleaned_data["record"])
    asked = binding.questions(actor, record, given) if record is not None else []
    if not asked or request.POST.get("sure"):
        return False
    form.fields["sure"] = forms.BooleanField(label=_("I have looked: it counts all the same"), required=False)
    form.add_error("sure", " ".join(asked))
    return True


def _record(actor: Actor, number: str) -> Record | None:
    row = Record.everywhere.filter(organisation_id=actor.organisation_id, number=number).first() if number else None
    if number and (row is None or not scope.sees(actor, row)):
        raise NotVisible
    return row


def _fields(
    actor: Actor, adoptions: dict[str, Adoption], record: Record | None, standard: str, clause: str
) -> dict[str, forms.Field]:
    rows = library.editions(actor.organisation_id, {one.key: one.revision for one in adoptions.values()})
    known = None
    if record is not None and standard and clause:
        known = Evidence.everywhere.filter(
            record_id=record.pk, framework=standard, number=clause, ended_at=None
        ).first()
    row = rows.get(standard)
    listed = ", ".join(row.rule.by_number) if row is not None and len(row.rule.by_number) <= 12 else ""
    day = record and binding.usual_day(record, actor)
    # Of no site in particular it shows it everywhere already, and of one site there is nothing to ask.
    one_of_many = len(names.sites_in_use(actor.organisation_id)) > 1 and (record is None or record.site_id is not None)
    every_site = forms.BooleanField(
        label=_("It shows it for every site"), required=False, initial=known.for_all_sites if known else False,
        help_text=_("Only what is done once for all of them, such as a management review. Else it counts at its own."),
    )  # fmt: skip
    return {
        "record": pickers.RecordField(
            actor,
            label=_("Record"),
            initial=record.pk if record else None,
            help_text=_("Type a number, or a word of the title."),
            error_messages={"required": _("Choose a record.")},
        ),
        "standard": forms.ChoiceField(
            label=_("Standard"),
            choices=[(key, one.title) for key, one in rows.items()],
            initial=standard,
        ),
        "clause": forms.CharField(
            label=_("Clause"), max_length=60, initial=clause, help_text=listed or _("Its number, such as 7.1.5.2.")
        ),
        "as_of": DayField(
            label=_("As of"), required=False, initial=known.as_of if known else day,
            help_text=_("The day of what it shows. Empty: the day on which the record was closed or opened."),
        ),
        **({"for_all_sites": every_site} if one_of_many else {}),
        **common_fields(actor, known),
    }  # fmt: skip


def common_fields(actor: Actor, known: Evidence | None) -> dict[str, forms.Field]:
    """What is asked of every piece of evidence, filled in as far as it is known."""
    return {
        "strength": forms.ChoiceField(
            label=_("What it shows"),
            choices=Strength.choices,
            initial=known.strength if known else Strength.WHOLE,
            widget=forms.RadioSelect(),
        ),
        "fresh_months": NumberField(
            Evidence._meta.get_field("fresh_months"), label=_("Fresh for months"), required=False,
            initial=known.fresh_months if known else None, help_text=_("Empty: it does not age."),
        ),
        "expires_on": DayField(
            label=_("Last day that it counts"), required=False, initial=known.expires_on if known else None
        ),
        "owner": pickers.PersonField(
            actor, label=_("Who keeps it fresh"), required=False, initial=known.owner_id if known else None
        ),
        "note": forms.CharField(
            label=_("Note"), required=False, max_length=500, initial=known.note if known else "",
            widget=forms.Textarea({"rows": 2}),
        ),
    }  # fmt: skip


@answers.for_people
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Count a record for the ticked ones of the requirements that it says it serves."""
    actor = answers.actor_of(request)
    record = _record(actor, request.GET.get("record", ""))
    if record is None:
        raise NotVisible
    wanted = {Reference(*one.partition(" ")[::2]) for one in request.POST.getlist("clause")}
    taken = offering.take(actor, record, wanted)
    if not taken:
        said = _("Tick at least one requirement that it is not counted for yet.")
        return answers.refused(request, [said], status=422, back=pages.tab(record, "evidence"))
    said = ngettext("It counts for %(n)d more requirement.", "It counts for %(n)d more requirements.", len(taken))
    return answers.done(request, pages.tab(record, "evidence"), said % {"n": len(taken)})


@answers.for_people
@require_http_methods(["GET", "POST"])
def unbind(request: HttpRequest) -> HttpResponse:
    """Count a record as evidence no longer, with a reason."""
    actor = answers.actor_of(request)
    key = keys.whole(request.GET.get("evidence", ""))
    rows = Evidence.everywhere.filter(pk=key or 0, organisation_id=actor.organisation_id, ended_at=None)
    row = rows.select_related("record").first()
    if row is None or (row.record is not None and not scope.sees(actor, row.record)):
        raise NotVisible
    binding.check_open(actor, Reference(row.framework, row.number))
    what = row.record.number if row.record else living.words(actor.organisation_id, row.question, row.asked)
    form = DialogForm(request, {"reason": reason_field(required=True)})
    if form.is_valid():
        try:
            binding.end(actor, row.pk, form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(record)s is withdrawn as evidence for %(number)s.")
            url = addresses.clause(row.framework, row.number)
            return answers.done(request, url, said % {"record": what, "number": row.number})
    edition = library.find(actor.organisation_id, row.framework)
    told = {
        "title": _("Withdraw %(record)s as evidence") % {"record": what},
        "meaning": f"{elsewhere.short_title(edition.rule)} {row.number}",
        "verb": _("Withdraw as evidence"),
        "tone": "bad",
        "back_url": addresses.clause(row.framework, row.number),
    }
    return dialog(request, form, told)
