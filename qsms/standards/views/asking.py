"""The dialogs in which a living query is chosen, filled in and bound to a requirement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org.actor import Actor
from qsms.records import keys
from qsms.records.errors import Invalid, NotVisible
from qsms.rules.frameworks import Reference
from qsms.ui import answers
from qsms.ui.record import pickers
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog

from .. import addresses, asking, binding, elsewhere, library, living
from ..living import Form, LivingQuery, Parameter
from ..models import Evidence
from .evidence import common_fields


@answers.for_people
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Bind a question to the requirement that the address names: first which one, then what it leaves open."""
    actor = answers.actor_of(request)
    reference = Reference(request.GET.get("standard", ""), request.GET.get("clause", ""))
    binding.check_open(actor, reference)
    row = _bound(actor, reference, keys.whole(request.GET.get("evidence", "")) or 0)
    key = row.question if row is not None else request.GET.get("question", "")
    query = living.known(key)
    if row is not None and query is None:
        raise NotVisible
    return _choose(request, actor, reference) if query is None else _fill_in(request, actor, reference, query, row)


def _bound(actor: Actor, reference: Reference, evidence_id: int) -> Evidence | None:
    if not evidence_id:
        return None
    rows = Evidence.everywhere.filter(organisation_id=actor.organisation_id, record=None, ended_at=None)
    row = rows.filter(pk=evidence_id, framework=reference.framework, number=reference.number).first()
    if row is None:
        raise NotVisible
    return row


def _name(actor: Actor, reference: Reference) -> str:
    return f"{elsewhere.short_title(library.find(actor.organisation_id, reference.framework).rule)} {reference.number}"


def _choose(request: HttpRequest, actor: Actor, reference: Reference) -> HttpResponse:
    asked = [(one.key, living.words(actor.organisation_id, one.key, {})) for one in living.offered()]
    field = forms.ChoiceField(
        label=_("Question"),
        choices=asked,
        widget=forms.RadioSelect(),
        error_messages={"required": _("Choose a question.")},
    )
    form = DialogForm(request, {"question": field})
    if form.is_valid():
        url = addresses.ask(reference.framework, reference.number, question=form.cleaned_data["question"])
        return answers.done(request, url, "")
    told = {
        "title": _("Ask a question for %(clause)s") % {"clause": _name(actor, reference)},
        "meaning": _("What it finds counts as evidence. It is asked anew whenever somebody looks."),
        "verb": _("Go on"),
        "back_url": addresses.clause(reference.framework, reference.number),
    }
    return dialog(request, form, told)


def _fill_in(
    request: HttpRequest, actor: Actor, reference: Reference, query: LivingQuery, row: Evidence | None
) -> HttpResponse:
    own = {f"ask_{one.name}": _field(actor, one, row) for one in query.parameters}
    form = DialogForm(request, {**own, **common_fields(actor, row)})
    back = addresses.clause(reference.framework, reference.number)
    if form.is_valid():
        given = form.cleaned_data
        try:
            asking.ask(
                actor, reference, query.key, {one.name: given[f"ask_{one.name}"] for one in query.parameters},
                binding.Given(
                    given["strength"], None, given["fresh_months"], given["expires_on"], given["note"], given["owner"]
                ),
                evidence_id=row.pk if row is not None else 0,
            )  # fmt: skip
        except Invalid as error:
            told_at = {f"ask_{name}" if f"ask_{name}" in own else name: said for name, said in error.errors.items()}
            form.take_errors(told_at)
        else:
            said = _("What the question finds counts for %(number)s.")
            return answers.done(request, back, said % {"number": reference.number})
    told = {
        "title": living.words(actor.organisation_id, query.key, row.asked if row is not None else {}),
        "meaning": str(query.help) or _("For %(clause)s.") % {"clause": _name(actor, reference)},
        "verb": _("Count what it finds"),
        "back_url": back,
    }
    return dialog(request, form, told)


def _field(actor: Actor, one: Parameter, row: Evidence | None) -> forms.Field:
    initial: Any = row.asked.get(one.name, one.default) if row is not None else one.default
    told: dict[str, Any] = {"label": one.label, "required": one.default is not None, "initial": initial}
    if one.form is Form.NUMBER:
        return NumberField(Evidence._meta.get_field("fresh_months"), **told)
    if one.form is Form.CHOICE:
        empty = [] if one.default is not None else [("", _("Any"))]
        return forms.ChoiceField(choices=[*empty, *(one.choices(actor) if one.choices else ())], **told)
    return pickers.place_field(actor, one.form.value, **told)
