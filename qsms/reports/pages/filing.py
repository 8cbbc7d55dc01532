"""Reporting: choose a form, fill it in on a phone, send it, keep the code."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qsms.base import context, moment
from qsms.org import made_up
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Site
from qsms.records import clocks, drafts, moves
from qsms.records.errors import Invalid, Refused
from qsms.ui import dates, parts
from qsms.ui.answers import actor_of

from .. import forms, queries, questions, readers, rules, services
from ..choices import Mode
from ..models import ReportForm
from ..services import filing, pictures
from ..services.pictures import Incoming, Kept
from . import local_time
from .nameless import nameless

KEPT = "kept"


@login_not_required
@require_safe
def choose(request: HttpRequest, kind: str = "") -> HttpResponse:
    """Which form: the quick one first. Visitors learn how to report without an account."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return _for_visitors(request)
    own = queries.own_reports(actor)
    context_ = {
        "forms": forms.offered(actor.organisation_id),
        "own": len(own),
        "unread": sum(queries.unread(own).values()),
        "organisation_code": Organisation.objects.values_list("code", flat=True).get(pk=actor.organisation_id),
        "may_edit_forms": actor.holds(forms.EDIT),
    }
    return render(request, "reports/choose.html", context_)


def _for_visitors(request: HttpRequest) -> HttpResponse:
    """The ways to report for somebody who is not signed in. With a single organisation its page for anonymous reports
    can be named, and so can the one that the demonstration is about; among several none is, and its name is asked for.
    """
    asked = request.GET.get("organisation", "").strip()[:80]
    # People type the name that they know: whole or short, in whatever letters.
    named = Q(code=slugify(asked)) | Q(code=asked.lower()) | Q(name__iexact=asked)
    found = list(Organisation.objects.filter(named).values_list("code", flat=True)[:2]) if asked else []
    if len(found) == 1:
        return HttpResponseRedirect(reverse("reports:choose-anonymous", args=found))
    codes = list(Organisation.objects.values_list("code", flat=True)[:2])
    if len(codes) > 1 and (airline := made_up.shown()) is not None:
        codes = [airline.code]
    error = _("No organisation here is called “%(typed)s”. Compare it with the notice.") % {"typed": asked}
    context_ = {"code": codes[0] if len(codes) == 1 else "", "typed": asked, "error": error if asked else ""}
    return render(request, "reports/visitor.html", context_, status=404 if asked else 200)


@nameless
@require_safe
def choose_anonymous(request: HttpRequest, code: str) -> HttpResponse:
    """Which form, for somebody who stays unknown."""
    organisation = _organisation(code)
    with context.organisation(organisation.pk):
        offered = [row for row in forms.offered(organisation.pk) if Mode.ANONYMOUS in row.form.modes]
    return render(request, "reports/choose_anonymous.html", {"forms": offered, "organisation": organisation})


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, form: str) -> HttpResponse:
    """One form for somebody who is signed in."""
    actor = actor_of(request)
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    return _answer(Filling(request, organisation, forms.find(organisation.pk, form), actor))


