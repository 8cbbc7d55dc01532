"""New records and changes to records: the form, its draft, and what happens when two people wrote at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import drafts, holding, keys, reading, registry, scope, services
from qsms.records.choices import Relation
from qsms.records.errors import Invalid, Refused, Stale
from qsms.records.models import Record
from qsms.records.registry import Raising, RecordType
from qsms.rules.lifecycle import Phase

from .. import addresses, answers, dates, parts
from . import merging, written
from .forms import RecordForm, changed, from_draft, starting

REASON = "reason"


@dataclass
class Writing:
    """One form being filled in: of which type, for which record, under which draft."""

    request: HttpRequest
    actor: Actor
    sheet: RecordType
    draft_key: str
    initial: Mapping[str, Any]
    record: Record | None = None
    raised_from: Record | None = None
    raising: Raising | None = None
    notes: list[parts.Note] = field(default_factory=list)
    is_draft: bool = False

    def form(self) -> RecordForm:
        """The form as it was sent, or as it starts: from the draft if there is one."""
        names = self.sheet.form_fields if "title" in self.sheet.form_fields else ("title", *self.sheet.form_fields)
        sent = self.request.POST if self.request.method == "POST" else None
        form = RecordForm(self.actor, self.sheet, self._open(names), data=sent, initial=self.initial)
        written.fit(form, self.record)
        if self.record is not None:
            self._ask_for_a_reason(self.record, form)
        return form

    def _open(self, names: Sequence[str]) -> list[str]:
        """The fields that can be written here; why the others cannot is noted where there is something to say."""
        if self.record is None:
            held = holding.answers_of_others(self.sheet)
            return [name for name in names if name not in held]
        held = holding.held(self.actor, self.sheet, self.record)
        reasons = list(dict.fromkeys(said for name, said in held.items() if name in names))
        if reasons:
            self.notes.append(parts.Note(_("Not every field can be changed now."), " ".join(reasons)))
        return [name for name in names if name not in held]

    def _ask_for_a_reason(self, record: Record, form: RecordForm) -> None:
        weighty = holding.weighty(self.actor, self.sheet, record)
        labels = [str(form.fields[name].label) for name in weighty if name in form.fields]
        if labels:
            form.fields[REASON] = forms.CharField(
                label=_("Why"),
                required=False,
                help_text=_("Needed when you change: %(fields)s. It is kept in the history.")
                % {"fields": ", ".join(labels)},
                widget=forms.Textarea({"rows": 2}),
            )

    def restore(self, form: RecordForm) -> drafts.Kept | None:
        """Put the draft's texts into a form that starts, and say so."""
        kept = drafts.find(self.actor, self.draft_key)
        if kept is None:
            return None
        self.is_draft = True
        form.initial.update(from_draft(kept, form.fields))
        when = dates.moment(kept.at, moment.now(), self.actor.tz, inside=True)
        self.notes.append(
            parts.Note(_("Your draft of %(when)s is back.") % {"when": when}, _("Nothing of it is saved yet."))
        )
        return kept


