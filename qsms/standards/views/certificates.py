"""The dialog in which an audit of a certification body is noted."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.records import scope, services
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog

from .. import certifying
from ..choices import CertificationAuditKind


@answers.for_people
@require_http_methods(["GET", "POST"])
def note_audit(request: HttpRequest, number: str) -> HttpResponse:
    """Note an audit that the body has made."""
    actor = answers.actor_of(request)
    certificate = services.find(actor, certifying.KIND, number)
    if not scope.may(actor, "change", certificate):
        raise Refused([_("You may not change this certificate. Ask the owner of %(n)s.") % {"n": number}])
    form = DialogForm(
        request,
        {
            "kind": forms.ChoiceField(
                label=_("Which audit"), choices=CertificationAuditKind.choices, widget=forms.RadioSelect(),
                error_messages={"required": _("Choose which audit it was.")},
            ),
            "on": DayField(label=_("Ended on"), error_messages={"required": _("Write the day on which it ended.")}),
            "outcome": forms.CharField(
                label=_("Outcome"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
                help_text=_("Its report and findings: raise them as actions, or link the records."),
            ),
        },
    )  # fmt: skip
    back = pages.record(certificate)
    if form.is_valid():
        given = form.cleaned_data
        try:
            certifying.note_audit(actor, certificate.pk, given["kind"], given["on"], given["outcome"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("The audit is noted."))
    told = {
        "title": _("Note an audit of %(number)s") % {"number": number},
        "meaning": _("What is due next follows from it."),
        "verb": _("Note it"),
        "back_url": back,
    }
    return dialog(request, form, told)
