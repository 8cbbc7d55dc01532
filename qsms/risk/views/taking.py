"""Accepting a risk: what is signed, until when, and the way on for somebody who may not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qsms.org.actor import Actor
from qsms.records import keys, services, signing, wording
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record
from qsms.ui import answers, dates, parts
from qsms.ui.record.linking import DialogForm

from .. import accepting, addresses, authority, drawing, queries
from ..models import Assessment
from .finding import record_of


@answers.for_people
@require_http_methods(["GET", "POST"])
def take_number(request: HttpRequest, number: str) -> HttpResponse:
    """Accept the risk of any record, or pass it on to somebody who may."""
    actor, record = record_of(request, number)
    return _take(request, actor, record)


def take(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """The move “accept the risk” of a hazard: the same dialog."""
    actor = answers.actor_of(request)
    return _take(request, actor, services.find(actor, kind, key))


def _take(request: HttpRequest, actor: Actor, record: Record) -> HttpResponse:
    lens = request.POST.get("lens", "") or request.GET.get("lens", "")
    one = accepting.subject(record, keys.whole(lens) or 0)
    said, _held = accepting.answer(actor, record, one)
    form = _form(request, actor, one, may=said.allowed)
    if request.method == "POST":
        return _post(request, actor, record, one, form)
    refusal = wording.sentence(said.refusal) if said.refusal is not None else ""
    if refusal and not (actor.holds(authority.ACCEPT) or authority.may_assess(actor, record)):
        return answers.refused(request, [refusal], back=addresses.shown(record))
    return answers.page(request, "risk/take.html", _context(actor, record, one, form, refusal))


def _post(request: HttpRequest, actor: Actor, record: Record, one: Assessment, form: DialogForm) -> HttpResponse:
    passes_on = bool(request.POST.get("pass_on"))
    if not passes_on and "password" in form.fields and not form.is_valid():
        return answers.invalid_form(request, "risk/take.html", _context(actor, record, one, form, ""))
    clean = getattr(form, "cleaned_data", {})
    try:
        made = accepting.accept(
            actor,
            record.pk,
            lens=one.lens,
            expires_on=clean.get("expires_on"),
            conditions=clean.get("conditions", ""),
            proof=signing.Proof(clean.get("password", ""), request.POST.get("shown", "")),
        )
    except Invalid as error:
        form.take_errors(error.errors)
        return answers.invalid_form(request, "risk/take.html", _context(actor, record, one, form, ""))
    except Refused as error:
        # Nothing is accepted, but who must act has a task now: who meant to pass it on gets that as the result.
        if passes_on:
            return answers.done(request, addresses.shown(record), " ".join(error.reasons))
        raise
    until = _("until %(day)s") % {"day": dates.plain_day(made.expires_on)} if made.expires_on else _("without an end")
    words = _("You accepted %(cell)s %(class)s of %(number)s, %(until)s.") % {
        "cell": one.cell, "class": one.class_label, "number": record.number, "until": until,
    }  # fmt: skip
    return answers.done(request, addresses.shown(record), words)


def _form(request: HttpRequest, actor: Actor, one: Assessment, *, may: bool) -> DialogForm:
    if not may:
        return DialogForm(request, {})
    latest = accepting.latest_expiry(actor, one)
    return DialogForm(request, _fields(latest))


def _fields(latest: dt.date | None) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "expires_on": forms.DateField(
            label=_("Until"),
            required=latest is not None,
            initial=latest,
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            help_text=_("At the latest %(day)s.") % {"day": dates.plain_day(latest)}
            if latest is not None
            else _("May stay empty: this class needs no end."),
            error_messages={"required": _("Write the day on which the acceptance ends.")},
        ),
        "conditions": forms.CharField(
            label=_("On condition that"),
            required=False,
            widget=forms.Textarea({"rows": 2}),
            help_text=_("What must hold while the risk is accepted. May stay empty."),
        ),
        "password": forms.CharField(
            label=_("Your password"),
            strip=False,
            help_text=_("It signs in your name as “accepted risk”."),
            widget=forms.PasswordInput({"autocomplete": "current-password"}),
            error_messages={"required": _("Type your password to sign.")},
        ),
    }
    return found


def _context(actor: Actor, record: Record, one: Assessment, form: DialogForm, refusal: str) -> dict[str, Any]:
    controls = queries.controls(actor, record)
    rule = one.matrix.rule
    risk_class = rule.risk_class(one.class_code)
    may = "password" in form.fields
    shown = [
        parts.Fact(_("Kind"), str(one.get_kind_display())),
        parts.Fact(_("Matrix"), str(one.matrix)),
        *(parts.Fact(axis.label, axis.level(one.levels[axis.code]).label) for axis in rule.axes),
        parts.Fact(_("Because"), one.why),
        parts.Fact(_("Controls"), "\n".join(f"{c.number} {c.title}" for c in controls) or _("None")),
        parts.Fact(_("Who may accept"), drawing.who_may(rule, risk_class)),
    ]
    return {
        "title": (_("Accept %(cell)s %(class)s") if may else _("%(cell)s %(class)s is not yours to accept"))
        % {"cell": one.cell, "class": one.class_label},
        "meaning": risk_class.behaviour,
        "record": record,
        "lens": one.lens,
        "badge": drawing.badge(one),
        "shown": shown,
        "may": may,
        "shown_hash": accepting.content_hash(record, one) if may else "",
        "refusal": refusal,
        "form": form,
        "verb": _("Sign: accept the risk") if may else accepting.way_on(actor, record, one) or _("Keep the refusal"),
        "tone": "" if may else "bad" if risk_class.stop_activity else "",
        "back_url": addresses.shown(record),
    }


@answers.for_people
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask those who may accept the risk as it is saved."""
    actor, record = record_of(request, number)
    lens = request.POST.get("lens", "")
    asked = accepting.ask(actor, record.pk, lens=keys.whole(lens) or 0)
    said = _("Asked to accept the risk of %(number)s: %(names)s.") % {
        "number": record.number, "names": ", ".join(asked.names),
    }  # fmt: skip
    return answers.done(request, addresses.assess(record), said)
