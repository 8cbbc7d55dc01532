"""From the draft of a course's text to what people read: how it will look, publishing it, throwing it away."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qsms.records.errors import Invalid
from qsms.ui import answers
from qsms.ui.record.linking import DialogForm, dialog
from qsms.ui.record.written import shown

from .. import drafting
from . import draft_told
from .content import home, mark_of, opened, with_text
from .learning import drawn


@answers.for_people
@require_POST
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """A section as it will be read, from what stands in its form: nothing is saved."""
    opened(request, number)
    words, place, example = (request.POST.get(name, "").strip() for name in ("content", "place", "example"))
    told = {"content": drawn(words), "place": place, "example": drawn(example, below=2) if example else ""}
    return shown(request, render_to_string("training/written.html", told) if words or example else "")


@answers.for_people
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, number: str) -> HttpResponse:
    """Let people read the draft from now on, after a look at what is different."""
    actor, course, working = with_text(request, number)
    form = DialogForm(
        request,
        {
            "was": forms.CharField(widget=forms.HiddenInput(), initial=working.mark, required=False),
            "why": forms.CharField(
                label=_("What is different"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}),
                help_text=_("Kept in the history."),
            ),
        },
    )  # fmt: skip
    if form.is_valid():
        try:
            made = drafting.publish(actor, course.pk, mark_of(request, working), form.cleaned_data["why"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(
                request, home(number), _("Revision %(n)d is what people read now.") % {"n": made.revision}
            )
    told = {
        "title": _("Publish revision %(n)d") % {"n": working.content.revision + 1},
        "meaning": " ".join(
            [
                *draft_told.changes(working),
                *draft_told.half_way(course, working),
                _("Whoever passed an earlier revision keeps it. An attempt that runs ends in the one it began with."),
            ]
        ),
        "verb": _("Publish"),
        "back_url": home(number),
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Throw the draft away."""
    actor, course, working = with_text(request, number)
    form = DialogForm(request, {})
    if form.is_valid():
        drafting.drop(actor, course.pk)
        return answers.done(request, home(number), _("The draft is thrown away. People read what they read before."))
    told = {
        "title": _("Throw the draft away"),
        "meaning": " ".join([_("This is lost:"), *draft_told.changes(working)]),
        "verb": _("Throw it away"),
        "tone": "bad",
        "back_url": home(number),
    }
    return dialog(request, form, told)
