"""Roles: what each may do in words, copying one, changing one's own; and what a person may do by all of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qsms.base import moment
from qsms.org import actor as actors
from qsms.org import names, roles
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.errors import OrgError
from qsms.org.models import Person, Role
from qsms.ui.sentences import InHouse
from qsms.ui.table import Column, Group, link, table

from . import services
from .entry import acting, administration, ours

AUTHORITY = (
    gettext_lazy("None"),
    gettext_lazy("Acceptable risk"),
    gettext_lazy("Tolerable risk"),
    gettext_lazy("Intolerable risk, by exception and for a limited time"),
)
KINDS = {
    "report": gettext_lazy("Reports"),
    "hazard": gettext_lazy("Hazards"),
    "control": gettext_lazy("Controls"),
    "assessment": gettext_lazy("Risk assessments"),
    "action": gettext_lazy("Actions"),
    "org": gettext_lazy("Organisation"),
    "role": gettext_lazy("Roles"),
    "matrix": gettext_lazy("Risk matrices"),
    "form": gettext_lazy("Report forms"),
    "seal": gettext_lazy("Sealed identities"),
    "history": gettext_lazy("History"),
}


@dataclass(frozen=True)
class Line:
    """One permission in words, and whether a role has it."""

    code: str
    words: str
    held: bool


def kind_name(kind: str) -> str:
    """What a kind of permission is about."""
    return str(KINDS.get(kind, kind.replace("_", " ").capitalize()))


def matrix(held: frozenset[str]) -> list[tuple[str, list[Line]]]:
    """Every permission, by kind, with those that are held marked."""
    return [
        (kind_name(kind), [Line(f"{kind}.{verb}", words, f"{kind}.{verb}" in held) for verb, words in verbs.items()])
        for kind, verbs in roles.vocabulary().items()
    ]


@administration
def show(request: HttpRequest) -> HttpResponse:
    """All roles with what they are for; the organisation's own first."""
    actor = acting(request)
    found = Role.objects.filter(organisation_id=actor.organisation_id).annotate(
        people=Count("grants__person", distinct=True)
    )
    own = [role for role in found if not roles.is_shipped(role.code)]
    shipped = [role for role in found if roles.is_shipped(role.code)]

    def cells(role: Any) -> Any:
        url = reverse("administration:role", args=[role.code])
        return link(role.title, url), escape(role.purpose), escape(role.get_axis_display()), escape(role.people)

    columns = [
        Column(_("Role")), Column(_("What for"), "t wrap hide-p"), Column(_("Usual reach"), "hide-p hide-m"),
        Column(_("People"), "r"),
    ]  # fmt: skip
    groups = [Group([cells(role) for role in own], _("Your own"), len(own))] if own else []
    groups.append(
        Group([cells(role) for role in shipped], _("Shipped"), len(shipped))
        if own
        else Group([cells(r) for r in shipped])
    )
    return render(request, "administration/roles.html", {"table": table(columns, groups, _("Roles"))})


class RoleForm(InHouse, forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100)
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False)


@administration
def show_one(request: HttpRequest, code: str) -> HttpResponse:
    """What a role may do and must not; one's own is changed here."""
    actor = acting(request)
    role = ours(actor, Role, code=code)
    is_own, refused = not roles.is_shipped(code), ""
    held = roles.spelt_out(role.permissions)
    form = RoleForm(request.POST or None, initial={"title": role.title, "purpose": role.purpose})
    if request.method == "POST" and is_own:
        held = frozenset(request.POST.getlist("permission"))
        if form.is_valid():
            try:
                services.change_role(actor, role, permissions=sorted(held), **form.cleaned_data)
            except OrgError as no:
                refused = str(no)
            else:
                return redirect("administration:role", code)
    role.refresh_from_db()
    apart = [one for one in Role.objects.filter(organisation_id=actor.organisation_id) if roles.conflict(role, one)]
    page = {
        "role": role,
        "form": form,
        "is_own": is_own,
        "may_change": is_own and actor.holds("role.grant"),
        "may_copy": actor.holds("role.grant"),
        "refused": refused,
        "must_not": roles.must_not(role),
        "authority": AUTHORITY[min(role.authority, len(AUTHORITY) - 1)],
        "apart": [(one, roles.why_apart(role, one)) for one in apart],
        "matrix": matrix(held),
        "people": Person.objects.filter(grants__role=role, is_active=True).distinct()[:50],
    }
    return render(request, "administration/role.html", page, status=409 if refused else 422 if form.errors else 200)


