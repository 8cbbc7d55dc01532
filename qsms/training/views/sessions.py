"""A session: inviting people, signing for having been there, and saying who passed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import keys, signing
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers, dates
from qsms.ui.record.linking import DialogForm, dialog

from .. import sessions, standing
from ..models import Attendance, Session
from . import finding

MOST_OFFERED = 300


@answers.for_people
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, number: str) -> HttpResponse:
    """Choose who is invited: those who need the course stand first."""
    actor = answers.actor_of(request)
    session = finding.session(actor, number)
    offered = _offered(actor, session)
    people = forms.TypedMultipleChoiceField(
        label=_("Who"), choices=offered, coerce=int, widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose somebody.")},
        help_text=_("Whoever needs this course and is not current stands first."),
    )  # fmt: skip
    form = DialogForm(request, {"people": people})
    if form.is_valid():
        try:
            n = sessions.invite(actor, session.pk, form.cleaned_data["people"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = ngettext("%(n)d person is invited.", "%(n)d people are invited.", n) % {"n": n}
            return answers.done(request, pages.tab(session, "attendance"), said)
    told = {
        "title": _("Invite to %(number)s") % {"number": session.number},
        "meaning": _("Each of them gets it into their work, with the day."),
        "verb": _("Invite"),
        "back_url": pages.tab(session, "attendance"),
    }
    return dialog(request, form, told)


def _offered(actor: Actor, session: Session) -> list[tuple[int, str]]:
    known = Attendance.everywhere.filter(session=session).values("person_id")
    rows = Person.objects.filter(
        standing.people_seen(actor, "session.view"), organisation_id=actor.organisation_id, is_active=True
    ).exclude(pk__in=known)
    names = dict(rows.order_by("name", "pk").values_list("pk", "name"))
    lacking = standing.not_current(actor.organisation_id, session.course_id, standing.today_of(actor))
    first = [(pk, _("%(name)s, needs it") % {"name": name}) for pk, name in names.items() if pk in lacking]
    return [*first, *((pk, name) for pk, name in names.items() if pk not in lacking)][:MOST_OFFERED]


@answers.for_people
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Sign for being there: with the own password, on the own phone."""
    actor = answers.actor_of(request)
    session = finding.session(actor, number)
    row = Attendance.everywhere.filter(session=session, person_id=actor.person_id).first()
    if row is None:
        raise Refused([_("You are not on the list of this session. Ask whoever teaches it to add you.")])
    shown = signing.hash_of(sessions.content(session, row))
    form = DialogForm(request, {
        "password": forms.CharField(
            label=_("Your password"), strip=False,
            widget=forms.PasswordInput({"autocomplete": "current-password"}),
            error_messages={"required": _("Type your password to sign.")},
        ),
        "shown": forms.CharField(widget=forms.HiddenInput(), initial=shown, required=False),
    })  # fmt: skip
    if form.is_valid():
        try:
            proof = signing.Proof(form.cleaned_data["password"], form.cleaned_data["shown"])
            sessions.sign_in(actor, session.pk, proof)
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, pages.tab(session, "attendance"), _("You are signed in."))
    taught = session.instructor.name if session.instructor is not None else session.provider
    when = dates.exact(session.starts_at, actor.tz)
    meaning = _("You sign for being at “%(title)s”, %(when)s.") % {"title": session.title, "when": when}
    told = {
        "title": _("Sign in"),
        "meaning": f"{meaning} {_('Taught by %(who)s.') % {'who': taught}}" if taught else meaning,
        "verb": _("Sign"),
        "back_url": pages.tab(session, "attendance"),
    }
    return dialog(request, form, told)


@answers.for_people
@require_POST
def judge(request: HttpRequest, number: str) -> HttpResponse:
    """Keep who passed and who was not there, as the list was filled in."""
    actor = answers.actor_of(request)
    session = finding.session(actor, number)
    results = _read(request.POST)
    n = sessions.judge(actor, session.pk, results)
    said = ngettext("%(n)d line is kept.", "%(n)d lines are kept.", n) % {"n": n}
    return answers.done(request, pages.tab(session, "attendance"), said)


def _read(given: Any) -> dict[int, str]:
    found = {}
    for name, value in given.items():
        kind, _dash, key = name.partition("-")
        person = keys.whole(key)
        if kind == "result" and person is not None and value:
            found[person] = value
    return found
