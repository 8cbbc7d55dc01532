"""Adopted standards: beginning one, its coverage as a page and as a file, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.coverage import Covered, State
from qsms.rules.coverage_words import through_crosswalk
from qsms.rules.evidence import Freshness, freshness
from qsms.rules.frameworks import Requirement, Status
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, marks
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog

from .. import (
    addresses,
    adopting,
    assessing,
    declaring,
    elsewhere,
    library,
    moving_on,
    pieces,
    profile,
    rows,
    standing,
    tree,
)
from ..choices import STATES
from ..lifecycles import ADOPTION_LIFE, DECLARATION_LIFE
from ..models import PART_5, Adoption, Declaration
from ..standing import Standing
from .bars import bar

LOOKS = {State.MET: "g", State.PARTLY: "w", State.GAP: "b", State.NOT_ASSESSED: "m", State.NOT_APPLICABLE: "n"}


def adoption_of(request: HttpRequest, number: str) -> tuple[Actor, Adoption]:
    """The adoption of this number. Raises NotVisible outside the reader's scope."""
    actor = answers.actor_of(request)
    stands_in(request, reverse("standards:home"))
    return actor, adopting.find(actor, number)


@answers.for_people
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Begin to work to an edition."""
    actor = answers.actor_of(request)
    made = adopting.adopt(actor, request.POST.get("standard", ""))
    said = _("%(number)s is in preparation. Say for which site and scope, then add evidence for its requirements.")
    return answers.done(request, pages.record(made), said % {"number": made.number})


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The clause tree of an adopted edition with the state of each requirement; `state` narrows it."""
    actor, adoption = adoption_of(request, number)
    found = standing.of(actor, adoption)
    wanted = {state for state in State if state.value in request.GET.getlist("state")}
    tally = found.coverage.tally
    counts = {state: getattr(tally, state.value) for state in STATES}
    keep = None
    if wanted:
        keep = frozenset(one.number for one, covered in rows.counted(found) if covered.state in wanted)
    may_change = adoption.phase < Phase.DONE and scope.may(actor, "change", adoption)
    context = {
        "adoption": adoption,
        "record_url": pages.record(adoption) if scope.sees(actor, adoption) else "",
        "state": marks.standing(ADOPTION_LIFE.state(adoption.state), pill=True),
        "bar": bar((look, counts[state]) for state, look in LOOKS.items()),
        "legend": [
            {
                "mark": marks.coverage(word, verdict),
                "n": counts[state],
                "url": f"?state={state.value}" if wanted != {state} else addresses.coverage(number),
                "on": state in wanted,
            }
            for state, (word, verdict) in STATES.items()
        ],
        "total": sum(counts.values()),
        "at_some": found.n_at_some,
        "through": through_crosswalk(Covered("", State.MET, (), tally=tally)),
        "tree": tree.draw(found.framework, _("Clauses"), marks=lambda one: _marks(found, one), keep=keep),
        "nothing": keep is not None and not keep,
        "here": addresses.coverage(number),
        "export_url": reverse("standards:export", args=[number]),
        "may_export": actor.holds(f"{adopting.KIND}.export") and scope.sees(actor, adoption),
        "held_at": adopting.held_at(adoption),
        "sites_url": reverse("standards:sites", args=[number]),
        "trend_url": reverse("standards:trend", args=[number]) if scope.sees(actor, adoption) else "",
        "places_url": reverse("standards:places", args=[number]),
        "successors": [
            (elsewhere.short_title(row.rule), addresses.transition(number, row.key), row.rule.status is Status.DRAFT)
            for row in (moving_on.successors(found.newest, adoption.key) if adoption.is_open else ())
        ],
        "assess_url": addresses.assess(adoption.framework, own_edition=adoption.own_edition, site=adoption.site_id)
        if actor.holds(f"{assessing.KIND}.create")
        else "",
        "assessments": [
            (one, pages.record(one))
            for one in scope.visible(actor, assessing.KIND)
            .filter(framework=adoption.framework, own_edition=adoption.own_edition, phase__lte=Phase.DONE)
            .order_by("-pk")[:5]
        ],
        "declarations": [_declared(one, found) for one in found.held if scope.sees(actor, one)],
        "declare_url": reverse("ui:new", args=[declaring.KIND])
        if adoption.key == PART_5 and actor.holds(f"{declaring.KIND}.create")
        else "",
        "exclusions": list(found.exclusions.values()),
        "not_allowed": [(one, adopting.why_not(found.framework, one.number)) for one in found.not_allowed.values()],
        "changes": adopting.newer(adoption, found.newest, found.crosswalk_revision),
        "may_change": may_change,
    }
    return answers.page(request, "standards/coverage.html", context)


def _declared(one: Declaration, found: Standing) -> dict[str, Any]:
    """A certificate with its declaration: how it stands, and how long there is."""
    left = (one.due_on - found.coverage.today).days if one.due_on and one.state in ("draft", "signed") else None
    return {
        "url": pages.record(one),
        "title": one.title,
        "number": one.number,
        "state": DECLARATION_LIFE.state(one.state).label,
        "left": left if left is not None and left >= 0 else None,
        "late": -left if left is not None and left < 0 else None,
    }


