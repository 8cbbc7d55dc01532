"""The dialog in which a document is said to hold for several processes."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org import names
from qsms.records import processes, scope, services
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record.linking import DialogForm, dialog

from .. import placing


@answers.for_people
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Tick the processes beside its own."""
    actor = answers.actor_of(request)
    document = services.find(actor, "document", number)
    if not scope.may(actor, "change", document):
        raise Refused([_("You may not change this document. Ask the owner of %(n)s.") % {"n": number}])
    known = sorted(names.places("process", actor.organisation_id).items(), key=lambda one: one[1].casefold())
    field = forms.TypedMultipleChoiceField(
        label=_("Other processes"), required=False, coerce=int, initial=processes.also_of(document),
        choices=[one for one in known if one[0] != document.process_id], widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    form = DialogForm(request, {"process": field})
    back = pages.record(document)
    if form.is_valid():
        try:
            placing.put(actor, document.pk, form.cleaned_data["process"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("The processes of %(number)s are changed.") % {"number": number})
    told = {
        "title": _("Processes of %(number)s") % {"number": number},
        "meaning": _("Beside its own. It is found by each of them, and counts as evidence for each."),
        "verb": _("Save"),
        "back_url": back,
    }
    return dialog(request, form, told)
