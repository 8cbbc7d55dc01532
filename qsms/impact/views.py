"""The page of what a change touches, the preview of asking about it, and the answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qsms.documents import doors as documents
from qsms.org.actor import Actor
from qsms.records import keys, scope
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog

from . import addresses, asking, panels, told
from .choices import Answer
from .models import Check
from .touching import Impact, of_clause, of_record


def _impact(actor: Actor, request: HttpRequest) -> Impact:
    """What changes, as the address names it. Raises NotVisible."""
    given = request.GET
    if given.get("standard"):
        return of_clause(actor, Reference(given["standard"], given.get("clause", "")))
    rows = Record.everywhere.filter(organisation_id=actor.organisation_id, number=given.get("record", ""))
    row = rows.select_related(documents.WITH_DOCUMENT).first()
    if row is None or not scope.sees(actor, row):
        raise NotVisible
    return of_record(actor, row)


def _form(request: HttpRequest) -> DialogForm:
    return DialogForm(
        request,
        {
            "what": forms.CharField(
                label=_("What changes"), max_length=asking.LONGEST, widget=forms.Textarea({"rows": 2}),
                error_messages={"required": _("Say what changes, so that the owners know what to look for.")},
            ),
            "due_on": DayField(label=_("Answer by"), required=False),
        },
    )  # fmt: skip


def _page(
    request: HttpRequest, actor: Actor, impact: Impact, form: DialogForm, chosen: set[int], **more: Any
) -> HttpResponse:
    waiting = asking.waiting(impact.subject) if impact.groups else set()
    left = any(one.owner_id is not None and pk not in waiting for pk, one in impact.records.items())
    can_ask = impact.subject.may_ask and left
    context = {
        "subject": impact.subject,
        "standards": told.standards(impact),
        "people": told.people(impact),
        "change": impact.change,
        "records": told.records(actor, impact, waiting, chosen if can_ask else None) if impact.groups else "",
        "asked": told.page(actor, impact.subject, keys.whole(request.GET.get("before", ""))),
        "can_ask": can_ask,
        "form": form,
        "post_url": addresses.page(impact.subject),
        "count": len(impact.records),
        **more,
    }
    if form.errors or form.non_field_errors():
        return answers.invalid_form(request, "impact/page.html", context)
    return answers.page(request, "impact/page.html", context)


@answers.for_people
def show(request: HttpRequest) -> HttpResponse:
    """What a change touches. A post previews asking about the chosen records, and asks when `sure` comes with it."""
    actor = answers.actor_of(request)
    impact = _impact(actor, request)
    form = _form(request)
    if request.method != "POST":
        return _page(request, actor, impact, form, set(impact.records))
    chosen = {pk for one in request.POST.getlist("row") if (pk := keys.whole(one))}
    if form.is_valid() and "back" not in request.POST:
        what, due_on = form.cleaned_data["what"], form.cleaned_data["due_on"]
        try:
            if request.POST.get("sure"):
                made = asking.ask(actor, impact, chosen, what, due_on)
                said = ngettext("One owner's record is asked about.", "%(n)d records are asked about.", len(made))
                return answers.done(request, addresses.page(impact.subject), said % {"n": len(made)})
            planned = asking.checked_plan(actor, impact, chosen, what, due_on)
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return _page(request, actor, impact, form, chosen, plan=planned)
    return _page(request, actor, impact, form, chosen)


@answers.for_people
@require_POST
def answer(request: HttpRequest, check: int) -> HttpResponse:
    """What somebody found who was asked."""
    actor = answers.actor_of(request)
    row = Check.objects.filter(pk=check).select_related("record").first()
    if row is None or not scope.sees(actor, row.record):
        raise NotVisible
    form = DialogForm(
        request,
        {
            "answer": forms.ChoiceField(
                label=_("What you found"), required=False, choices=Answer.choices, widget=forms.RadioSelect()
            ),
            "words": forms.CharField(label=_("In words"), required=False, widget=forms.Textarea({"rows": 3})),
        },
    )
    form.is_valid()
    try:
        asking.answer(actor, check, request.POST.get("answer", ""), request.POST.get("words", ""))
    except Invalid as error:
        form.take_errors(error.errors)
        shown = {
            "title": _("Does it still fit?"), "meaning": f"{row.record.number} {row.record.title}",
            "verb": _("Answer"), "back_url": pages.tab(row.record, panels.CODE),
        }  # fmt: skip
        return dialog(request, form, shown)
    return answers.done(request, pages.tab(row.record, panels.CODE), _("Your answer is kept. Thank you."))
