"""Links to other records and the hand-over to another owner: each a dialog with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org.actor import Actor
from qsms.records import reading, registry, scope, services, threads, wording
from qsms.records.choices import Relation
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record

from .. import addresses, answers, marks, table
from ..sentences import InHouse
from . import page, pickers


class DialogForm(InHouse, forms.Form):
    """A small form of a dialog; what a service finds wrong goes beside the field it is about."""

    def __init__(self, request: HttpRequest, fields: Mapping[str, forms.Field]) -> None:
        super().__init__(request.POST if request.method == "POST" else None, auto_id="m_%s")
        self.fields |= fields

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put a service's sentences beside the fields they are about."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)


def reason_field(*, required: bool) -> forms.Field:
    """The field for why something is done."""
    return forms.CharField(
        label=_("Reason"),
        required=required,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Kept in the history."),
        error_messages={"required": _("Say why. It is kept in the history.")},
    )


def dialog(request: HttpRequest, form: DialogForm, context: Mapping[str, Any]) -> HttpResponse:
    """The dialog with its form: title, meaning, verb, tone, back_url come in `context`."""
    told = {"tone": "", "form": form, **context}
    if form.is_bound:
        return answers.invalid_form(request, "ui/record/dialog.html", told)
    return answers.page(request, "ui/record/dialog.html", told)


def _record(request: HttpRequest, kind: str, key: str, verb: str) -> tuple[Actor, Record]:
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    if not scope.may(actor, verb, record):
        raise Refused([_("You may not change this record.")])
    return actor, record


@answers.of_record_type("assign")
@require_http_methods(["GET", "POST"])
def show_assign(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Hand a record over to another owner."""
    actor, record = _record(request, kind, key, "assign")
    person = pickers.PersonField(actor, label=_("New owner"), error_messages={"required": _("Choose somebody.")})
    form = DialogForm(request, {"owner": person, "reason": reason_field(required=False)})
    if form.is_valid():
        try:
            given = services.assign(actor, record.pk, form.cleaned_data["owner"], reason=form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            who = given.owner.name if given.owner else ""
            said = _("%(number)s now belongs to %(who)s.") % {"number": given.number, "who": who}
            return answers.done(request, addresses.record(record), said)
    return dialog(
        request,
        form,
        {
            "title": _("Hand over %(number)s") % {"number": record.number},
            "meaning": _("The new owner is told. What waits for the present owner moves along."),
            "verb": _("Hand over"),
            "back_url": addresses.record(record),
        },
    )


@answers.of_record_type("link")
@require_http_methods(["GET", "POST"])
def show_link(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say how a record hangs together with another one."""
    actor, record = _record(request, kind, key, "link")
    form = DialogForm(
        request,
        {
            "relation": forms.ChoiceField(
                label=_("%(number)s …") % {"number": record.number},
                choices=[(relation.value, relation.label) for relation in Relation],
                initial=Relation.RELATES,
            ),
            "target": pickers.RecordField(
                actor,
                label=_("Record"),
                help_text=_("Type a number, or a word of the title."),
                error_messages={"required": _("Choose a record.")},
            ),
            "reason": reason_field(required=False),
        },
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            link = services.link(actor, record.pk, given["target"], given["relation"], reason=given["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        except NotVisible:
            form.take_errors({"target": _("There is no such record that you may see. Choose one from the list.")})
        else:
            number = scope.seen_of(actor, [link.target_id])[link.target_id].number
            said = _("Linked: %(here)s %(relation)s %(there)s.") % {
                "here": record.number,
                "relation": wording.relation(link.relation, True),
                "there": number,
            }
            return answers.done(request, addresses.tab(record, "links"), said)
    raise_ones = [
        (str(one.label), addresses.record(record, "raise", one.kind))
        for one in registry.raisings(record.kind)
        if actor.holds(f"{one.kind}.create")
    ]
    return dialog(
        request,
        form,
        {
            "title": _("Link %(number)s") % {"number": record.number},
            "meaning": _("Both records show the link and keep it in their history."),
            "verb": _("Link"),
            "back_url": addresses.record(record),
            "ways": raise_ones,
        },
    )


@answers.of_record_type("unlink")
@require_http_methods(["GET", "POST"])
def show_unlink(request: HttpRequest, kind: str, key: str, link_id: int) -> HttpResponse:
    """Take a link away, with a reason."""
    actor, record = _record(request, kind, key, "link")
    strand = next((one for one in threads.around(actor, record) if one.link_id == link_id), None)
    if strand is None:
        raise NotVisible
    form = DialogForm(request, {"reason": reason_field(required=True)})
    if form.is_valid():
        try:
            services.unlink(actor, link_id, reason=form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("The link to %(number)s is taken away.") % {"number": strand.record.number}
            return answers.done(request, addresses.tab(record, "links"), said)
    return dialog(
        request,
        form,
        {
            "title": _("Take the link to %(number)s away") % {"number": strand.record.number},
            "meaning": f"{wording.relation(strand.relation, strand.outward)} {pickers.record_label(strand.record)}",
            "verb": _("Take away"),
            "tone": "bad",
            "back_url": addresses.tab(record, "links"),
        },
    )


@page.tab("links")
def draw_links(sight: page.Sight, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The tab with the records around this one."""
    record, actor = sight.record, sight.actor
    may_link = scope.may(actor, "link", record)
    rows = []
    for strand in known["strands"]:
        far = strand.record
        sheet = registry.get(far.kind)
        state = sheet.state(far)
        line = [
            escape(wording.relation(strand.relation, strand.outward)),
            table.link(far.number, addresses.record(far), "no", second=True),
            table.link(far.title, addresses.record(far)),
            marks.standing(state),
        ]
        if may_link:
            url = addresses.record(record, "unlink", strand.link_id)
            line.append(table.link(_("Take away"), url, "no-print"))
        rows.append(line)
    columns = [
        table.Column(_("How"), "p0"),
        table.Column(_("Number")),
        table.Column(_("Title"), "t"),
        table.Column(_("State")),
    ]
    if may_link:
        columns.append(table.Column("", "r"))
    drawn = table.table(columns, [table.Group(rows)], _("Linked records")) if rows else ""
    raise_ones = [
        (str(one.label), addresses.record(record, "raise", one.kind))
        for one in registry.raisings(record.kind)
        if actor.holds(f"{one.kind}.create")
    ]
    return "ui/record/links.html", {
        "table": drawn,
        "link_url": addresses.record(record, "link") if may_link else "",
        "ways": raise_ones,
        "trace_url": addresses.record(record, "trace") if rows else "",
    }
