"""The page of what a change touches, the preview of asking about it, and the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from qsms.documents import doors as documents
from qsms.org.actor import Actor
from qsms.records import keys, scope
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record import pickers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog

from . import addresses, asking, circles, panels, told
from .asking import Wish
from .models import Check
from .touching import Impact, of_clause, of_record


def _impact(actor: Actor, request: HttpRequest) -> Impact:
    """What changes, as the address names it. Raises NotVisible."""
    given = request.GET
    if given.get("standard"):
        return of_clause(actor, Reference(given["standard"], given.get("clause", "")))
    rows = Record.everywhere.filter(organisation_id=actor.organisation_id, number=given.get("record", ""))
    return of_record(actor, _seen(actor, rows.select_related(documents.WITH_DOCUMENT).first()))


def _seen(actor: Actor, record: Record | None) -> Record:
    """The record, where the actor sees it. Raises NotVisible."""
    if record is None or not scope.sees(actor, record):
        raise NotVisible
    return record


def _form(request: HttpRequest, actor: Actor, *, by_name: bool) -> DialogForm:
    """What changes and until when to answer; and whom to ask, where nothing can be ticked."""
    fields: dict[str, forms.Field] = {
        "what": forms.CharField(
            label=_("What changes"), max_length=asking.LONGEST, widget=forms.Textarea({"rows": 2}),
            error_messages={"required": _("Say what changes, so that whoever is asked knows what to look for.")},
        ),
        "due_on": DayField(label=_("Answer by"), required=False),
    }  # fmt: skip
    if by_name:
        required = {"required": _("Choose whom to ask.")}
        fields = {"person": pickers.PersonField(actor, label=_("Whom to ask"), error_messages=required), **fields}
    return DialogForm(request, fields)


@dataclass(frozen=True)
class Sight:
    """What changes, and whom the reader may ask because of it."""

    impact: Impact
    offered: list[circles.Circle]
    waiting: asking.Waiting

    @property
    def has_owners(self) -> bool:
        """Whether a touched record has an owner whom nobody has asked."""
        records = self.impact.records
        return any(one.owner_id is not None and pk not in self.waiting.records for pk, one in records.items())

    @property
    def by_name(self) -> bool:
        """Whether somebody is asked by name: where nothing hangs on it, so that nothing can be ticked."""
        subject = self.impact.subject
        return subject.may_ask and subject.record is not None and not self.impact.groups and not self.offered


def _page(
    request: HttpRequest, actor: Actor, sight: Sight, form: DialogForm, ticked: Wish, **more: Any
) -> HttpResponse:
    impact = sight.impact
    can_ask = sight.by_name or (impact.subject.may_ask and (sight.has_owners or bool(sight.offered)))
    chosen = ticked.records if can_ask else None
    context = {
        "subject": impact.subject,
        "standards": told.standards(impact),
        "people": told.people(impact, sight.offered, ticked.circles, sight.waiting),
        "change": impact.change,
        "records": told.records(actor, impact, sight.waiting.records, chosen) if impact.groups else "",
        "asked": told.page(actor, impact.subject, keys.whole(request.GET.get("before", ""))),
        "can_ask": can_ask,
        "by_name": sight.by_name,
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
    """What a change touches. A post previews asking about the chosen records and people, and asks when `sure` comes
    with it."""
    actor = answers.actor_of(request)
    impact = _impact(actor, request)
    offered = circles.offered(actor, impact)
    # Where nothing can be ticked nobody's mark is shown.
    sight = Sight(impact, offered, asking.waiting(impact.subject) if impact.groups or offered else asking.Waiting())
    form = _form(request, actor, by_name=sight.by_name)
    if request.method != "POST":
        # Owners are few and each looks after a record; whether many people are asked is for somebody to decide.
        return _page(request, actor, sight, form, Wish("", set(impact.records)))
    wish = Wish(
        "",
        {pk for one in request.POST.getlist("row") if (pk := keys.whole(one))},
        frozenset(request.POST.getlist("people")),
    )
    if form.is_valid() and "back" not in request.POST:
        given = form.cleaned_data
        wish = replace(wish, what=given["what"], due_on=given["due_on"], person=given.get("person"))
        try:
            if request.POST.get("sure"):
                made = asking.ask(actor, impact, wish)
                said = ngettext("One question is asked.", "%(n)d questions are asked.", made)
                return answers.done(request, addresses.page(impact.subject), said % {"n": made})
            planned = asking.checked_plan(actor, impact, wish)
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return _page(request, actor, sight, form, wish, plan=planned)
    return _page(request, actor, sight, form, wish)


@answers.for_people
@require_GET
def show_asked(request: HttpRequest) -> HttpResponse:
    """What the reader is asked on a record because of changes elsewhere."""
    actor = answers.actor_of(request)
    rows = Record.everywhere.filter(organisation_id=actor.organisation_id, number=request.GET.get("record", ""))
    record = _seen(actor, rows.first())
    mine = Check.objects.filter(record_id=record.pk, person_id=actor.person_id, answer="")
    found = asking.with_records(actor, mine).order_by("pk")
    context = {
        "record": record,
        "record_url": pages.record(record),
        "checks": [told.question(actor, record, one) for one in found],
    }
    return answers.page(request, "impact/asked_of_me.html", context)


@answers.for_people
@require_POST
def answer(request: HttpRequest, check: int) -> HttpResponse:
    """What somebody found who was asked."""
    actor = answers.actor_of(request)
    row = Check.objects.filter(pk=check).select_related("record", "task").first()
    if row is None:
        raise NotVisible
    record = _seen(actor, row.record)
    # Whoever reads a document or takes a course need not have its page.
    back = pages.tab(record, panels.CODE) if row.person_id is None else reverse("ui:home")
    form = DialogForm(
        request,
        {
            "answer": forms.ChoiceField(
                label=_("What you found"), required=False, widget=forms.RadioSelect(),
                choices=[(one.value, one.label) for one in asking.answers_to(row)],
            ),
            "words": forms.CharField(label=_("In words"), required=False, widget=forms.Textarea({"rows": 3})),
        },
    )  # fmt: skip
    form.is_valid()
    try:
        asking.answer(actor, check, request.POST.get("answer", ""), request.POST.get("words", ""))
    except Invalid as error:
        form.take_errors(error.errors)
        shown = {
            "title": _("Does it still fit?") if row.person_id is None else _("Does it fit how you work?"),
            "meaning": f"{record.number} {record.title}", "verb": _("Answer"), "back_url": back,
        }  # fmt: skip
        return dialog(request, form, shown)
    return answers.done(request, back, _("Your answer is kept. Thank you."))
