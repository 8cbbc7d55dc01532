"""Naming who reviews or approves where nobody but the authors holds the role that is asked."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.records import scope
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog

from .. import naming, routing
from ..choices import StepKind
from .revisions import find


@answers.for_people
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Name somebody for the first step that nobody could sign."""
    actor, revision = find(request, number)
    stands_in(request, pages.record(revision.document or revision))
    if revision.state != "draft" or not scope.may(actor, "send", revision):
        raise Refused([_("Who may send %(number)s names people, while it is a draft.") % {"number": number}])
    missing = naming.missing(revision)
    if not missing:
        raise Refused([_("Somebody can be asked for each step of %(number)s. Send it.") % {"number": number}])
    step = missing[0]
    people = naming.candidates(revision, step.kind)
    label = _("Who reviews it") if step.kind == StepKind.REVIEW else _("Who approves it")
    needed = {"required": _("Choose somebody.")}
    choices = [("", ""), *((str(pk), name) for pk, name in people)]
    form = DialogForm(
        request,
        {
            "person": forms.TypedChoiceField(label=label, choices=choices, coerce=int, error_messages=needed),
            "why": forms.CharField(
                label=_("Why not by role"), max_length=250, error_messages={"required": _("Say why.")},
                help_text=_("It stands on the revision."),
            ),
        },
    )  # fmt: skip
    if form.is_valid():
        try:
            made = naming.name(actor, revision.pk, step, form.cleaned_data["person"], form.cleaned_data["why"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(who)s is asked once you send it.") % {"who": made.person.name if made.person else ""}
            return answers.done(request, pages.record(revision), said)
    role = routing.role_titles(revision.organisation_id).get(step.role, step.role)
    meaning = _(
        "Nobody but who wrote %(number)s holds “%(role)s”. Choose among those who may sign and did not write it."
    )
    told = {
        "title": label,
        "meaning": meaning % {"number": number, "role": role}
        if people
        else _("Nobody else may sign it. Ask who gives out roles to give somebody “%(role)s”.") % {"role": role},
        "verb": _("Name them"),
        "back_url": pages.record(revision),
    }
    return dialog(request, form, told)
