"""Asking for more time, and granting or refusing it: dialogs over the services, because each brings a day along."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org.actor import Actor
from qsms.records import moves, reading
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses, answers
from qsms.ui.dates import plain_day
from qsms.ui.record.linking import DialogForm, dialog

from . import escalation, services
from .choices import ExtensionState
from .models import Action, Extension


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """The owner asks for more time, until a day and with a reason."""
    actor, action = _opened(request, kind, key, code)
    due = plain_day(action.due_on) if action.due_on else _("no day")
    fields = {
        "until": _day(_("Until"), help_text=_("It is due on %(due)s now.") % {"due": due}),
        "reason": _text(
            _("Why, and what holds until then"), _("Say why more time is needed, and what holds until then.")
        ),
    }
    form = DialogForm(request, fields)
    if form.is_valid():
        try:
            asked = services.ask_extension(
                actor, action.pk, until=form.cleaned_data["until"], reason=form.cleaned_data["reason"]
            )
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("You asked for time until %(day)s. It is due as before until somebody grants it.")
            return answers.done(request, addresses.record(action), said % {"day": plain_day(asked.wanted_on)})
    granted = Extension.everywhere.filter(action=action, state=ExtensionState.GRANTED).count()
    most = escalation.ladder().most_extensions
    return dialog(
        request,
        form,
        {
            "title": _("Ask for more time"),
            "meaning": _("Extended %(granted)d times so far; the rule allows %(most)d.")
            % {"granted": granted, "most": most},
            "verb": _("Ask"),
            "back_url": addresses.record(action),
        },
    )


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """Somebody other than the owner grants more time, until the day asked for or another one."""
    actor, action = _opened(request, kind, key, code)
    asked = _asked(action)
    until = _day(_("Until"), initial=asked.wanted_on, help_text=_("Another day may be granted than was asked for."))
    form = DialogForm(request, {"until": until, "answer": _text(_("Answer"), required=False)})
    if form.is_valid():
        given = form.cleaned_data
        try:
            done = services.decide_extension(actor, action.pk, grant=True, until=given["until"], answer=given["answer"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(number)s is now due on %(day)s.")
            said %= {"number": action.number, "day": plain_day(done.granted_to or done.wanted_on)}
            return answers.done(request, addresses.record(action), said)
    return dialog(
        request,
        form,
        {
            "title": _("Grant more time"),
            "meaning": _told(asked),
            "verb": _("Grant"),
            "back_url": addresses.record(action),
        },
    )


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """Somebody other than the owner refuses more time, with a reason."""
    actor, action = _opened(request, kind, key, code)
    asked = _asked(action)
    form = DialogForm(request, {"reason": _text(_("Reason"), _("Say why. The owner reads it."))})
    if form.is_valid():
        try:
            services.decide_extension(actor, action.pk, grant=False, answer=form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("More time is refused. %(number)s stays due on %(day)s.")
            said %= {"number": action.number, "day": plain_day(asked.was_due_on)}
            return answers.done(request, addresses.record(action), said)
    return dialog(
        request,
        form,
        {
            "title": _("Refuse more time"),
            "meaning": _told(asked),
            "verb": _("Refuse"),
            "tone": "bad",
            "back_url": addresses.record(action),
        },
    )


def _opened(request: HttpRequest, kind: str, key: str, code: str) -> tuple[Actor, Action]:
    """The action, if the move is open to the reader. Raises NotVisible, Refused with every reason."""
    actor = answers.actor_of(request)
    opened = reading.opened(actor, kind, key)
    verdict = next((one for one in moves.verdicts(actor, opened.record) if one.move.code == code), None)
    if verdict is None:
        raise Refused([_("%(number)s is past the point where time can be given.") % {"number": opened.record.number}])
    if not verdict.is_open:
        raise Refused(moves.reasons(actor, opened.record, verdict))
    assert isinstance(opened.record, Action)
    return actor, opened.record


def _asked(action: Action) -> Extension:
    asked = services.extension_asked(action)
    if asked is None:  # somebody else decided it since the look at the move
        raise Refused([_("%(number)s has its answer already. Open it again to read it.") % {"number": action.number}])
    return asked


def _told(asked: Extension) -> str:
    who = asked.asked_by.name if asked.asked_by else _("The owner")
    days = {"who": who, "wanted": plain_day(asked.wanted_on), "due": plain_day(asked.was_due_on), "why": asked.reason}
    return _("%(who)s asks for %(wanted)s instead of %(due)s: “%(why)s”") % days


def _day(label: str, *, help_text: str, initial: dt.date | None = None) -> forms.Field:
    return forms.DateField(
        label=label,
        initial=initial,
        help_text=help_text,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day.")},
    )


def _text(label: str, needed: str = "", *, required: bool = True) -> forms.Field:
    return forms.CharField(
        label=label,
        required=required,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": needed} if needed else {},
    )
