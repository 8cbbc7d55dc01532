"""Report forms: which there are, editing a draft of one, looking at it, publishing it as the next version."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qsms.org.actor import Actor
from qsms.org.models import Site
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.ui.answers import actor_of, done, for_people, page

from .. import form_edits, forms, questions, rules
from ..choices import Mode
from ..models import ReportForm

TYPE_WORDS = {
    "text": "One line", "longtext": "Several lines", "choice": "One of several", "multi": "Some of several",
    "date": "Day", "datetime": "Day and time", "time": "Time of day", "number": "Number", "boolean": "Yes or no",
    "place": "Place", "aircraft": "Aircraft", "photo": "Photos", "file": "Files",
}  # fmt: skip
NEW_TYPES = ("text", "longtext", "choice", "multi", "boolean", "number", "date", "datetime", "time", "photo", "file")


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(forms.EDIT):
        raise Refused([_("You may not edit forms. Ask the safety manager.")])
    return actor


@for_people
@require_safe
def show_forms(request: HttpRequest) -> HttpResponse:
    """Every form with its version, whether it is offered, and whether a draft waits."""
    actor = _editor(request)
    drafts = set(
        ReportForm.objects.filter(organisation_id=actor.organisation_id, draft=True).values_list("code", flat=True)
    )
    rows = [
        {"row": row, "own": row.organisation_id is not None, "draft": row.code in drafts}
        for row in forms.newest(actor.organisation_id)
    ]
    return page(request, "reports/forms.html", {"rows": rows})


@for_people
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The draft of a form as one structured page; every button keeps what was typed."""
    actor = _editor(request)
    draft = forms.draft_of(actor, code)
    if request.method == "POST":
        form = form_edits.read(draft.form, lambda name: request.POST.get(name, ""), request.POST.getlist)
        form = _done_with(form, request)
        draft = forms.save_draft(actor, code, form)
        if request.POST.get("do", "") != "publish":
            return HttpResponseRedirect(request.path, status=303)  # type: ignore[call-arg]
        try:
            row = forms.publish_draft(actor, code)
        except Invalid:
            return _draw(request, draft, status=422)
        said = _("Version %(n)d of “%(title)s” is offered from now on. Reports that were filed keep their version.")
        return done(request, reverse("reports:forms"), said % {"n": row.version, "title": row.title})
    return _draw(request, draft)


def _done_with(form: rules.ReportForm, request: HttpRequest) -> rules.ReportForm:
    """The form after the button that was pressed: add, remove, up, down."""
    do, _colon, what = request.POST.get("do", "").partition(":")
    if do == "up":
        return form_edits.shift(form, what, -1)
    if do == "down":
        return form_edits.shift(form, what, 1)
    if do == "remove":
        return form_edits.remove(form, what)
    if do == "add":
        label, kind = request.POST.get(f"new-{what}-label", "").strip(), request.POST.get(f"new-{what}-type", "text")
        return form_edits.add_field(form, what, label, kind) if label and kind in NEW_TYPES else form
    if do == "section" and request.POST.get("new-section", "").strip():
        return form_edits.add_section(form, request.POST["new-section"])
    return form


def _draw(request: HttpRequest, draft: ReportForm, *, status: int = 200) -> HttpResponse:
    form = draft.form
    askable: list[rules.FormField] = []
    sections = []
    for section in form.sections:
        fields = []
        for field in section.fields:
            fields.append(
                {
                    "field": field,
                    "type": _(TYPE_WORDS[field.type]),
                    "lines": form_edits.choice_lines(field.choices),
                    "if": field.shown_if[0].field if len(field.shown_if) == 1 else "",
                    "is": form_edits.condition_words(field),
                    "many": len(field.shown_if) > 1,
                    "others": [(one.code, one.label) for one in askable],
                }
            )
            askable.append(field)
        sections.append({"section": section, "fields": fields})
    context = {
        "draft": draft,
        "form": form,
        "sections": sections,
        "problems": forms.problems(draft),
        "modes": [(mode.value, mode.label, mode.value in form.modes) for mode in Mode],
        "disciplines": [(one, one.replace("_", " "), one in form.disciplines) for one in rules.DISCIPLINES],
        "types": [(kind, _(TYPE_WORDS[kind])) for kind in NEW_TYPES],
        "changes": _changes(draft),
    }
    return page(request, "reports/form_edit.html", context, status=status)


def _changes(draft: ReportForm) -> list[str]:
    if draft.organisation_id is None:
        return []
    now = next((row for row in forms.newest(draft.organisation_id) if row.code == draft.code), None)
    return [change.sentence for change in rules.changes(now.form, draft.form)] if now is not None else []


@for_people
@require_safe
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The draft as a reporter would see it; nothing is sent."""
    actor = _editor(request)
    form = forms.draft_of(actor, code).form
    sites = dict(Site.objects.filter(organisation_id=actor.organisation_id, is_active=True).values_list("code", "name"))
    made = questions.asking(form, sites, questions.mode_cards(form, ""))
    context: dict[str, Any] = {
        "title": form.title,
        "form": made,
        "parts": questions.parts(form, made, {}),
        "mode": made["mode"] if "mode" in made.fields else None,
        "edit_url": reverse("reports:form-edit", args=[code]),
    }
    return page(request, "reports/form_preview.html", context)


@for_people
@require_POST
def act(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Throw a draft away, take a form out of use, or offer it again."""
    actor = _editor(request)
    if what == "drop":
        forms.drop_draft(actor, code)
        said = _("The draft is thrown away.")
    elif what in ("offer", "withdraw"):
        row = forms.set_offered(actor, code, on=what == "offer")
        said = (_("“%(title)s” is offered.") if row.active else _("“%(title)s” is no longer offered.")) % {
            "title": row.title
        }
    else:
        raise NotVisible
    return done(request, reverse("reports:forms"), said)
