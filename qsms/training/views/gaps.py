"""Where the gaps are: by role and by site, and what the organisation does about a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records.errors import Invalid
from qsms.rules.competence import State
from qsms.ui import answers, marks, table
from qsms.ui.context import stands_in
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog

from .. import following, grid, proofs, requiring, standing, tallying
from ..choices import STATES, Policy
from ..holdings import KIND
from ..models import HousePolicy
from ..tallying import Figures, Tallies
from . import matrix

LACKING = (State.EXPIRED, State.MISSING)
SHOWN = (State.VALID, State.SOON, State.GRACE, State.EXPIRED, State.MISSING, State.WAIVED)


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """How many people are current: by course, by role and by site."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    stands_in(request, reverse("training:matrix"))
    wish = grid.Wish.read(request.GET.dict())
    asked = grid.asked(actor)
    found = _figures_of(actor, wish, asked)
    shown = [state for state in SHOWN if found.whole[state]]
    choices = matrix.filters(actor, wish, asked)[:3]
    context = {
        "filters": choices,
        "chips": matrix.chips(request, choices, wish),
        "total": found.whole.total(),
        "lacking": sum(found.whole[state] for state in LACKING),
        "legend": [{"mark": marks.status(*STATES[state]), "n": found.whole[state]} for state in shown],
        "courses": _by_course(found.by_course, asked.courses, wish, shown) if found.by_course else "",
        "roles": _by_role(found.by_role, asked.roles, wish, shown) if found.by_role and wish.role is None else "",
        "sites": _by_site(actor, found.by_site, wish, shown) if len(found.by_site) > 1 else "",
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
        raise requiring.refusal(actor, _("You may not export how people stand."), "holding.export")
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
    narrowed = matrix.chips(request, matrix.filters(actor, wish, asked)[:3], wish)
    return as_file(
        actor,
        KIND,
        Sheet("training-gaps", _("Gaps"), head, lines, matrix.in_words(narrowed)),
        request.GET.get("format", ""),
    )


def _figures_of(actor: Actor, wish: grid.Wish, asked: grid.Asked) -> Figures:
    """Of everybody whom the actor may look at; narrowed to a role, of its holders in what it asks for."""
    today = standing.today_of(actor)
    asks = [one for one in asked.asks if wish.role in (None, one.role_id)]
    staff = Person.objects.filter(standing.staff(actor))
    if wish.site is not None:
        staff = staff.filter(site_id=wish.site)
    if wish.unit is not None:
        staff = staff.filter(unit_id=wish.unit)
    there = standing.members(actor.organisation_id, today, asks, Q(person__in=staff))
    people, courses = {one.person_id for one in there}, {one.course_id for one in asks}
    shown = proofs.of(actor.organisation_id, asked.sought.only(courses), people, today)
    return tallying.count(asks, tallying.crowds(there), shown)


def _heads(first: str, shown: Sequence[State]) -> list[table.Column]:
    """The states by the same words as the legend, so that a line adds up."""
    states = [table.Column(str(STATES[state][0]), "r") for state in shown]
    return [table.Column(first, "t"), table.Column(_("Asked"), "r"), *states]


def _figures(tally: Counter[State], url: str, shown: Sequence[State]) -> list[Any]:
    figures = [table.link(f"{sum(tally.values()):,}", url)]
    for state in shown:
        n = tally[state]
        lacking = state in LACKING and n
        figures.append(table.link(f"{n:,}", f"{url}&gaps=1", second=True) if lacking else marks.escape(f"{n:,}"))
    return figures


def _drawn(first: str, shown: Sequence[State], rows: list[list[Any]], caption: str) -> str:
    return table.table(_heads(first, shown), [table.Group(rows)], caption, phone="pile")


def _query(wish: grid.Wish, **more: int | None) -> str:
    """What the page is narrowed to, and further."""
    given = {"role": wish.role, "site": wish.site, "unit": wish.unit, **more}
    return f"?{urlencode({name: value for name, value in given.items() if value is not None})}"


def _matrix(wish: grid.Wish, **more: int | None) -> str:
    return reverse("training:matrix") + _query(wish, **more)


def _worst(pair: tuple[Any, Counter[State]]) -> tuple[int, int]:
    tally = pair[1]
    return -sum(tally[state] for state in LACKING), -tally[State.SOON]


def _by_course(tallies: Tallies, courses: dict[int, str], wish: grid.Wish, shown: Sequence[State]) -> str:
    course = reverse("ui:list", args=["course"])
    rows = [
        [
            table.link(courses[pk], f"{course}?{urlencode({'q': courses[pk]})}"),
            *_figures(tally, _matrix(wish, course=pk), shown),
        ]
        for pk, tally in sorted(tallies.items(), key=_worst)
    ]
    return _drawn(_("Course"), shown, rows, _("By course"))


def _by_role(tallies: Tallies, roles: dict[int, str], wish: grid.Wish, shown: Sequence[State]) -> str:
    """Somebody with two roles counts in both, for what each of them asks."""
    rows = [
        [table.link(roles[role], _query(wish, role=role)), *_figures(tally, _matrix(wish, role=role), shown)]
        for role, tally in sorted(tallies.items(), key=_worst)
    ]
    return _drawn(_("Role"), shown, rows, _("By role"))


def _by_site(actor: Actor, tallies: Tallies, wish: grid.Wish, shown: Sequence[State]) -> str:
    known = names.places("site", actor.organisation_id)
    rows = [
        [
            table.link(known[site], _query(wish, site=site)) if site else marks.escape(_("No site")),
            *_figures(tally, _matrix(wish, site=site or wish.site), shown),
        ]
        for site, tally in sorted(tallies.items(), key=_worst)
    ]
    return _drawn(_("Site"), shown, rows, _("By site"))


@answers.for_people
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """What happens to people who are not retrained once a document has changed."""
    actor = answers.actor_of(request)
    requiring.check_may_decide(actor)
    stands_in(request, reverse("training:matrix"))
    now = following.policy_of(actor.organisation_id)
    days = HousePolicy._meta.get_field("change_days")
    form = DialogForm(request, {
        "on_change": forms.ChoiceField(
            label=_("Until they have learnt it, assigning them a duty that asks for it"),
            choices=Policy.choices, initial=now.on_change, widget=forms.RadioSelect(),
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
