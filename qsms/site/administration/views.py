"""The front page of the administration, the organisation itself, and what was changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person, Process, Role, Site, Unit
from qsms.records import keys, registry
from qsms.records.history import called
from qsms.records.models import Change, Deed
from qsms.site import first_steps
from qsms.site.accounts.choices import check_calendar, country_choices, zones
from qsms.ui import dates, parts
from qsms.ui.sentences import InHouse

from . import changes
from .entry import acting, administration

DEEDS = 50
VERBS = {
    "founded": gettext_lazy("founded the organisation"),
    "created": gettext_lazy("added %(what)s"),
    "edited": gettext_lazy("changed %(what)s"),
    "left": gettext_lazy("took away the access of %(what)s"),
    "came_back": gettext_lazy("gave the access back to %(what)s"),
    "invited": gettext_lazy("made a link to sign in for %(what)s"),
    "token.created": gettext_lazy("made a token for programs for %(what)s"),
    "token.revoked": gettext_lazy("took back a token for programs of %(what)s"),
    "exported": gettext_lazy("exported %(what)s"),
    "role_granted": gettext_lazy("granted a role to %(what)s"),
    "role_ended": gettext_lazy("took a role from %(what)s"),
    "role_copied": gettext_lazy("copied a role: %(what)s"),
    "role_renewed": gettext_lazy("brought the shipped role %(what)s up to date"),
    "delegated": gettext_lazy("let somebody act for %(what)s"),
    "delegation_ended": gettext_lazy("ended a delegation of %(what)s"),
    "type_as_shipped": gettext_lazy("took the shipped %(what)s again"),
    "signed_in": gettext_lazy("signed in"),
    "signed_out": gettext_lazy("signed out"),
    "password_changed": gettext_lazy("chose a new password"),
    "signed_out_everywhere": gettext_lazy("signed out everywhere"),
}
TABLES: dict[str, Any] = {"person": Person, "site": Site, "unit": Unit, "process": Process, "role": Role}


@dataclass(frozen=True)
class Place:
    """A page of the administration, as the front page offers it."""

    label: Any
    url: str
    about: Any
    count: int | None = None


@administration
def home(request: HttpRequest) -> HttpResponse:
    """Everything there is to administer, with what it is for."""
    mine = {"organisation_id": acting(request).organisation_id}
    page = [
        Place(_("Organisation"), "organisation", _("Name, kind, size, time zone, holiday calendar.")),
        Place(_("Sites"), "sites", _("Where you work, each with its zone."), Site.objects.filter(**mine).count()),
        Place(_("Units"), "units", _("Departments and teams."), Unit.objects.filter(**mine).count()),
        Place(_("Processes"), "processes", _("And who answers for them."), Process.objects.filter(**mine).count()),
        Place(
            _("People"),
            "people",
            _("Who works here, their accounts and roles."),
            Person.objects.filter(**mine, is_active=True).count(),
        ),
        Place(_("Roles"), "roles", _("What each may do, and must not."), Role.objects.filter(**mine).count()),
        Place(_("Numbers"), "numbers", _("How records are numbered.")),
        Place(_("Holidays"), "holidays", _("Which days are no working days.")),
        Place(_("History"), "history", _("Who changed what here.")),
    ]
    places = [(place, reverse(f"administration:{place.url}")) for place in page]
    ours = acting(request).organisation_id
    context = {"places": places, "steps": first_steps.steps(ours), "unheld": first_steps.unheld(ours)}
    return render(request, "administration/home.html", context)


class OrganisationForm(InHouse, forms.ModelForm[Organisation]):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones)
    holiday_country = forms.ChoiceField(label=gettext_lazy("Holiday calendar, country"), choices=country_choices)

    class Meta:
        model = Organisation
        fields = ("name", "kind", "size", "zone", "holiday_country", "holiday_region")

    def clean_holiday_region(self) -> str:
        region: str = self.cleaned_data["holiday_region"].strip().upper()
        if region and self.cleaned_data.get("holiday_country"):
            check_calendar(self.cleaned_data["holiday_country"], region)
        return region


@administration
def organisation(request: HttpRequest) -> HttpResponse:
    """What the organisation is called, how large it is, and by which clock and calendar it lives."""
    actor = acting(request)
    changes.require(actor, "org.admin")
    ours = Organisation.objects.get(pk=actor.organisation_id)
    form = OrganisationForm(request.POST or None, instance=ours)
    if request.method == "POST" and form.is_valid():
        changes.save(actor, form, "organisation")
        return redirect("administration:home")
    page = {"form": form, "title": _("Organisation"), "back_url": reverse("administration:home")}
    return render(request, "administration/form.html", page, status=422 if form.errors else 200)


@administration
def history(request: HttpRequest) -> HttpResponse:
    """The deeds that concern no record: people, roles, places, sign-ins; the newest first."""
    actor = acting(request)
    changes.require(actor, "history.view")
    subject = request.GET.get("subject", "")
    found = deeds(actor, subject)
    if (before := keys.whole(request.GET.get("before", ""))) is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: DEEDS + 1])
    more, rows = len(rows) > DEEDS, rows[:DEEDS]
    now = moment.now()
    lines = [
        parts.Deed(
            when=dates.moment(one.row.at, now, actor.tz), who=one.who, did=one.did, changes=one.changes,
            reason=one.row.reason, exact=dates.exact(one.row.at, actor.tz),
        )
        for one in told(actor, rows)
    ]  # fmt: skip
    query = f"&subject={subject}" if subject else ""
    page = {
        "deeds": lines,
        "about": _names(actor.organisation_id, {subject}).get(subject, ""),
        "narrowed": urlencode({"subject": subject}) if subject else "",
        "next_url": f"?before={rows[-1].pk}{query}" if more else "",
    }
    return render(request, "administration/history.html", page)


def deeds(actor: Actor, subject: str = "") -> QuerySet[Deed]:
    """What happened to people, roles and places, or to one of them; the newest first."""
    found = Deed.everywhere.filter(organisation_id=actor.organisation_id, record=None).exclude(subject="")
    if subject:
        found = found.filter(subject=subject)
    return found.select_related("actor").order_by("-pk")


@dataclass(frozen=True)
class Told:
    """A deed in words."""

    row: Deed
    who: str
    did: str
    changes: tuple[parts.Difference, ...]


def told(actor: Actor, rows: list[Deed]) -> list[Told]:
    """These deeds in words, with the fields that each has changed."""
    changed = _changes(rows)
    names = _names(actor.organisation_id, {row.subject for row in rows})
    return [
        Told(
            row,
            called(row.actor.name, row.actor.former_names, "", row.at) if row.actor else row.label,
            str(VERBS.get(row.verb, row.verb)) % {"what": _what(row) or names.get(row.subject, row.subject)},
            changed.get(row.pk, ()),
        )
        for row in rows
    ]


def _what(row: Deed) -> str:
    """What a deed that names no person or place was about: what it keeps a name of, or the list that was taken out."""
    if row.verb != "exported":
        return str(row.detail.get("what", ""))
    known = {sheet.kind: str(sheet.label_plural) for sheet in registry.all_types()}
    kind = str(row.detail.get("kind", ""))
    named = str(row.detail.get("what", "")) or known.get(kind, kind).lower()
    if "what" in row.detail and "rows" not in row.detail:
        return named
    return _("%(kind)s (%(n)s rows)") % {"kind": named, "n": row.detail.get("rows", "?")}


def _changes(rows: list[Deed]) -> dict[int, tuple[parts.Difference, ...]]:
    told: dict[int, list[parts.Difference]] = {}
    listed = Change.objects.filter(deed_id__in=[row.pk for row in rows]).order_by("pk")
    for deed_id, field, old, new in listed.values_list("deed_id", "field", "old", "new"):
        label = field.replace("_", " ").capitalize()
        told.setdefault(deed_id, []).append(parts.Difference(label, old, new))
    return {deed_id: tuple(found) for deed_id, found in told.items()}


def _names(organisation_id: int, subjects: set[str]) -> dict[str, str]:
    """What "person:12" and the like are called; a query per kind of thing."""
    wanted: dict[str, set[int]] = {}
    for subject in subjects:
        what, _colon, key = subject.partition(":")
        if what in TABLES and (pk := keys.whole(key)):
            wanted.setdefault(what, set()).add(pk)
    named = {subject: _("the organisation") for subject in subjects if subject.startswith("organisation")}
    for what, ids in wanted.items():
        for row in TABLES[what].objects.filter(organisation_id=organisation_id, pk__in=ids):
            named[f"{what}:{row.pk}"] = str(row)
    return named
