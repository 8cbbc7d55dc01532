"""The dialogs in which somebody is excused: asked by one person, decided by another."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.records.errors import Invalid, NotVisible
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.dates import plain_day
from qsms.ui.record import pickers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import waiving
from ..choices import WaiverState
from . import finding


@answers.for_people
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask that somebody be excused from a course for a time."""
    actor = answers.actor_of(request)
    course = finding.course(actor, request.GET.get("course", ""))
    person = finding.person(actor, request.GET.get("person", ""))
    form = DialogForm(request, {
        "person": pickers.PersonField(
            actor, label=_("Who"), initial=person, error_messages={"required": _("Choose somebody.")}
        ),
        "until": DayField(label=_("Until"), error_messages={"required": _("Choose a day.")}),
        "reason": forms.CharField(
            label=_("Why, and what makes it safe until then"), widget=forms.Textarea({"rows": 3}), max_length=2000
        ),
    })  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        try:
            waiving.ask(actor, course.pk, given["person"], reason=given["reason"], until=given["until"])
        except Invalid as error:
            form.take_errors(error.errors)
        except NotVisible:
            form.take_errors({"person": _("You may not ask for this person. Ask their manager.")})
        else:
            return answers.done(request, pages.tab(course, "waivers"), _("You asked. Another person decides."))
    told = {
        "title": _("Excuse somebody from “%(course)s”") % {"course": course.title},
        "meaning": _("It counts once another person has approved it, and until that day only."),
        "verb": _("Ask"),
        "back_url": pages.tab(course, "waivers"),
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, waiver: int) -> HttpResponse:
    """Approve or refuse, with an answer."""
    actor = answers.actor_of(request)
    row = waiving.find(actor, waiver)
    form = DialogForm(request, {
        "decision": forms.ChoiceField(
            label=_("Your decision"),
            choices=[(WaiverState.APPROVED.value, _("Excuse them")), (WaiverState.REFUSED.value, _("Refuse"))],
            widget=forms.RadioSelect(),
        ),
        "answer": forms.CharField(
            label=_("Answer"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2}),
            help_text=_("Needed for a refusal. Whoever asked reads it."),
        ),
    })  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        try:
            done = waiving.decide(
                actor, row.pk, approve=given["decision"] == WaiverState.APPROVED, answer=given["answer"]
            )
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(name)s: %(state)s.") % {"name": row.person.name, "state": done.get_state_display()}
            return answers.done(request, pages.tab(row.course, "waivers"), said)
    who = row.asked_by.name if row.asked_by is not None else _("The system")
    told = {
        "title": _("Excuse %(name)s until %(day)s?") % {"name": row.person.name, "day": plain_day(row.until)},
        "meaning": _("%(who)s asks: “%(reason)s”") % {"who": who, "reason": row.reason},
        "verb": _("Decide"),
        "back_url": pages.tab(row.course, "waivers"),
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, waiver: int) -> HttpResponse:
    """End it before its day, with a reason."""
    actor = answers.actor_of(request)
    row = waiving.find(actor, waiver)
    form = DialogForm(request, {"reason": reason_field(required=True)})
    if form.is_valid():
        waiving.end(actor, row.pk, reason=form.cleaned_data["reason"])
        return answers.done(request, pages.tab(row.course, "waivers"), _("It has ended."))
    told = {
        "title": _("End the excuse of %(name)s") % {"name": row.person.name},
        "meaning": _("From now on “%(course)s” is asked of them again.") % {"course": row.course.title},
        "verb": _("End it"),
        "tone": "bad",
        "back_url": pages.tab(row.course, "waivers"),
    }
    return dialog(request, form, told)
