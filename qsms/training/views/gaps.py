"""Where the gaps are: by role and by site, and what the organisation does about a change."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records.errors import Invalid, Refused
from qsms.rules.competence import State
from qsms.ui import answers, marks, table
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog

from .. import following, grid, proofs, requiring, standing, tallying
from ..choices import STATES, Policy
from ..models import HousePolicy
from ..tallying import Figures, Tallies
from . import files, matrix

LACKING = (State.EXPIRED, State.MISSING)
SHOWN = (State.VALID, State.SOON, State.GRACE, State.EXPIRED, State.MISSING, State.WAIVED)


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """How many people are current: by course, by role and by site."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    wish = grid.Wish.read(request.GET.dict())
    asked = grid.asked(actor)
    found = _figures_of(actor, wish, asked)
    choices = matrix.filters(actor, wish, asked)[:2]
    context = {
        "filters": choices,
        "chips": matrix.chips(request, choices, wish),
        "total": found.whole.total(),
        "lacking": sum(found.whole[state] for state in LACKING),
        "legend": [
            {"mark": marks.status(*STATES[state]), "n": found.whole[state]} for state in SHOWN if found.whole[state]
        ],
        "courses": _by_course(found.by_course, asked.courses, wish) if found.by_course else "",
        "roles": _by_role(found.by_role, asked.roles, wish) if found.by_role and wish.role is None else "",
        "sites": _by_site(actor, found.by_site, wish) if len(found.by_site) > 1 else "",
        "policy": following.policy_of(actor.organisation_id),
        "may_decide": requiring.may_decide(actor),
        "export_url": f"{reverse('training:gaps-export')}?{request.GET.urlencode()}"
        if matrix.may_export(actor)
        else "",
    }
    return answers.page(request, "training/gaps.html", context)


@answers.for_people
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The figures of the page in one table, as filtered: CSV, or a workbook with `format=xlsx`."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    if not matrix.may_export(actor):
        raise Refused([_("You may not export how people stand. Ask the quality or training manager.")])
    wish = grid.Wish.read(request.GET.dict())
    asked = grid.asked(actor)
    found = _figures_of(actor, wish, asked)
    sites = names.places("site", actor.organisation_id)
    parts = [(_("Course"), asked.courses, found.by_course), (_("Site"), sites, found.by_site)]
    if wish.role is None:
        parts.insert(1, (_("Role"), asked.roles, found.by_role))
    head = [_("By"), _("What"), _("Asked"), *(str(STATES[state][0]) for state in SHOWN)]
    lines = [
        [by, titles.get(key) or _("No site"), tally.total(), *(tally[state] for state in SHOWN)]
        for by, titles, tallies in parts
        for key, tally in sorted(tallies.items(), key=_worst)
    ]
    return files.table(request, "training-gaps", _("Gaps"), head, lines)


def _figures_of(actor: Actor, wish: grid.Wish, asked: grid.Asked) -> Figures:
    """Of everybody whom the actor may look at; narrowed to a role, of its holders in what it asks for."""
    today = standing.today_of(actor)
    asks = [one for one in asked.asks if wish.role in (None, one.role_id)]
    staff = Person.objects.filter(standing.staff(actor))
    if wish.site is not None:
        staff = staff.filter(site_id=wish.site)
    where = Q(person__in=staff, role_id__in={one.role_id for one in asks})
    held = standing.holders(actor.organisation_id, today, where)
    people, courses = {one.person_id for one in held}, {one.course_id for one in asks}
    shown = proofs.of(actor.organisation_id, asked.sought.only(courses), people, today)
    return tallying.count(asks, tallying.crowds(held), shown)


def _heads(first: str) -> list[table.Column]:
    return [
        table.Column(first, "t"),
        table.Column(_("Current"), "r"),
        table.Column(_("Due soon"), "r hide-p"),
        table.Column(_("Expired"), "r"),
        table.Column(_("Missing"), "r"),
    ]


def _figures(tally: Counter[State], url: str) -> list[Any]:
    asked = sum(tally.values())
    current = asked - sum(tally[state] for state in LACKING)
    said = _("%(n)s of %(all)s") % {"n": f"{current:,}", "all": f"{asked:,}"}
    return [
        table.link(said, url),
        marks.escape(tally[State.SOON] + tally[State.GRACE] or ""),
        *(table.link(tally[state], f"{url}&gaps=1", second=True) if tally[state] else "" for state in LACKING),
    ]


def _matrix(**given: int | None) -> str:
    return f"{reverse('training:matrix')}?{urlencode({k: v for k, v in given.items() if v is not None})}"


def _worst(pair: tuple[Any, Counter[State]]) -> tuple[int, int]:
    tally = pair[1]
    return -sum(tally[state] for state in LACKING), -tally[State.SOON]


def _by_course(tallies: Tallies, courses: dict[int, str], wish: grid.Wish) -> str:
    url = _matrix(role=wish.role, site=wish.site)
    course = reverse("ui:list", args=["course"])
    rows = [
        [table.link(courses[pk], f"{course}?{urlencode({'q': courses[pk]})}"), *_figures(tally, url + "&")]
        for pk, tally in sorted(tallies.items(), key=_worst)
    ]
    return table.table(_heads(_("Course")), [table.Group(rows)], _("By course"), phone="pile")


def _by_role(tallies: Tallies, roles: dict[int, str], wish: grid.Wish) -> str:
    """Somebody with two roles counts in both, for what each of them asks."""
    site = f"&site={wish.site}" if wish.site is not None else ""
    rows = [
        [table.link(roles[role], f"?role={role}{site}"), *_figures(tally, _matrix(role=role, site=wish.site))]
        for role, tally in sorted(tallies.items(), key=_worst)
    ]
    return table.table(_heads(_("Role")), [table.Group(rows)], _("By role"), phone="pile")


def _by_site(actor: Actor, tallies: Tallies, wish: grid.Wish) -> str:
    known = names.places("site", actor.organisation_id)
    rows = [
        [
            table.link(known[site], f"?{urlencode({'site': site})}") if site else marks.escape(_("No site")),
            *_figures(tally, _matrix(role=wish.role, site=site or None)),
        ]
        for site, tally in sorted(tallies.items(), key=_worst)
    ]
    return table.table(_heads(_("Site")), [table.Group(rows)], _("By site"), phone="pile")


@answers.for_people
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """What happens to people who are not retrained once a document has changed."""
    actor = answers.actor_of(request)
    requiring.check_may_decide(actor)
    now = following.policy_of(actor.organisation_id)
    days = HousePolicy._meta.get_field("change_days")
    form = DialogForm(request, {
        "on_change": forms.ChoiceField(
            label=_("Until they have learnt it, naming them to a part"), choices=Policy.choices, initial=now.on_change,
            widget=forms.RadioSelect(),
        ),
        "change_days": NumberField(
            days, label=_("Days they have"), initial=now.change_days,
            help_text=_("When it is refused, what they completed before counts no longer from the first day on."),
        ),
    })  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        try:
            following.set_policy(actor, on_change=given["on_change"], change_days=given["change_days"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, reverse("training:gaps"), _("The next change is dealt with that way."))
    told = {
        "title": _("When a document changes"),
        "meaning": _("It holds for every revision that is marked as one people must learn."),
        "verb": _("Save"),
        "back_url": reverse("training:gaps"),
    }
    return dialog(request, form, told)
