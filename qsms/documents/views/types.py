"""Types of document: which there are, and changing one, with its numbers, its route and its starting text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import history, keys
from qsms.records.errors import Invalid
from qsms.ui import answers, dates, marks, parts, table
from qsms.ui.sentences import InHouse

from .. import document_types, people, routing, type_editing
from ..choices import DocumentType, shipped
from ..type_editing import LABELS, Wish

# So many roles of a stage can be chosen on the page.
SLOTS = 4
STAGES = ("review", "approve")
WHO = {
    "review": (
        gettext_lazy("First reviewer"), gettext_lazy("Second reviewer"), gettext_lazy("Third reviewer"),
        gettext_lazy("Fourth reviewer"),
    ),
    "approve": (
        gettext_lazy("First approver"), gettext_lazy("Second approver"), gettext_lazy("Third approver"),
        gettext_lazy("Fourth approver"),
    ),
}  # fmt: skip


@answers.for_people
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Every type of the organisation, with its numbers and its route."""
    actor = answers.actor_of(request)
    type_editing.check_may(actor)
    titles = routing.role_titles(actor.organisation_id)
    rows = []
    for one in document_types.of(actor.organisation_id).values():
        signs = [titles.get(role, role) for role in (*one.review, *one.approvers)]
        rows.append(
            [
                table.link(one.label, reverse("documents:type", args=[one.code])),
                escape(_number(one, 1)),
                escape(_(", then ").join(signs)),
                escape(one.review_months),
                marks.status(_("In use"), "good") if one.active else marks.status(_("Not for new ones"), "mute"),
                escape(_from(one)),
            ]
        )
    columns = [
        table.Column(_("Type"), "t"),
        table.Column(_("First number"), "hide-p"),
        table.Column(_("Signed by"), "wrap"),
        table.Column(_("Months between reviews"), "r hide-p"),
        table.Column(_("Status")),
        table.Column(_("From"), "hide-p"),
    ]
    context = {"table": table.table(columns, [table.Group(rows)], _("Types of documents"))}
    return answers.page(request, "documents/types.html", context)


def _number(one: DocumentType, n: int) -> str:
    return f"{one.prefix}-{n:0{one.digits}d}"


def _from(one: DocumentType) -> str:
    if one.code not in shipped():
        return _("your own")
    return _("shipped, changed here") if one.version else _("shipped")


def _stands(one: DocumentType) -> str:
    if one.code not in shipped():
        return _("A type of your own.")
    return _("Shipped, and changed here.") if one.version else _("As it is shipped.")


class TypeForm(InHouse, forms.Form):
    """A type as its page asks for it; whether it makes sense is judged by the service."""

    def __init__(self, actor: Actor, one: DocumentType | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, auto_id="t_%s")
        self.fields["label"] = forms.CharField(
            label=LABELS["label"], initial=one and one.label, help_text=_("In the singular, such as “Procedure”.")
        )
        self.fields["prefix"] = forms.CharField(
            label=LABELS["prefix"], initial=one and one.prefix, help_text=_("Documents that have a number keep it.")
        )
        self.fields["digits"] = forms.IntegerField(label=LABELS["digits"], initial=one.digits if one else 3)
        self.fields["review_months"] = forms.IntegerField(
            label=LABELS["review_months"], initial=one.review_months if one else 24
        )
        for name in STAGES:
            self._stage(actor, one, name)
        self.fields["executive_signs"] = forms.BooleanField(
            label=LABELS["executive_signs"], required=False, initial=one is not None and one.executive_signs,
            help_text=_("Last and in person; no deputy does it. Whoever follows in that role signs it again."),
        )  # fmt: skip
        self.fields["is_external"] = forms.BooleanField(
            label=LABELS["is_external"], required=False, initial=one is not None and one.is_external,
            help_text=_("Its periodic review looks whether the issuer has a newer edition."),
        )  # fmt: skip
        self.fields["template"] = forms.CharField(
            label=LABELS["template"], required=False, initial=one and one.template, strip=False,
            help_text=_("A first revision begins with it. Headings with ##, lists with - or 1., tables with |."),
            widget=forms.Textarea({"rows": 14}),
        )  # fmt: skip

    def _stage(self, actor: Actor, one: DocumentType | None, name: str) -> None:
        chosen: Sequence[str] = getattr(one, name) if one is not None else ()
        known = type_editing.roles_for(actor.organisation_id)
        for at in range(SLOTS):
            self.fields[f"{name}_{at}"] = forms.ChoiceField(
                label=WHO[name][at], required=False,
                choices=[("", _("Nobody else") if at else _("Nobody")), *known.items()],
                initial=chosen[at] if at < len(chosen) else "",
                help_text="" if at else _("Each is asked once the one before has signed."),
            )  # fmt: skip

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The fields as they stand on the page, those of one kind side by side."""
        single = [[self[name]] for name in ("executive_signs", "is_external", "template")]
        stages = [[self[f"{name}_{at}"], self[f"{name}_{at + 1}"]] for name in STAGES for at in range(0, SLOTS, 2)]
        return [[self["label"], self["prefix"]], [self["digits"], self["review_months"]], *stages, *single]

    def wish(self) -> Wish:
        """What was typed."""
        told = {name: self.cleaned_data[name] for name in self.cleaned_data if not name[-1].isdigit()}
        for name in STAGES:
            told[name] = tuple(filter(None, (self.cleaned_data[f"{name}_{at}"] for at in range(SLOTS))))
        return Wish(**{**told, "template": told["template"].replace("\r\n", "\n")})

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put a service's sentences beside the fields they are about."""
        for name, sentence in errors.items():
            at = f"{name}_0" if name in STAGES else name
            self.add_error(at if at in self.fields else None, sentence)


