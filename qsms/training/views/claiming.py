"""Bringing a certificate from outside, printing one of ours, and asking whether one is valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records.errors import Invalid, Refused
from qsms.rules import competence as rules
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record import pickers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog

from .. import correcting, drawing, holdings, printing, proofs, requiring, standing
from ..models import Course, Holding
from . import finding


class ClaimForm(DialogForm):
    """A form with a file."""

    def __init__(self, request: HttpRequest, fields: Mapping[str, forms.Field]) -> None:
        super().__init__(request, fields)
        self.files = request.FILES


@answers.for_people
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, kind: str = "") -> HttpResponse:
    """Bring a certificate: for oneself, or for somebody whose training one keeps."""
    actor = answers.actor_of(request)
    if not actor.holds("holding.create"):
        raise requiring.refusal(actor, _("You may not add training records."), "holding.create")
    number = request.GET.get("course", "")
    course = _needed(actor, number) if number else None
    person = finding.person(actor, request.GET.get("person", ""))
    form = ClaimForm(request, _fields(actor, course, person))
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = holdings.claim(
                actor, course.pk if course is not None else int(given["course"]), holder_id=given.get("holder"),
                completed_on=given["completed_on"], expires_on=given["expires_on"], issuer=given["issuer"],
                reference=given["reference"], upload=given["file"],
            )  # fmt: skip
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(number)s is kept. It counts once somebody else has verified it.") % {"number": made.number}
            back = reverse("training:mine") if made.holder_id == actor.person_id else pages.record(made)
            return answers.done(request, back, said)
    context = {
        "form": form,
        "course": course,
        "back_url": reverse("training:mine"),
    }
    if form.is_bound:
        return answers.invalid_form(request, "training/claim.html", context)
    return answers.page(request, "training/claim.html", context)


def _needed(actor: Actor, number: str) -> Course:
    """A course that the reader sees, or that is asked of them."""
    row = Course.everywhere.filter(organisation_id=actor.organisation_id, number=number).values_list("pk").first()
    return standing.course_for(actor, row[0] if row is not None else 0)


def _fields(actor: Actor, course: Course | None, person: Person | None) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    if course is None:
        choices = [(str(pk), title) for pk, title in _courses(actor)]
        found["course"] = forms.ChoiceField(label=_("Course"), choices=[("", _("Choose")), *choices])
    if standing.sees_others(actor):
        found["holder"] = pickers.PersonField(actor, label=_("Whose"), initial=person or actor.person_id)
    return found | {
        "completed_on": DayField(label=_("Completed on"), error_messages={"required": _("Choose the day.")}),
        "expires_on": DayField(
            label=_("Last day, as the certificate says"), required=False, help_text=_("Only where it states one.")
        ),
        "issuer": forms.CharField(label=_("Issued by"), required=False, max_length=150),
        "reference": forms.CharField(label=_("Number of the certificate"), required=False, max_length=80),
        "file": forms.FileField(
            label=_("Certificate"), help_text=_("A photo or a PDF."),
            error_messages={"required": _("Add the certificate, as a photo or a PDF.")},
        ),
    }  # fmt: skip


@answers.for_people
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Put a right training record in the place of one that was entered for the wrong person, course or day."""
    actor = answers.actor_of(request)
    wrong = finding.holding(actor, number)
    if not correcting.may_correct(actor, wrong):
        raise Refused([_("Whoever verifies training records corrects what was entered by hand, but not their own.")])
    choices = [(str(pk), title) for pk, title in _courses(actor)]
    fields = {"course": forms.ChoiceField(label=_("Course"), choices=choices), **_fields(actor, wrong.course, None)}
    del fields["file"]
    for name in fields:
        fields[name].initial = getattr(wrong, correcting.COLUMNS.get(name, name))
    holder = fields.pop("holder")
    # Whoever has left cannot be chosen, and stays.
    first = {"holder": holder} if wrong.holder.is_active else {}
    form = DialogForm(request, {
        **first, **fields, "reason": forms.CharField(
            label=_("What was wrong"), max_length=500, widget=forms.Textarea({"rows": 2}),
            help_text=_("Kept in the history of both records."),
        ),
    })  # fmt: skip
    if form.is_valid():
        given = {"holder": wrong.holder_id, **form.cleaned_data}
        given["course"] = int(given["course"])
        try:
            right = correcting.correct(actor, wrong.pk, given, reason=given["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(new)s stands in the place of %(old)s.") % {"new": right.number, "old": wrong.number}
            return answers.done(request, pages.record(right), said)
    told = {
        "title": _("Correct %(number)s") % {"number": wrong.number},
        "meaning": _(
            "This record goes and counts no longer. A right one with its files comes in its place, linked to it."
        ),
        "verb": _("Correct it"),
        "back_url": pages.record(wrong),
    }
    return dialog(request, form, told)


def _courses(actor: Actor) -> list[tuple[int, str]]:
    """The courses in use that are asked of the reader, and all for whoever keeps training records."""
    rows = Course.everywhere.filter(organisation_id=actor.organisation_id, state=standing.IN_USE, confidential=False)
    if not standing.sees_others(actor) and actor.person_id is not None:
        mine = standing.needs(actor.organisation_id, standing.today_of(actor), [actor.person_id])
        rows = rows.filter(pk__in=list(mine.get(actor.person_id, {})))
    return list(rows.order_by("title", "pk").values_list("pk", "title"))


@answers.for_people
@require_GET
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate of a training record that is valid today, as PDF."""
    actor = answers.actor_of(request)
    holding = finding.holding(actor, number)
    period = drawing.period(holding)
    if period is None or proofs.stand(period, standing.today_of(actor)).state not in rules.CURRENT:
        raise Refused([_("%(number)s is not valid, so there is no certificate of it.") % {"number": holding.number}])
    address = request.build_absolute_uri(reverse("training:verify", args=[holding.code]))
    response = HttpResponse(printing.certificate(holding, address), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{holding.number}.pdf"'
    return response


@login_not_required
@require_GET
def look_up(request: HttpRequest) -> HttpResponse:
    """Whoever holds a printed certificate types its code here."""
    return verify(request, request.GET.get("code", ""))


def _as_printed(code: str) -> str:
    """The code as it is printed, from one typed without dashes, with others or in small letters."""
    signs = "".join(one for one in code.upper() if one.isalnum())
    if len(signs) != holdings.CODE_LENGTH:
        return code.strip().upper()
    return holdings.grouped(signs)


@login_not_required
@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate is valid: its name, course and days as they are printed, and nothing else of anybody."""
    typed = _as_printed(code)
    holding = (
        Holding.everywhere.filter(code=typed).select_related("holder", "course", "organisation").first()
        if typed and "\x00" not in typed
        else None
    )
    context: dict[str, Any] = {"code": typed, "asked": bool(typed), "holding": holding}
    if holding is not None:
        period = drawing.period(holding)
        today = standing.day_here(holding.organisation_id)
        stand = proofs.stand(period, today) if period is not None else None
        context |= {
            "valid": stand is not None and stand.state in rules.CURRENT,
            "until": drawing.until(holding.ends_on),
            "completed": drawing.until(holding.completed_on),
            "organisation": holding.organisation.name,
        }
    response = answers.page(request, "training/verify.html", context, status=200 if holding or not typed else 404)
    # Whoever has a code may ask; nobody finds people with a search engine.
    response["X-Robots-Tag"] = "noindex"
    return response
