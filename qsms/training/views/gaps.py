"""Where the gaps are: by role and by site, and what the organisation does about a change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Grant, Person, Role
from qsms.records.errors import Invalid
from qsms.rules.competence import State
from qsms.ui import answers, marks, table
from qsms.ui.context import stands_in
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog

from .. import following, grid, requiring, standing
from ..choices import STATES, Policy
from ..models import HousePolicy
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
    today = standing.today_of(actor)
    courses = dict(grid.courses(actor, wish))
    people = _people(actor, wish)
    asked = standing.needs(actor.organisation_id, today, None, set(courses))
    asked = {person: mine for person, mine in asked.items() if person in people}
    found = standing.stands(actor.organisation_id, today, asked, everybody=True)
    by_course, by_site = defaultdict(Counter), defaultdict(Counter)  # type: ignore[var-annotated]
    whole: Counter[State] = Counter()
    for (person, course), one in found.items():
        by_course[course][one.state] += 1
        by_site[people[person]][one.state] += 1
        whole[one.state] += 1
    shown = [state for state in SHOWN if whole[state]]
    choices = matrix.filters(actor, wish)[:2]
    context = {
        "filters": choices,
        "chips": matrix.chips(request, choices, wish),
        "total": sum(whole.values()),
        "lacking": sum(whole[state] for state in LACKING),
        "legend": [{"mark": marks.status(*STATES[state]), "n": whole[state]} for state in shown],
        "courses": _by_course(by_course, courses, wish, shown) if by_course else "",
        "roles": _by_role(actor, found, shown) if found and wish.role is None else "",
        "sites": _by_site(actor, by_site, wish, shown) if len(by_site) > 1 else "",
        "policy": following.policy_of(actor.organisation_id),
        "may_decide": requiring.may_decide(actor),
    }
    return answers.page(request, "training/gaps.html", context)


def _people(actor: Actor, wish: grid.Wish) -> dict[int, int]:
    rows = Person.objects.filter(standing.staff(actor))
    if wish.site is not None:
        rows = rows.filter(site_id=wish.site)
    return {person: site or 0 for person, site in rows.values_list("pk", "site_id")}


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


def _matrix(**given: int | None) -> str:
    return f"{reverse('training:matrix')}?{urlencode({k: v for k, v in given.items() if v is not None})}"


def _worst(pair: tuple[Any, Counter[State]]) -> tuple[int, int]:
    tally = pair[1]
    return -sum(tally[state] for state in LACKING), -tally[State.SOON]


def _by_course(
    tallies: dict[int, Counter[State]], courses: dict[int, str], wish: grid.Wish, shown: Sequence[State]
) -> str:
    url = _matrix(role=wish.role, site=wish.site)
    course = reverse("ui:list", args=["course"])
    rows = [
        [table.link(courses[pk], f"{course}?{urlencode({'q': courses[pk]})}"), *_figures(tally, url, shown)]
        for pk, tally in sorted(tallies.items(), key=_worst)
    ]
    return _drawn(_("Course"), shown, rows, _("By course"))


def _by_role(actor: Actor, found: standing.Standings, shown: Sequence[State]) -> str:
    """Somebody with two roles counts in both, for what each of them asks."""
    today = standing.today_of(actor)
    of_role: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    for role, course, site, _policy, _days in standing.live_requirements(actor.organisation_id):
        if role is not None:
            of_role[role].add((course, site))
    tallies: dict[int, Counter[State]] = defaultdict(Counter)
    grants = Grant.objects.filter(
        *standing.alive(today), organisation_id=actor.organisation_id, role_id__in=list(of_role)
    )
    for person, role, at in set(grants.values_list("person_id", "role_id", "person__site_id")):
        for course, site in of_role[role]:
            one = found.get((person, course))
            if one is not None and site in (None, at):
                tallies[role][one.state] += 1
    titles = dict(Role.objects.filter(pk__in=list(tallies)).values_list("pk", "title"))
    rows = [
        [table.link(titles[role], f"?role={role}"), *_figures(tally, _matrix(role=role), shown)]
        for role, tally in sorted(tallies.items(), key=_worst)
    ]
    return _drawn(_("Role"), shown, rows, _("By role")) if rows else ""


def _by_site(actor: Actor, tallies: dict[int, Counter[State]], wish: grid.Wish, shown: Sequence[State]) -> str:
    known = names.places("site", actor.organisation_id)
    rows = [
        [
            table.link(known[site], f"?{urlencode({'site': site})}") if site else marks.escape(_("No site")),
            *_figures(tally, _matrix(role=wish.role, site=site or None), shown),
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