@nameless
@require_http_methods(["GET", "POST"])
def report_anonymous(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """One form for somebody who stays unknown: no sign-in, no cookie, no address."""
    organisation = _organisation(code)
    with context.entered(context.Context(organisation_id=organisation.pk)):
        row = forms.find(organisation.pk, form)
        if Mode.ANONYMOUS not in row.form.modes:
            raise Http404
        return _answer(Filling(request, organisation, row, None))


def _organisation(code: str) -> Organisation:
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


@dataclass
class Filling:
    """One form being filled in by one person, known or not."""

    request: HttpRequest
    organisation: Organisation
    row: ReportForm
    actor: Actor | None

    @property
    def zone(self) -> ZoneInfo:
        return self.actor.tz if self.actor is not None else ZoneInfo(self.organisation.zone)

    @cached_property
    def _sites(self) -> list[Site]:
        return list(Site.objects.filter(organisation=self.organisation, is_active=True).order_by("name"))

    def sites(self) -> dict[str, str]:
        """The sites to choose from, by code."""
        return {row.code: row.name for row in self._sites}

    @property
    def own_site(self) -> Site | None:
        """Where the person works, which stands for the place until another one is chosen."""
        person = getattr(self.request, "person", None) if self.actor is not None else None
        return next((row for row in self._sites if person is not None and row.pk == person.site_id), None)

    @cached_property
    def clocks(self) -> local_time.Clocks:
        """By whose clock moments on the form are meant."""
        own = self.own_site
        return local_time.Clocks.of(self._sites, ZoneInfo(own.zone if own is not None else self.organisation.zone))

    def clock_of(self, one: rules.FormField, site: str, now: datetime) -> local_time.Beside:
        """What stands beside a question for a moment."""
        sent = self.request.POST.get(f"{local_time.PREFIX}{one.code}", "")
        first = sent or (local_time.began(now, self.clocks.zone(site)) if one.maps_to == "occurred_at" else "")
        return local_time.Beside(self.clocks.said(site), self.clocks.for_script(), first)

    def gatekeeper(self) -> str:
        """Who can open a sealed name here; empty when nobody can."""
        return moves.who_may_hold(self.organisation.pk, "seal.open", limit=2)

    def modes(self) -> list[Any]:
        """The cards of the modes this person can choose."""
        cards = questions.mode_cards(self.row.form, self.gatekeeper())
        return cards if self.actor is not None else [card for card in cards if card[0] == Mode.ANONYMOUS]

    def initial(self) -> dict[str, Any]:
        """What can be guessed: the site of the person, and that it happened about now."""
        found: dict[str, Any] = {}
        now = moment.now().astimezone(self.clocks.otherwise)
        for one in self.row.form.fields:
            name = f"{questions.PREFIX}{one.code}"
            if one.maps_to == "occurred_at":
                pattern = "%Y-%m-%dT%H:%M" if one.type == "datetime" else "%Y-%m-%d"
                found[name] = now.strftime(pattern)
            if one.type == "place" and self.own_site is not None:
                found[f"{name}-site"] = self.own_site.code
        return found


def _answer(filling: Filling) -> HttpResponse:
    if filling.request.method != "POST":
        return _draw(filling, questions.asking(
            filling.row.form, filling.sites(), filling.modes(), initial=_start(filling)
        ))  # fmt: skip
    request, form = filling.request, filling.row.form
    answers = questions.read_answers(form, request.POST)
    local_time.meant(answers, form, request.POST, filling.clocks)
    mode = request.POST.get("mode", "") if filling.actor is not None else Mode.ANONYMOUS
    kept, errors = pictures.take_in(_files(filling), nameless=mode != Mode.NAMED)
    made = questions.asking(form, filling.sites(), filling.modes(), data=request.POST)
    if not errors:
        try:
            filed = services.file_report(
                filling.actor,
                filling.organisation,
                filling.row,
                answers,
                mode,
                files=kept,
                once=request.POST.get("once", "")[:80],
                sure=request.POST.getlist("sure"),
            )
        except Invalid as error:
            errors = error.errors
        except Refused as error:
            errors = {"": " ".join(error.reasons)}
        else:
            filing.forget_draft(filling.actor, form.code)
            return _sent(filling, filed)
    made.take_errors(errors)
    # Whoever sends the same day once more has been asked about it.
    asked = [str(answers.get(one.code, "")) for one in form.fields if one.maps_to in rules.HAPPENED]
    return _draw(filling, made, kept=kept, status=422, asked=asked)


def _files(filling: Filling) -> list[Incoming | Kept]:
    """What was added now, and what was added before something else had to be mended."""
    found: list[Incoming | Kept] = []
    for one in filling.row.form.fields:
        if one.type not in questions.FILES:
            continue
        tokens = filling.request.POST.getlist(f"{KEPT}-{one.code}")
        found += [kept for token in tokens if (kept := Kept.from_token(token)) is not None and kept.field == one.code]
        for file in filling.request.FILES.getlist(f"{questions.PREFIX}{one.code}"):
            if file.file is not None:
                found.append(Incoming(file.name or "", cast(BinaryIO, file.file), one.code))
    return found


def _start(filling: Filling) -> dict[str, Any]:
    found = filling.initial()
    if filling.actor is not None:
        kept = drafts.find(filling.actor, filing.draft_key(filling.row.code))
        for name, values in (kept.data if kept else {}).items():
            many = any(
                one.type == "multi" and f"{questions.PREFIX}{one.code}" == name for one in filling.row.form.fields
            )
            found[name] = list(values) if many else (values or [""])[0]
    return found


def _draw(
    filling: Filling,
    made: questions.Asking,
    *,
    kept: list[Kept] | None = None,
    status: int = 200,
    asked: Sequence[str] = (),
) -> HttpResponse:
    by_field: dict[str, list[Kept]] = {}
    for one in kept or ():
        by_field.setdefault(one.field, []).append(one)
    form = filling.row.form
    place = next((one.code for one in form.fields if one.maps_to == "place"), "")
    site = (
        str(made[f"{questions.PREFIX}{place}-site"].value() or "")
        if f"{questions.PREFIX}{place}-site" in made.fields
        else ""
    )
    now = moment.now()
    clocks_ = {one.code: filling.clock_of(one, site, now) for one in form.fields if one.type == "datetime"}
    context_ = {
        "title": form.title,
        "form": made,
        "parts": questions.parts(form, made, by_field, clocks_),
        "mode": made["mode"] if "mode" in made.fields else None,
        "anonymous": filling.actor is None,
        # What is wrong with the page as a whole may be its token: it was sent before, with other words.
        "once": (not made.non_field_errors() and filling.request.POST.get("once", "")) or secrets.token_urlsafe(16),
        "sure": [one for one in asked if one],
        "organisation": filling.organisation,
        "draft_key": filing.draft_key(form.code) if filling.actor is not None else "",
    }
    return render(filling.request, "reports/form.html", context_, status=status)


def _sent(filling: Filling, filed: services.Filed) -> HttpResponse:
    """What happens now, and for an anonymous report the code. Drawn at once: an address that shows a code would be
    one that shows it twice."""
    report = filed.report
    now = moment.now()
    with context.entered(context.Context(organisation_id=filling.organisation.pk)):
        read = readers.anybody_reads(report.organisation_id, confidential=report.confidential)
        due = next((clock.due_at for clock in clocks.on_record(report) if clock.rule == "report.triage" and read), None)
    today = now.astimezone(filling.zone).date()
    by = dates.day(due.astimezone(filling.zone).date(), today, inside=True) if due else ""
    followed = report.mode != Mode.ANONYMOUS
    steps = (
        parts.Step(_("Received"), "done", dates.clock(report.opened_at, filling.zone)),
        parts.Step(
            _("Read and judged for safety, quality and environment"),
            "now",
            _("by %(day)s") % {"day": by} if by else "" if read else _("when somebody is named who reads reports"),
        ),
        parts.Step(
            _("You hear what was done") if followed else _("You can see what was done, with your code"),
            "next",
            _("we may ask you a question before") if followed else _("we may ask you a question there"),
        ),
    )
    context_ = {
        "filed": filed,
        "number": report.number if report.mode == Mode.NAMED else "",
        "anonymous": report.mode == Mode.ANONYMOUS,
        "confidential": report.mode == Mode.CONFIDENTIAL,
        "own_url": reverse("reports:own", args=[report.pk]) if followed else "",
        "received": dates.moment(report.opened_at, now, filling.zone, inside=True),
        "by": by,
        "read": read,
        "gatekeeper": report.mode != Mode.CONFIDENTIAL or filling.gatekeeper(),
        "steps": steps,
        "visitor": filling.actor is None,
        "organisation": filling.organisation,
    }
    response = render(filling.request, "reports/sent.html", context_)
    response["Cache-Control"] = "no-store"
    return response
