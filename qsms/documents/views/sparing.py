"""Saying that a document which a request names needs no change after all."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.records import services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog

from .. import asking
from ..models import ChangeRequest


@answers.for_people
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, number: str) -> HttpResponse:
    """A reason, which then stands beside the document on the request."""
    actor = answers.actor_of(request)
    asked = services.find(actor, asking.KIND, number)
    assert isinstance(asked, ChangeRequest)
    back, document = pages.record(asked), request.GET.get("document", "")
    stands_in(request, back)
    one = next((named for named in asking.asked_of(asked).open if named.document.number == document), None)
    if one is None:
        raise NotVisible
    if not asking.may_spare(actor, asked, one.document):
        raise Refused([_("Who owns %(number)s says so, once the request is accepted.") % {"number": document}])
    why = forms.CharField(
        label=_("Why it needs no change"), max_length=1000, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why it needs no change. It stands on the request.")},
    )  # fmt: skip
    form = DialogForm(request, {"why": why})
    if form.is_valid():
        try:
            asking.spare(actor, asked.pk, document, form.cleaned_data["why"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(number)s needs no change.") % {"number": one.document.code or document}
            return answers.done(request, back, said)
    told = {
        "title": _("%(number)s needs no change") % {"number": one.document.code or document},
        "meaning": _("It counts as answered. Once every document is, the request is done."),
        "verb": _("Say so"),
        "back_url": back,
    }
    return dialog(request, form, told)