@answers.of_record_type("new")
@require_http_methods(["GET", "POST"])
def show_new(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a new record. Values of its fields may stand in the address, for links that begin one."""
    actor = answers.actor_of(request)
    sheet = registry.get(kind)
    given = {name: request.GET[name] for name in sheet.form_fields if name in request.GET}
    return _create(Writing(request, actor, sheet, _new_key(sheet, given), {**sheet.defaults(actor), **given}))


def _new_key(sheet: RecordType, given: Mapping[str, str]) -> str:
    """Under which the draft of a new record is kept: one that begins with another record or place is another form."""
    pointing = {name: value for name, value in given.items() if isinstance(sheet.field(name), models.ForeignKey)}
    key = ":".join(("new", sheet.kind, *([urlencode(pointing)] if pointing else ())))
    return key if len(key) <= drafts.LONGEST_KEY else f"new:{sheet.kind}"


@answers.of_record_type("raise")
@require_http_methods(["GET", "POST"])
def show_raise(request: HttpRequest, kind: str, key: str, to: str) -> HttpResponse:
    """The form of a record that is raised from another one: filled in from it, linked to it in one transaction."""
    actor = answers.actor_of(request)
    source = reading.opened(actor, kind, key).record
    raising = next((one for one in registry.raisings(kind) if one.kind == to), None)
    if raising is None:
        raise Http404
    sheet = registry.get(to)
    of = request.GET.get("of", "")[:40]
    values = raising.picked(source, of) if of and raising.picked is not None else raising.values(source)
    key = ":".join(("raise", to, str(source.pk), *([of] if of else ())))
    initial = {**sheet.defaults(actor), **values}
    return _create(Writing(request, actor, sheet, key, initial, raised_from=source, raising=raising))


def _create(writing: Writing) -> HttpResponse:
    request, actor, sheet = writing.request, writing.actor, writing.sheet
    if not actor.holds(f"{sheet.kind}.create"):
        raise Refused([_("You may not create this. Ask a manager of your organisation.")])
    form = writing.form()
    once = request.POST.get("once", "") or secrets.token_urlsafe(16)
    if request.method == "GET":
        writing.restore(form)
    elif form.is_valid():
        try:
            made = services.create(
                actor,
                sheet.kind,
                {**_beside(writing, form), **form.cleaned_data},
                once=once,
                raised_from=writing.raised_from,
                relation=writing.raising.relation if writing.raising else Relation.RAISED_FROM,
            )
        except Invalid as error:
            form.take_errors(error.errors)
            if "" in error.errors:
                once = secrets.token_urlsafe(16)
        else:
            drafts.drop(actor, writing.draft_key)
            said = _("%(kind)s %(number)s is made.") % {"kind": str(sheet.label), "number": made.number}
            return answers.done(request, addresses.record(made), said)
    if writing.raised_from is not None:
        title = str(writing.raising.label) if writing.raising else ""
    else:
        title = _("New %(kind)s") % {"kind": _lower(str(sheet.label))}
    return _draw(writing, form, title, _("Save and give it a number"), {"once": once})


def _beside(writing: Writing, form: RecordForm) -> dict[str, Any]:
    """Values that come along from the record this one is raised from, without a field of their own."""
    if writing.raising is None:
        return {}
    return {
        name: value
        for name, value in writing.initial.items()
        if name not in form.fields and name in writing.sheet.writable
    }


def _lower(label: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@answers.of_record_type("edit")
@require_http_methods(["GET", "POST"])
def show_edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The form of a record that exists. Two edits of one field meet on the merge page; nothing is lost."""
    actor = answers.actor_of(request)
    opened = reading.opened(actor, kind, key)
    sheet, record = opened.sheet, opened.record
    if record.phase >= Phase.DONE:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": record.number}])
    if not scope.may(actor, "change", record):
        raise Refused([_("You may not change this record.")])
    writing = Writing(
        request, actor, sheet, f"edit:{record.pk}", starting(record, ("title", *sheet.form_fields)), record
    )
    form = writing.form()
    if request.method == "GET":
        kept = writing.restore(form)
        # A draft goes on from the version it was begun on, so that what others saved since is not undone.
        version = (kept.first("version") if kept else "") or str(record.version)
        was = kept.first("was") if kept else json.dumps(form.raw())
    else:
        version, was = request.POST.get("version", ""), request.POST.get("was", "")
        if form.is_valid():
            answer = _save(writing, form, version, was)
            if answer is not None:
                return answer
    title = _("Edit %(number)s") % {"number": record.number}
    return _draw(writing, form, title, _("Save"), {"version": version, "was": was})


def _save(writing: Writing, form: RecordForm, version: str, was: str) -> HttpResponse | None:
    """Save what was changed by hand; None when the form comes back with errors."""
    request, actor, sheet, record = writing.request, writing.actor, writing.sheet, writing.record
    if record is None:
        raise Http404
    mine = changed(form, was) - merging.given_up(request.POST)
    given = {name: form.cleaned_data[name] for name in form.fields if name in mine and name != REASON}
    reason = str(form.cleaned_data.get(REASON, ""))
    try:
        saved = services.edit(actor, record.pk, keys.whole(version) or 0, given, reason=reason)
    except Invalid as error:
        form.take_errors(error.errors)
        return None
    except Stale as stale:
        drafts.keep(actor, writing.draft_key, dict(request.POST.lists()))
        return merging.show(request, actor, sheet, record, form, stale, keys.whole(version) or 0, mine - {REASON})
    drafts.drop(actor, writing.draft_key)
    if saved.version == record.version:
        return answers.done(request, addresses.record(record), _("Nothing was changed."))
    said = _("%(number)s is saved as version %(n)d.") % {"number": saved.number, "n": saved.version}
    return answers.done(request, addresses.record(record), said)


def _draw(writing: Writing, form: RecordForm, title: str, verb: str, hidden: Mapping[str, str]) -> HttpResponse:
    sheet, record = writing.sheet, writing.record or writing.raised_from
    context = {
        "title": title,
        "sheet": sheet,
        "record": record,
        "list_url": addresses.listing(record.kind if record is not None else sheet.kind),
        "list_label": str((registry.get(record.kind) if record is not None else sheet).label_plural),
        "form": form,
        "lonely": [form["title"]] if "title" not in sheet.form_fields else [],
        "sections": form.sections(),
        "closing": [form[REASON]] if REASON in form.fields else [],
        "verb": verb,
        "hidden": hidden,
        "origin": writing.raised_from is not None,
        "notes": writing.notes,
        "is_draft": writing.is_draft,
        "draft_key": writing.draft_key,
        "cancel_url": addresses.record(record) if record is not None else addresses.listing(sheet.kind),
    }
    if form.is_bound:
        return answers.invalid_form(writing.request, "ui/record/form.html", context)
    return answers.page(writing.request, "ui/record/form.html", context)
