"""The page of an edition transition: old against new, before it is begun and while it is under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.rules.coverage import State
from qsms.rules.edition_transition import Outcome, Step
from qsms.rules.lifecycle import Phase
from qsms.ui import answers, marks

from .. import addresses, adopting, elsewhere, finding_lines, moving_on, pieces, standing
from ..binding import Piece
from ..choices import STATES
from ..moving_on import Plan
from ..standing import Standing
from .adopted import adoption_of

GROUPS = (
    (Outcome.NEW, gettext_lazy("New"), gettext_lazy("The former edition asked for nothing of the kind.")),
    (
        Outcome.MOVED,
        gettext_lazy("Content from elsewhere"),
        gettext_lazy("It stood under another number, or was a part of another requirement. Nothing is carried over."),
    ),
    (
        Outcome.REJUDGE,
        gettext_lazy("Changed: judge again"),
        gettext_lazy("The number stayed and the content did not. What showed it may still do so, or no longer."),
    ),
    (
        Outcome.CARRIED,
        gettext_lazy("Carried over"),
        gettext_lazy("It asks for the same. What shows it counts on, with its day and its limits."),
    ),
)


@answers.for_people
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What becomes of an adoption in the next edition; sending the page begins it."""
    actor, old = adoption_of(request, number)
    row = moving_on.successor(old.organisation_id, old.key, request.GET.get("to", ""))
    if request.method == "POST":
        made = moving_on.begin(actor, old.pk, row.key)
        said = _("%(number)s is in preparation. %(old)s stays as it is until you leave it.")
        back = addresses.transition(number, row.key)
        return answers.done(request, back, said % {"number": made.number, "old": old.number})
    plan = moving_on.plan(actor, old, row)
    new = moving_on.begun(actor, old, row.key)
    found = standing.of(actor, new) if new is not None else None
    left = [] if found is None else [one for one in plan.to_judge if not _is_judged(found, one)]
    may_begin = (
        new is None
        and old.phase < Phase.DONE
        and actor.holds(f"{adopting.KIND}.create")
        and scope.may(actor, "change", old)
        and scope.may(actor, "evidence", old)
    )
    context = {
        "old": old,
        "new": new,
        "before": elsewhere.short_title(plan.before),
        "after": elsewhere.short_title(plan.after),
        "until": plan.before.dates.get("transition_until", ""),
        "old_url": addresses.coverage(old.number),
        "new_url": addresses.coverage(new.number) if new is not None else "",
        "counts": _counts(plan),
        "carried": len(plan.carried),
        "kept_out": len(plan.kept_out),
        "struck": plan.struck,
        "staying": [finding_lines.line(actor, one) for one in plan.staying],
        "caution": elsewhere.caution(plan.after),
        "waiting": [(plan.people.get(pk, _("whoever manages quality")), n) for pk, n in plan.waiting.items()],
        "left": len(left),
        "to_judge": len(plan.to_judge),
        "groups": [
            {"words": words, "meaning": meaning, "lines": lines, "folded": outcome is Outcome.CARRIED}
            for outcome, words, meaning in GROUPS
            if (lines := list(_lines(actor, plan, outcome, found)))
        ],
        "dropped": [
            (one, plan.before.by_number[one].title, addresses.clause(old.key, one)) for one in plan.way.dropped
        ],
        "may_begin": may_begin,
    }  # fmt: skip
    return answers.page(request, "standards/transition.html", context)


def _is_judged(found: Standing, number: str) -> bool:
    return found.coverage.covered[number].state is not State.NOT_ASSESSED


def _counts(plan: Plan) -> list[tuple[str, int]]:
    steps = [one for one in plan.way.steps if one.assessable]
    return [(str(words), sum(one.outcome is outcome for one in steps)) for outcome, words, _meaning in GROUPS]


def _lines(actor: Actor, plan: Plan, outcome: Outcome, found: Standing | None) -> Iterator[dict[str, Any]]:
    today = moment.now().astimezone(actor.tz).date()
    for step in plan.way.steps:
        if step.outcome is outcome and step.assessable:
            findings = [finding_lines.line(actor, one) for one in plan.found_at(step)]
            yield {**_line(plan, step, found, today), "findings": findings}


def _line(plan: Plan, step: Step, found: Standing | None, today: dt.date) -> dict[str, Any]:
    one = plan.after.by_number[step.number]
    mark: Any = ""
    if found is not None:
        word, verdict = STATES[found.coverage.covered[step.number].state]
        mark = marks.coverage(word, verdict)
    bound = {(piece.number, piece.question) for piece in (found.pieces.values() if found else ()) if
             (piece.framework, piece.clause) == (plan.way.new, step.number)}  # fmt: skip
    return {
        "number": step.number,
        "title": step.title,
        "url": addresses.clause(plan.way.new, step.number),
        "note": one.note or one.addition,
        "was": [(was, addresses.clause(plan.way.old, was)) for was in step.was if was != step.number or one.note],
        "mark": mark,
        "pieces": [
            {
                "title": piece.title,
                "number": piece.number,
                "url": pieces.source(piece),
                "mark": pieces.mark(piece, today),
                "take_url": _take(plan, step, piece)
                if found is not None and step.outcome is not Outcome.CARRIED and not _there(piece, bound)
                else "",
            }
            for lead in plan.leads.get(step.number, ())
            if (piece := plan.pieces[int(str(lead.evidence.id))])
        ],
    }


def _there(piece: Piece, bound: set[tuple[str, str]]) -> bool:
    return (piece.number, piece.question) in bound


def _take(plan: Plan, step: Step, piece: Piece) -> str:
    """The dialog in which somebody says that it shows the new requirement as well."""
    if piece.question:
        return addresses.ask(plan.way.new, step.number, question=piece.question)
    return addresses.bind(record=piece.number, key=plan.way.new, clause=step.number)