def _marks(found: Standing, one: Requirement) -> str:
    """The state of a requirement and what it rests on, or how much under a heading is covered."""
    covered = found.coverage.covered[one.number]
    if not one.assessable and not found.framework.children(one.number):
        return ""
    if not one.assessable:
        tally = covered.tally
        if covered.state is State.NOT_APPLICABLE or not tally.applicable:
            return ""
        words = _("%(met)s of %(all)s covered") % {"met": tally.met, "all": tally.applicable}
        return f'<span class="frsh">{_rests(found, covered)}</span><span class="st s-mute">{escape(words)}</span>'
    word, verdict = STATES[covered.state]
    away = profile.above(found.framework, one.number, found.falls_away)
    rests = escape(away) if away else _rests(found, covered)
    return f'<span class="frsh">{rests}</span>{marks.coverage(word, verdict)}'


def _rests(found: Standing, covered: Covered) -> str:
    said = []
    if covered.evidence:
        asked = [found.pieces[int(str(each.id))].question for each in covered.evidence]
        n = asked.count("")
        said += [ngettext("%(n)d record", "%(n)d records", n) % {"n": n}] if n else []
        n = len(asked) - n
        said += [ngettext("%(n)d living query", "%(n)d living queries", n) % {"n": n}] if n else []
    if n := len({one.id for one in found.open_at(covered.number)}):
        said.append(ngettext("%(n)d finding", "%(n)d findings", n) % {"n": n})
    if covered.evidence:
        said.append(_newest(found, covered))
    lent = {one.reading.here.framework: one.reading.here for one in covered.through if one.counts}
    said += [elsewhere.cited(here, found.editions) for here in lent.values()]
    return str(
        escape(". ".join(filter(None, [", ".join(filter(None, said)), found.shown_at(covered.number).rstrip(".")])))
    )


def _newest(found: Standing, covered: Covered) -> str:
    """How old the newest evidence of a requirement is, and how much of it is past its limits."""
    today = found.coverage.today
    days = [(today - one.as_of).days for one in covered.evidence if one.as_of is not None and one.as_of <= today]
    old = sum(freshness(one, today) in (Freshness.STALE, Freshness.EXPIRED) for one in covered.evidence)
    said = []
    if days:
        said.append(
            _("newest today") if not min(days) else _("newest %(age)s old") % {"age": dates.days_long(min(days))}
        )
    if old:
        said.append(_("%(n)s of %(all)s no longer fresh") % {"n": old, "all": len(covered.evidence)})
    return ", ".join(said)


@answers.for_people
@require_GET
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """The coverage as CSV, or as a workbook with `format=xlsx`: one line for each requirement."""
    actor, adoption = adoption_of(request, number)
    if not scope.sees(actor, adoption):
        raise NotVisible
    if not actor.holds(f"{adopting.KIND}.export"):
        raise Refused([_("You may not export this. Ask the quality manager.")])
    head = [
        _("Number"), _("Title"), _("Counts as"), _("State"), _("Why"), _("Evidence"), _("Through other standards"),
        _("Left out because"), _("Open findings"),
    ]  # fmt: skip
    found = lines(standing.of(actor, adoption))
    return as_file(
        actor,
        adopting.KIND,
        Sheet(f"{adoption.number}-coverage", adoption.number, head, found),
        request.GET.get("format", ""),
    )


def lines(found: Standing) -> Iterator[list[str]]:
    """The coverage as rows of a file."""
    for one, covered in rows.every(found):
        yield [
            one.number,
            one.title,
            rows.kind(covered),
            rows.state(covered),
            " ".join(rows.reasons(found, covered)),
            "; ".join(pieces.named(found.pieces[int(str(each.id))]) for each in covered.evidence),
            "; ".join(elsewhere.cited(each.reading.here, found.editions) for each in covered.through if each.counts),
            found.left_out(one.number),
            "; ".join(found.found_at(one.number)),
        ]


@answers.for_people
@require_http_methods(["GET", "POST"])
def exclude(request: HttpRequest, number: str) -> HttpResponse:
    """Leave a requirement out of an adoption, with the reason."""
    actor, adoption = adoption_of(request, number)
    clause = request.GET.get("clause", "")
    if not scope.may(actor, "change", adoption):
        raise Refused([_("You may not change what is adopted. Ask the owner of %(n)s.") % {"n": number}])
    framework = library.editions(actor.organisation_id, {adoption.key: adoption.revision})[adoption.key].rule
    adopting.check_may_leave_out(framework, clause)
    read_by = _("An auditor reads this. It stands in the coverage and in the history.")
    why_not = forms.CharField(
        label=_("Why it does not apply here"),
        widget=forms.Textarea({"rows": 3}),
        help_text=f"{adopting.asked_reason(framework)} {read_by}",
    )
    form = DialogForm(request, {"why": why_not})
    back = addresses.coverage(number)
    if form.is_valid():
        try:
            adopting.exclude(actor, adoption.pk, clause, form.cleaned_data["why"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("%(clause)s is left out.") % {"clause": clause})
    told = {
        "title": _("Leave %(clause)s out of %(number)s") % {"clause": clause, "number": number},
        "meaning": _("With all that stands under it. It is not counted, and lends nothing to other standards."),
        "verb": _("Leave it out"),
        "back_url": back,
    }
    return dialog(request, form, told)


@answers.for_people
@require_POST
def include(request: HttpRequest, number: str) -> HttpResponse:
    """Take an exclusion back."""
    actor, adoption = adoption_of(request, number)
    clause = request.POST.get("clause", "")
    adopting.include(actor, adoption.pk, clause)
    return answers.done(request, addresses.coverage(number), _("%(clause)s counts again.") % {"clause": clause})


@answers.for_people
@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """Take the newest text and crosswalk over."""
    actor, adoption = adoption_of(request, number)
    adopting.renew(actor, adoption.pk)
    return answers.done(request, addresses.coverage(number), _("The newer text is taken over. Judge what it changed."))