@require_POST
@administration
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """Make a role of one's own from another one."""
    actor = acting(request)
    role = ours(actor, Role, code=code)
    title = request.POST.get("title", "")[:100]
    try:
        made = services.copy_role(actor, role, title=title)
    except OrgError as no:
        return render(
            request, "administration/role_copy.html", {"role": role, "title": title, "refused": no}, status=409
        )
    return redirect("administration:role", made.code)


@dataclass(frozen=True)
class May:
    """Something that a person may do: how far, and by which role."""

    words: str
    reach: str
    by: str


def explained(person: Person) -> tuple[Actor, list[tuple[str, list[May]]]]:
    """Everything a person may do today, by kind, with the reach and the role that gives it."""
    acting_as = actors.load(person, moment.now().date())
    titles = dict(Role.objects.filter(organisation_id=person.organisation_id).values_list("code", "title"))
    givers = names.people(person.organisation_id, [right.lent_by for right in acting_as.rights])
    sites = names.places("site", person.organisation_id)
    units = names.places("unit", person.organisation_id)

    def reach(right: Right) -> str:
        if right.axis == Axis.SITE:
            return sites.get(right.site_id or 0, "")
        if right.axis == Axis.UNIT:
            return units.get(right.unit_id or 0, "")
        return str(Axis(right.axis).label)

    def by(right: Right) -> str:
        title = titles.get(right.role, right.role)
        if right.lent_by:
            return _("%(role)s, for %(name)s") % {"role": title, "name": givers.get(right.lent_by, "")}
        return title

    found = []
    for kind, verbs in roles.vocabulary().items():
        lines = []
        for verb, words in verbs.items():
            rights = acting_as.rights_for(f"{kind}.{verb}")
            if rights:
                reaches = dict.fromkeys(reach(right) for right in rights)
                lines.append(May(words, ", ".join(reaches), ", ".join(dict.fromkeys(by(right) for right in rights))))
        if lines:
            found.append((kind_name(kind), lines))
    return acting_as, found


def _rights_page(request: HttpRequest, person: Person, back_url: str) -> HttpResponse:
    acting_as, found = explained(person)
    columns = [Column(_("May"), "t wrap"), Column(_("How far"), "wrap"), Column(_("By the role"), "wrap")]
    groups = [
        Group([(escape(one.words), escape(one.reach), escape(one.by)) for one in lines], kind) for kind, lines in found
    ]
    held = Role.objects.filter(organisation_id=person.organisation_id, code__in=acting_as.roles)
    page = {
        "person": person,
        "table": table(columns, groups, _("What %(name)s may do") % {"name": person.name}, phone="pile")
        if found
        else "",
        "must_not": [(role.title, text) for role in held if (text := roles.must_not(role))],
        "administers": acting_as.holds("org.admin"),
        "back_url": back_url,
    }
    return render(request, "administration/rights.html", page)


@administration
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person may do today, and why."""
    person = ours(acting(request), Person, pk=pk)
    return _rights_page(request, person, reverse("administration:person", args=[pk]))


def own_rights(request: HttpRequest) -> HttpResponse:
    """The same about oneself."""
    person: Person = request.person  # type: ignore[attr-defined]
    return _rights_page(request, person, reverse("account"))