@answers.for_people
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Change a type, or add one."""
    actor = answers.actor_of(request)
    type_editing.check_may(actor)
    one = type_editing.find(actor, code) if code else None
    form = TypeForm(actor, one, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if one is None:
                kept = type_editing.add(actor, form.wish())
            else:
                kept = type_editing.change(actor, code, _version(request), form.wish())
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("“%(type)s” is kept. Revisions that were sent keep the route they were sent with.")
            return answers.done(request, reverse("documents:types"), said % {"type": kept.label})
    context = {"form": form, "one": one, **(_about(actor, one) if one is not None else {})}
    return answers.page(request, "documents/type.html", context, status=422 if form.errors else 200)


@answers.for_people
@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a type off or on, or let it be as it is shipped."""
    actor = answers.actor_of(request)
    do = request.POST.get("do", "")
    if do == "reset":
        kept = type_editing.take_shipped(actor, code, _version(request))
        said = _("“%(type)s” is as it is shipped again, and follows new versions.")
    else:
        kept = type_editing.switch(actor, code, _version(request), on=do == "on")
        said = (
            _("New documents can be of type “%(type)s”.")
            if kept.active
            else _("New documents are no longer of type “%(type)s”. Those there are keep it.")
        )
    return answers.done(request, reverse("documents:types"), said % {"type": kept.label})


def _version(request: HttpRequest) -> int:
    found = keys.whole(request.POST.get("version", ""))
    return -1 if found is None else found


def _about(actor: Actor, one: DocumentType) -> dict[str, Any]:
    roles = dict.fromkeys((*one.review, *one.approvers))
    return {
        "from": _stands(one),
        "is_changed": one.version and one.code in shipped(),
        "unheld": ", ".join(people.unheld(actor.organisation_id, roles, moment.now().date())),
        "deeds": [_deed(actor, deed) for deed in type_editing.deeds(actor, one.code)],
    }


def _deed(actor: Actor, deed: Any) -> parts.Deed:
    did = {history.CREATED: _("added it"), type_editing.RESET: _("went back to the shipped type")}
    return parts.Deed(
        when=dates.moment(deed.at, moment.now(), actor.tz),
        who=history.called(deed.actor.name, deed.actor.former_names, "", deed.at) if deed.actor else deed.label,
        did=did.get(deed.verb, _("changed it")),
        changes=tuple(
            parts.Difference(str(LABELS.get(one.field, one.field)), one.old, one.new) for one in deed.changes.all()
        ),
        exact=dates.exact(deed.at, actor.tz),
    )
