"""To whom documents go, and who has not read them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.models import Role, Site, Unit
from qsms.records import keys, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, marks
from qsms.ui.context import stands_in
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm
from qsms.ui.record.pickers import PersonField

from .. import addresses, distributing, reading
from ..models import LONGEST_WHY, Document, Receipt, Rule
from . import reach


@answers.for_people
@require_GET
def show_readers(request: HttpRequest) -> HttpResponse:
    """Who has not acknowledged what, a page at a time; `document`, `site` and `late` narrow it."""
    actor = answers.actor_of(request)
    if not actor.holds("document.distribute"):
        raise Refused(
            [_("Who has read what is seen by those who distribute documents. Ask the owner of the document.")]
        )
    number = request.GET.get("document", "")
    document = reading.find(actor, number) if number else None
    site = keys.whole(request.GET.get("site", "")) or None
    late = bool(request.GET.get("late"))
    after = keys.whole(request.GET.get("after", "")) or 0
    wish = distributing.Unread(document.pk if document is not None else None, site, moment.now() if late else None)
    rows, key = distributing.unread(actor, wish, after=after)
    query = request.GET.copy()
    query["after"] = str(key)
    sites = Site.objects.filter(organisation_id=actor.organisation_id, is_active=True).order_by("name")
    context = {
        "rows": [_line(actor, row) for row in rows],
        "next": f"?{query.urlencode()}" if key else "",
        "document": document,
        "document_url": pages.record(document) if document is not None else "",
        "sites": [{"id": one.pk, "name": one.name, "on": one.pk == site} for one in sites],
        "late": late,
        "mine_url": addresses.to_read(),
        "here": addresses.readers(),
    }
    return answers.page(request, "documents/readers.html", context)


def _line(actor: Actor, row: Receipt) -> dict[str, Any]:
    due = None
    if row.due_at is not None:
        said = dates.deadline(row.due_at.astimezone(actor.tz).date(), moment.now(), actor.tz)
        due = marks.due(said.text, said.tone, said.moment, said.printed)
    return {
        "person": row.person.name,
        "site": row.person.site.name if row.person.site is not None else "",
        "why": row.why,
        "code": row.document.code,
        "title": row.document.title,
        "revision": row.revision.label,
        "url": addresses.readers(row.document.number),
        "opened": row.opened_at is not None,
        "begun": row.pages != 0,
        "due": due,
    }


def _document(request: HttpRequest, number: str) -> tuple[Actor, Document]:
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    stands_in(request, pages.record(document))
    if not scope.may(actor, "distribute", document):
        raise Refused([_("You may not say to whom this goes. Ask who owns it.")])
    return actor, document


@answers.for_people
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give a document to a role, a site, a unit or one person, once it is told whom that reaches."""
    actor, document = _document(request, number)
    form = DialogForm(request, _fields(actor))
    # Without script a button asks whom it would reach.
    is_look = "look" in request.POST
    if form.is_valid() and not is_look:
        given = form.cleaned_data
        try:
            distributing.add_rule(
                actor, document.pk, role_id=given["role"], site_id=given["site"], unit_id=given["unit"],
                person_id=given["person"], why=given["why"], acknowledge=given["acknowledge"] == "yes",
                days=14 if given["days"] is None else given["days"],
            )  # fmt: skip
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(code)s goes to them from now on.") % {"code": document.code or document.number}
            return answers.done(request, pages.tab(document, "distribution"), said)
    told = {
        "title": _("Give %(document)s to") % {"document": f"{document.code or document.number} {document.title}"},
        "meaning": _("All that you choose must fit. Whoever comes later, or gets the role later, gets it too."),
        "verb": _("Give it"),
        "back_url": pages.tab(document, "distribution"),
        "form": form,
        "reach": _reach(actor, document, form),
        "foretell_url": addresses.foretell(document.number),
    }
    if form.is_bound and not is_look:
        return answers.invalid_form(request, "documents/give.html", told)
    return answers.page(request, "documents/give.html", told)


@answers.for_people
@require_GET
def foretell(request: HttpRequest, number: str) -> HttpResponse:
    """Whom the rule would reach that stands in the dialog: a part of that page."""
    actor, document = _document(request, number)
    form = DialogForm(request, _fields(actor))
    form.data, form.is_bound = request.GET, True
    return answers.page(request, "documents/foretold.html", {"reach": _reach(actor, document, form)})


def _reach(actor: Actor, document: Document, form: DialogForm) -> dict[str, Any] | None:
    """Whom the rule in the form would reach; None while what stands there is no choice."""
    given: dict[str, Any] = {}
    if form.is_bound and not form.is_valid() and not reach.CHOICES.keys().isdisjoint(form.errors):
        return None
    if form.is_bound:
        given = {name: form.cleaned_data.get(name) for name in reach.CHOICES}
    rule = reach.wished(actor, document, given)
    return reach.foretold(document, rule) if rule is not None else None


def _fields(actor: Actor) -> dict[str, forms.Field]:
    def choice(label: str, model: Any, every: str) -> forms.Field:
        rows = model.objects.filter(organisation_id=actor.organisation_id)
        rows = rows.order_by("title" if model is Role else "name")
        choices = [("", every), *((str(row.pk), str(row)) for row in rows)]
        return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)

    return {
        "role": choice(_("Who holds the role"), Role, _("Whatever the role")),
        "site": choice(_("At the site"), Site, _("At every site")),
        "unit": choice(_("In the unit"), Unit, _("In every unit")),
        "person": PersonField(
            actor, label=_("Or one person"), required=False,
            help_text=_("By name, wherever they work. Leave role, site and unit open then."),
        ),
        "why": forms.CharField(
            label=_("Why they get it"), required=False, max_length=LONGEST_WHY,
            help_text=_("They read it beside the document. Needed for one person."),
        ),
        "acknowledge": forms.ChoiceField(
            label=_("What they do"), initial="yes", widget=forms.RadioSelect(),
            choices=[("yes", _("Open it and acknowledge that they understood")), ("no", _("Have it for information"))],
        ),
        "days": NumberField(
            Rule._meta.get_field("days"), label=_("Within days"), required=False, initial=14,
            help_text=_("From the day it takes effect."),
        ),
    }  # fmt: skip


@answers.for_people
@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Give it no longer to those whom a rule reaches."""
    actor, document = _document(request, number)
    rule = keys.whole(request.GET.get("rule", ""))
    if not rule:
        raise NotVisible
    distributing.remove_rule(actor, document.pk, rule)
    said = _("It goes to them no longer. What they acknowledged stays.")
    return answers.done(request, pages.tab(document, "distribution"), said)
